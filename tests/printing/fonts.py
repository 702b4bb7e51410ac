"""The fonts that pictures are drawn with in tests; where they are missing a test skips aloud."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from drivers.fonts import find_fonts
from printing.errors import NoFont
from printing.glyphs import Face, Fonts
from tests.process.tools import missing

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")


@cache
def _found() -> Fonts | None:
    try:
        return find_fonts()
    except NoFont:
        return None


def chinese_fonts() -> Fonts:
    """Fonts with Chinese letters."""
    fonts = _found()
    if fonts is None or not fonts.has("国"):
        missing("no font with Chinese letters is installed (Debian: fonts-noto-cjk)")
    return fonts


def latin_fonts() -> Fonts:
    """Fonts without them."""
    if not DEJAVU.is_file():
        missing(f"{DEJAVU} is not installed (Debian: fonts-dejavu-core)")
    return Fonts(Face(DEJAVU.read_bytes()))
