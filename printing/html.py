"""A sheet as one page for a browser: on the same grid of cells, without script or outside file.

A Latin letter of a fixed-width font is one cell; every other character gets a box of its cells, so
that no font of the reader's machine can move what stands behind it.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, assert_never

from printing.grid import width
from printing.qr import modules
from printing.sheet import CELL_WIDTH, Cut, Qr, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from printing.sheet import Sheet

_DOTS_PER_MM = 8  # of the printers: 203 to the inch
_MODULE_DOTS = 6
_QUIET = 4  # squares around a QR code that stay white

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
@page {{ margin: 4mm; }}
body {{ margin: 0; background: #fff; color: #000; }}
/* A letter is 0.6 of its size wide in nearly every fixed-width font: {cell:g} mm, as on paper. */
main {{ width: {columns}ch; margin: 0 auto; padding: 3mm; font: {size:g}mm/1.2 "DejaVu Sans Mono",
  "Noto Sans Mono CJK SC", Menlo, Consolas, "Courier New", monospace; font-kerning: none;
  font-variant-ligatures: none; letter-spacing: 0; }}
p {{ margin: 0; height: 1.2em; white-space: pre; break-inside: avoid; }}
p.b {{ font-weight: bold; }}
p > span {{ display: inline-block; transform-origin: 0 0; }}
i {{ display: inline-block; width: 1ch; overflow: hidden; font-style: normal; text-align: center;
  vertical-align: top; }}
i.w {{ width: 2ch; }}
svg {{ display: block; margin: 0 auto; }}
hr {{ margin: 3mm 0 0; border: 0; border-top: 1px dashed #999; }}
@media print {{ main {{ padding: 0; }} hr {{ break-after: page; border: 0; margin: 0; }}
  hr:last-child {{ break-after: auto; }} }}
</style>
</head>
<body>
<main>
{body}</main>
</body>
</html>
"""


def to_html(sheet: Sheet, language: str) -> str:
    """The whole page; `language` is what the slip is written in, such as "de"."""
    cell = CELL_WIDTH / _DOTS_PER_MM
    rows = [block.text.strip() for block in sheet.blocks if isinstance(block, Row)]
    return _PAGE.format(
        language=escape(language),
        title=escape(next(filter(None, rows), "")),
        columns=sheet.columns,
        cell=cell,
        size=cell / 0.6,
        body="".join(f"{line}\n" for line in _lines(sheet)),
    )


def _lines(sheet: Sheet) -> Iterator[str]:
    for block in sheet.blocks:
        match block:
            case Row():
                yield _row(block)
            case Qr(data):
                yield _code(data)
            case Cut():
                yield "<hr>"
            case _:  # pragma: no cover
                assert_never(block)


def _row(row: Row) -> str:
    shown = _cells(row.text)
    bold = ' class="b"' if row.bold else ""
    if (row.wide, row.tall) == (1, 1):
        return f"<p{bold}>{shown}</p>"
    height = f' style="height:{1.2 * row.tall:g}em"' if row.tall > 1 else ""
    scale = f"transform:scale({row.wide},{row.tall})"
    return f'<p{bold}{height}><span style="{scale}">{shown}</span></p>'


def _cells(text: str) -> str:
    """ASCII as it is; any other character in a box as wide as its cells."""
    return "".join(
        escape(char) if char.isascii() else f"<i{_WIDE[width(char)]}>{char}</i>" for char in text
    )


_WIDE = {1: "", 2: ' class="w"'}


def _code(data: str) -> str:
    """A QR code as one path of its dark squares, with its text for those who cannot see it."""
    squares = modules(data)
    side = len(squares) + 2 * _QUIET
    path = "".join(
        f"M{x + _QUIET} {y + _QUIET}h1v1h-1z"
        for y, row in enumerate(squares)
        for x, dark in enumerate(row)
        if dark
    )
    size = f"{side * _MODULE_DOTS / _DOTS_PER_MM:g}mm"
    return (
        f'<svg role="img" aria-label="{escape(data)}" '
        f'width="{size}" height="{size}" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path d="{path}"/></svg>'
    )
