"""Draws docs/pictures: the demo as it runs, and slips of every kind: `make pictures`.

The pictures name no font and no host that a reader's browser would have to ask for.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

from terminal_agent.slips import render
from tests.slips import pictures as slips
from tests.slips.samples import SAMPLES

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
_FONT_FACE = re.compile(r"@font-face \{.*?\}\n?", re.DOTALL)
_FONT = "DejaVu Sans Mono, Menlo, Consolas, monospace"
_CHAR = 12.2  # the width of a letter in the units of the picture
_INDENTED = re.compile(
    r'x="(?P<x>[\d.]+)" (?P<y>y="[\d.]+") textLength="(?P<length>[\d.]+)"(?P<rest>[^>]*)>'
    r"(?P<blanks>(?:&#160;)+)(?=[^<])"
)
# The part of the demo that is worth a picture: from the lost answer to the second press.
_FROM, _TO = "3. 10.00 of another sale", "  Slip: "
_AGAIN, _BOOKS = "4. An impatient", "5. The refund register"
_STYLES = (
    (re.compile(r"^\$ .*", re.MULTILINE), "bold cyan"),
    (re.compile(r"^\d\. .*(?:\n.+)*", re.MULTILINE), "bold"),
    (re.compile(r"^  The outcome of case .*\n.*", re.MULTILINE), "yellow"),
    (re.compile(r"^  Checked: .*", re.MULTILINE), "bold green"),
)


def demo() -> str:
    """What `refund-agent demo` prints, in the folder of its own that ends with it."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "terminal_agent", "--lang", "en", "demo"]
        done = subprocess.run(
            [*command, "--keep", folder], capture_output=True, text=True, check=True
        )
        return done.stdout.replace(folder, "/home/shop")


def excerpt(text: str) -> str:
    """The lost answer, and the second press of the same key."""
    lost = text[text.index(_FROM) :]
    lost = lost[: lost.index(_TO)]
    again = text[text.index(_AGAIN) : text.index(_BOOKS)]
    return f"{lost.rstrip()}\n\n{again.rstrip()}"


def picture(text: str, title: str, width: int) -> str:
    """A terminal window with this text, as SVG."""
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True)
    shown = Text(text)
    for pattern, style in _STYLES:
        for match in pattern.finditer(text):
            shown.stylize(style, match.start(), match.end())
    console.print(shown)
    svg = console.export_svg(title=title, unique_id=title.split(maxsplit=1)[0])
    svg = _FONT_FACE.sub("", svg)
    svg = re.sub(r"font-family: ?[^;]+;", f"font-family: {_FONT};", svg)
    return _INDENTED.sub(_indented, re.sub(r"<!-- .*? -->\n?", "", svg))


def _indented(found: re.Match[str]) -> str:
    """Blanks in front as a place, not as letters: some viewers drop them."""
    blanks = found["blanks"].count("&#160;") * _CHAR
    x, length = float(found["x"]) + blanks, float(found["length"]) - blanks
    return f'x="{x:g}" {found["y"]} textLength="{length:g}"{found["rest"]}>'


def main() -> None:
    """Draw all of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    pictures = {
        "demo.svg": picture(excerpt(demo()), "refund-agent demo", 82),
        "slip.svg": picture(render(SAMPLES["en32-refund-customer"]), "customer slip", 34),
    }
    for name, svg in pictures.items():
        (FOLDER / name).write_text(svg, encoding="utf-8")
    slips.main()


if __name__ == "__main__":
    main()
