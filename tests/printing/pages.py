"""Reads a page of ours back into blocks, as a browser would see it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from printing.sheet import Block, Cut, Qr, Row

_SCALE = re.compile(r"transform:scale\((\d),(\d)\)")


class PageReader(HTMLParser):
    """`blocks` as they stand on the page, `boxes` the characters with boxes, and their cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self.boxes: list[tuple[str, int]] = []
        self.tags: set[str] = set()
        self.language = ""
        self._text: str | None = None
        self._look = (False, 1, 1)
        self._box = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        if tag == "html":
            self.language = given["lang"]
        elif tag == "p":
            self._text, self._look = "", (given.get("class") == "b", 1, 1)
        elif tag == "span":
            found = _SCALE.fullmatch(given["style"])
            assert found is not None
            self._look = (self._look[0], int(found[1]), int(found[2]))
        elif tag == "i":
            self._box = 2 if given.get("class") == "w" else 1
        elif tag == "svg":
            self.blocks.append(Qr(given["aria-label"]))
        elif tag == "hr":
            self.blocks.append(Cut())

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            assert self._text is not None
            bold, wide, tall = self._look
            self.blocks.append(Row(self._text, bold=bold, wide=wide, tall=tall))
            self._text = None
        elif tag == "i":
            self._box = 0

    def handle_data(self, data: str) -> None:
        if self._text is None:
            return
        if self._box:
            self.boxes.append((data, self._box))
        else:
            assert data.isascii(), "a character without a box could move the grid"
        self._text += data
