"""XML as far as till protocols need it: elements, attributes, text. Anything else is refused.

Written for bytes of strangers: no document type, no entities but the five of the standard, no
processing instructions, nothing from outside, bounded in size and depth. The same scanner serves
the reader and the mask, so that what is read is what is masked.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from protocols.kit.errors import BadField
from protocols.kit.node import DEPTH_MAX, NAME_DIGITS_MAX, Node, check_name, decoded, place

if TYPE_CHECKING:
    from collections.abc import Iterator

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_NAME: Final = r"[A-Za-z_:][A-Za-z0-9_:.\-]*"
_ATTRIBUTE: Final = re.compile(rf"\s+({_NAME})\s*=\s*(?:\"([^<\"]*)\"|'([^<']*)')")
_TAG: Final = re.compile(
    rf"<(?:/(?P<close>{_NAME})\s*"
    rf"|(?P<open>{_NAME})(?P<inside>(?:\s+{_NAME}\s*=\s*(?:\"[^<\"]*\"|'[^<']*'))*)\s*(?P<empty>/)?)>"
)
_PROLOGUE: Final = re.compile(
    r"\ufeff?(?:<\?xml\s+version\s*=\s*[\"']1\.[0-9][\"']"
    r"(?:\s+encoding\s*=\s*[\"'](?P<encoding>[A-Za-z][A-Za-z0-9._\-]*)[\"'])?"
    r"(?:\s+standalone\s*=\s*[\"'](?:yes|no)[\"'])?\s*\?>)?"
)
_ENCODINGS: Final = frozenset({"utf-8", "us-ascii"})
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE: Final = re.compile(r"&(?:#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))|(amp|lt|gt|quot|apos));")
_ENTITIES: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ESCAPES: Final = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;",
    "\r": "&#13;",
}  # fmt: skip
_LINE_ENDS: Final = re.compile("\r\n?")
_BLANKS: Final = re.compile("\r\n|[\t\n\r]")
_STRUCTURE: Final = "\0"  # no letter of XML: an element stood here
_TO_ESCAPE: Final = re.compile('[&<>"\t\n\r]')


class Piece(NamedTuple):
    """A part of a document: [start:end] of its text. `kind`: open, close, text, cdata, comment.

    `name` is the element's; `attributes` are names with where their values stand.
    """

    kind: str
    start: int
    end: int
    name: str = ""
    attributes: tuple[tuple[str, int, int], ...] = ()


def scan(text: str) -> Iterator[Piece]:
    """The pieces of a document, in order; empty elements open and close. Raises BadField."""
    illegal = _ILLEGAL.search(text)
    if illegal is not None:
        raise _wrong(text, illegal.start(), "a letter that XML does not have")
    prologue = _PROLOGUE.match(text)
    assert prologue is not None, "the prologue may be empty"
    encoding = prologue["encoding"]
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        raise _wrong(text, prologue.start("encoding"), f"letters in {encoding}")
    yield from _Scanner(text).run(prologue.end())


class _Scanner:
    """Walks through one document; checks that elements nest."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[str] = []
        self._rooted = False

    def run(self, at: int) -> Iterator[Piece]:
        text = self._text
        while at < len(text):
            if text[at] != "<":
                end = text.find("<", at)
                end = len(text) if end < 0 else end
                yield self._letters(at, end)
            elif text.startswith("<!--", at):
                end = self._until("-->", at + 4)
                if "--" in text[at + 4 : end - 3] or text[end - 4 : end - 3] == "-":
                    raise _wrong(text, at, "two hyphens in a comment")
                yield Piece("comment", at + 4, end - 3)
            elif text.startswith("<![CDATA[", at) and self._open:
                end = self._until("]]>", at + 9)
                yield Piece("cdata", at + 9, end - 3)
            else:
                piece, end = self._tag(at)
                yield piece
                if piece.kind == "open" and text[end - 2] == "/":
                    yield self._close(piece.name, end, end)
            at = end
        if self._open or not self._rooted:
            raise _wrong(text, len(text), "the document is cut short")

    def _until(self, mark: str, at: int) -> int:
        found = self._text.find(mark, at)
        if found < 0:
            raise _wrong(self._text, at, f"{mark} is missing")
        return found + len(mark)

    def _letters(self, at: int, end: int) -> Piece:
        part = self._text[at:end]
        if not self._open and part.strip(" \t\r\n"):
            raise _wrong(self._text, at, "letters outside of the document")
        if "]]>" in part:
            raise _wrong(self._text, at, "]]> in a text")
        return Piece("text", at, end)

    def _tag(self, at: int) -> tuple[Piece, int]:
        text = self._text
        found = _TAG.match(text, at)
        if found is None:
            raise _wrong(text, at, "neither element nor text")
        name = found["close"]
        if name is not None:
            return self._close(name, at, found.end()), found.end()
        name = found["open"]
        if self._rooted and not self._open:
            raise _wrong(text, at, "a second document")
        self._open.append(name)
        self._rooted = True
        if len(self._open) > DEPTH_MAX:
            raise _wrong(text, at, f"elements more than {DEPTH_MAX} deep")
        attributes = self._attributes(*found.span("inside"))
        if len(name) > NAME_DIGITS_MAX:
            check_name(name, place(text, at))
        return Piece("open", at, found.end(), name, tuple(attributes)), found.end()

    def _attributes(self, start: int, end: int) -> list[tuple[str, int, int]]:
        text = self._text
        found: list[tuple[str, int, int]] = []
        names: set[str] = set()
        if start == end:
            return found
        for each in _ATTRIBUTE.finditer(text, start, end):
            name = each[1]
            if name in names:
                raise _wrong(text, start, "an attribute appears twice")
            names.add(name)
            if len(name) > NAME_DIGITS_MAX:
                check_name(name, place(text, start))
            found.append((name, *each.span(2 if each[2] is not None else 3)))
        return found

    def _close(self, name: str, at: int, end: int) -> Piece:
        if not self._open or self._open[-1] != name:
            raise _wrong(self._text, at, f"</{name}> closes nothing")
        self._open.pop()
        return Piece("close", at, end, name)


