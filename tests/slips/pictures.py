"""Draws docs/pictures/slips: every kind of slip, Chinese and English side by side, by the product.

Run as a module it draws them anew; where no font has Chinese letters it says so and draws nothing.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from drivers.fonts import find_fonts
from printing.errors import NoFont
from printing.picture import Bitmap, Fonts, draw, png
from terminal_agent.slips import layout
from tests.slips.samples import SAMPLES

FOLDER = Path(__file__).parents[2] / "docs" / "pictures" / "slips"
# Two slips on each picture: the Chinese one on narrow paper, the English one beside it.
KINDS = (
    "refund-merchant",
    "refund-customer",
    "void-customer",
    "declined-customer",
    "unknown-customer",
    "not-sent-customer",
    "refund-merchant-reprint",
    "preview",
    "terminal-text",
    "terminal-prints",
    "anchor",
    "case",
)
# The main kinds in the further languages, two slips on each picture.
FURTHER = (
    ("de32-refund-merchant", "fr32-unknown-customer"),
    ("it32-void-customer", "es32-refund-customer"),
)
PAIRS = {kind: (f"zh32-{kind}", f"en32-{kind}") for kind in KINDS} | {
    f"{left.partition('-')[0]}-{right.partition('-')[0]}": (left, right) for left, right in FURTHER
}
# The font of the pictures that are kept; another version of it draws other dots.
FONT_SHA256 = "b76b0433"
# Around each paper: white, the line of its edge, and white again inside of it.
_LEFT, _RIGHT = b"\x00\x01\x00\x00", b"\x00\x00\x80\x00"
_MARGIN = 16


def fonts_of_the_pictures() -> Fonts | None:
    """The fonts here, or None where they have no Chinese letters."""
    try:
        fonts = find_fonts()
    except NoFont:
        return None
    return fonts if fonts.has("国") else None


def pinned(fonts: Fonts) -> bool:
    """Whether these are the very fonts that the kept pictures are drawn with."""
    return sha256(fonts.regular.data).hexdigest().startswith(FONT_SHA256)


def picture(kind: str, fonts: Fonts) -> bytes:
    """The PNG of a kind: two papers with an edge, side by side."""
    left, right = (draw(layout(SAMPLES[name]), fonts) for name in PAIRS[kind])
    height = max(left.height, right.height)
    rows = zip(_framed(left, height), _framed(right, height), strict=True)
    return png(Bitmap(_width(left) + _width(right), tuple(a + b for a, b in rows)))


def _width(paper: Bitmap) -> int:
    return paper.width + 8 * len(_LEFT + _RIGHT)


def _framed(paper: Bitmap, height: int) -> list[bytes]:
    """The paper's rows inside a line, and white below it up to the height of its neighbour."""
    across = paper.width // 8
    edge = b"\x00\x01\xff\xff" + b"\xff" * across + b"\xff\xff\x80\x00"
    white = [bytes(across)] * _MARGIN
    inside = [_LEFT + row + _RIGHT for row in (*white, *paper.rows, *white)]
    outside = bytes(len(edge))
    return [outside, edge, *inside, edge, *[outside] * (height - paper.height), outside]


def main() -> None:
    """Draw all of them."""
    fonts = fonts_of_the_pictures()
    if fonts is None:
        print("slips were not drawn: no font with Chinese letters (Debian: fonts-noto-cjk)")
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for kind in PAIRS:
        (FOLDER / f"{kind}.png").write_bytes(picture(kind, fonts))


if __name__ == "__main__":
    main()
