"""Finds the fonts that slips are drawn with; a slip in the printer's own letters needs none.

Looks for one with Chinese letters first, then for a plain one that is enough for Latin text.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from printing.errors import NoFont
from printing.glyphs import Face, Fonts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Faces of one size in one file (.ttc); more no font file has.
_MOST_FACES = 32
_ANY_PX = 12
# Opening a font of a large collection takes 10 ms; these are where ours is in the usual versions.
_LIKELY_FACE: Final = {"NotoSansCJK-Regular.ttc": 7, "NotoSansCJK-Bold.ttc": 7, "simsun.ttc": 1}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One font: the name inside its files, and the files by name; `bold` may be missing."""

    family: str
    regular: str
    bold: str = ""


# In order of liking: letters of one width with Chinese, others with Chinese, Latin alone.
CANDIDATES: Final = (
    Candidate("Noto Sans Mono CJK SC", "NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
    Candidate(
        "Noto Sans Mono CJK SC", "NotoSansMonoCJKsc-Regular.otf", "NotoSansMonoCJKsc-Bold.otf"
    ),
    Candidate("Sarasa Mono SC", "SarasaMonoSC-Regular.ttf", "SarasaMonoSC-Bold.ttf"),
    Candidate("WenQuanYi Zen Hei Mono", "wqy-zenhei.ttc"),
    Candidate("NSimSun", "simsun.ttc"),
    Candidate("Microsoft YaHei", "msyh.ttc", "msyhbd.ttc"),
    Candidate("PingFang SC", "PingFang.ttc"),
    Candidate("Hiragino Sans GB", "Hiragino Sans GB.ttc"),
    Candidate("Heiti SC", "STHeiti Light.ttc", "STHeiti Medium.ttc"),
    Candidate("DejaVu Sans Mono", "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"),
    Candidate("Liberation Mono", "LiberationMono-Regular.ttf", "LiberationMono-Bold.ttf"),
    Candidate("Courier New", "cour.ttf", "courbd.ttf"),
    Candidate("Courier New", "Courier New.ttf", "Courier New Bold.ttf"),
    Candidate("Menlo", "Menlo.ttc"),
)

_ADVICE: Final = {
    "linux": "Install a font: on Debian and Ubuntu, apt install fonts-noto-cjk.",
    "darwin": "Install Noto Sans Mono CJK SC, or name a font file in the configuration.",
    "win32": "Install the Chinese supplemental fonts of Windows, or name a font file in the "
    "configuration.",
}


@cache
def find_fonts(configured: Path | None = None) -> Fonts:
    """The fonts of this computer, found once. Raises NoFont; its advice names what to install."""
    return search(folders(sys.platform), system=sys.platform, configured=configured)


def search(places: Sequence[Path], *, system: str, configured: Path | None = None) -> Fonts:
    """The best fonts in these folders and all below them, or the `configured` file (or folder).

    Raises NoFont.
    """
    if configured is not None:
        return _configured(configured)
    files = _files(places)
    for candidate in CANDIDATES:
        found = _candidate(candidate, files)
        if found is not None:
            return found
    advice = _ADVICE.get(system, _ADVICE["linux"])
    raise NoFont("no font was found that can draw a slip", what_to_do=advice)


def folders(system: str) -> tuple[Path, ...]:
    """Where a system keeps its fonts: everybody's and this user's."""
    home = Path.home()
    if system == "win32":
        windows = Path(os.environ.get("WINDIR", "C:/Windows"))
        local = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
        return (windows / "Fonts", local / "Microsoft" / "Windows" / "Fonts")
    if system == "darwin":
        return (
            home / "Library" / "Fonts",
            Path("/Library/Fonts"),
            Path("/System/Library/Fonts"),
        )
    return (
        home / ".local" / "share" / "fonts",
        home / ".fonts",
        Path("/usr/local/share/fonts"),
        Path("/usr/share/fonts"),
    )


def _configured(path: Path) -> Fonts:
    """A file is the font; of a folder, the fonts that we know. The bold one stands beside it."""
    if path.is_dir():
        return search([path], system="")
    try:
        regular = _best_face(path)
        sibling = path.with_name(path.name.replace("Regular", "Bold"))
        bold = None
        if sibling != path and sibling.is_file():
            bold = _best_face(sibling)
    except OSError as error:
        raise NoFont(
            f"the configured font {path} cannot be read",
            what_to_do="Name a font file (.ttf, .otf, .ttc) that exists, or leave the entry out.",
        ) from error
    return Fonts(regular, bold)


def _best_face(path: Path) -> Face:
    """The font in the file that we would have picked, or its first one. Raises OSError."""
    families = {candidate.family for candidate in CANDIDATES}
    names = list(_families(path))
    if not names:
        raise OSError(f"{path} is no font")
    index = next((index for index, name in names if name in families), 0)
    return Face(path.read_bytes(), index)


def _files(places: Sequence[Path]) -> dict[str, Path]:
    """Font files by their names; the earlier place wins."""
    wanted = {name for one in CANDIDATES for name in (one.regular, one.bold) if name}
    found: dict[str, Path] = {}
    for place in places:
        for folder, _, names in os.walk(place):
            for name in wanted.intersection(names):
                found.setdefault(name, Path(folder) / name)
    return found


def _candidate(candidate: Candidate, files: dict[str, Path]) -> Fonts | None:
    regular = _face(files.get(candidate.regular), candidate.family)
    if regular is None:
        return None
    return Fonts(regular, _face(files.get(candidate.bold), candidate.family))


def _face(path: Path | None, family: str) -> Face | None:
    """None where the file is missing, cannot be read, or holds another font."""
    if path is None:
        return None
    try:
        index = next(index for index, name in _families(path) if name == family)
        return Face(path.read_bytes(), index)
    except (OSError, StopIteration):
        return None


def _families(path: Path) -> Iterator[tuple[int, str]]:
    """The fonts in a file by number and name, the likely one first; none for what is no font.

    The class and not `truetype`, which takes a font of the same name from somewhere else for a file
    that it cannot read; and the path, since FreeType would copy 20 MB of bytes for each of them.
    """
    from PIL import ImageFont

    for count, index in enumerate((_LIKELY_FACE.get(path.name, 0), *range(_MOST_FACES))):
        try:
            font = ImageFont.FreeTypeFont(str(path), _ANY_PX, index=index)
        except OSError:
            if count:
                return
        else:
            yield index, font.getname()[0] or ""