def _wrong(text: str, at: int, what: str) -> BadField:
    return BadField(f"XML: {what}", offset=place(text, at))


def plain(part: str, at: int) -> str:
    """What letters of the document mean, references resolved; `at` is for the error (BadField)."""
    if "&" not in part:
        return part
    if _REFERENCE.sub("", part).count("&"):
        raise BadField("XML: a reference to something outside of the document", offset=at)
    return _REFERENCE.sub(lambda found: _referred(found, at), part)


def _referred(found: re.Match[str], at: int) -> str:
    if found[3] is not None:
        return _ENTITIES[found[3]]
    number = int(found[1], 16) if found[1] is not None else int(found[2])
    if number > sys.maxunicode or _ILLEGAL.match(chr(number)):
        raise BadField("XML: a reference to a letter that XML does not have", offset=at)
    return chr(number)


def units(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Each letter of [start:end] with where it stands: one letter or one whole reference."""
    at = start
    for found in _REFERENCE.finditer(text, start, end):
        yield from ((text[i], i, i + 1) for i in range(at, found.start()))
        yield _referred(found, start), found.start(), found.end()
        at = found.end()
    yield from ((text[i], i, i + 1) for i in range(at, end))


def read(data: bytes) -> Node:
    """The document as a node whose only member is its root. Raises BadField with an offset."""
    text = decoded(data)
    document = Node()
    open_nodes = [document]
    words: list[list[str]] = [[]]
    for piece in scan(text):
        match piece.kind:
            case "open":
                node = Node(place(text, piece.start), members={})
                for name, start, end in piece.attributes:
                    at = place(text, start)
                    node.add(name, Node(at, plain(_BLANKS.sub(" ", text[start:end]), at)))
                open_nodes[-1].add(piece.name, node)
                words[-1].append(_STRUCTURE)
                open_nodes.append(node)
                words.append([])
            case "close":
                node, letters = open_nodes.pop(), words.pop()
                # Letters beside elements are layout.
                node.text = None if _STRUCTURE in letters else "".join(letters)
            case "text":
                told = _LINE_ENDS.sub("\n", text[piece.start : piece.end])
                words[-1].append(plain(told, place(text, piece.start)))
            case "cdata":
                words[-1].append(_LINE_ENDS.sub("\n", text[piece.start : piece.end]))
    return document


def escaped(text: str) -> str:
    """A text as it stands in an element or in an attribute."""
    return _TO_ESCAPE.sub(lambda found: _ESCAPES[found.group()], text)
