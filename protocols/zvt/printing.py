"""What a terminal wants shown or printed: print lines, print blocks, display texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.session import ReceiptText
from protocols.zvt.charset import letters

if TYPE_CHECKING:
    from protocols.kit.messages import Message
    from protocols.kit.tlv import Tlv

PRINT_LINE: Final = b"\x06\xd1"
PRINT_BLOCK: Final = b"\x06\xd3"
PRINT_COMMANDS: Final = frozenset({PRINT_LINE, PRINT_BLOCK})

_TAG_TEXT: Final = 0x07
_TAG_TEXTS: Final = 0x25
_TAG_RECEIPT_TYPE: Final = 0x1F07
_COPIES: Final = {1: "merchant", 2: "customer", 3: "admin"}
_FEED: Final = 0xFF
_LAST: Final = 0x80
_FEEDS_MAX: Final = 20  # a feed count from the line must not fill a slip


def receipt_text(message: Message, charset: str) -> ReceiptText:
    """The lines of 06 D1 (one) or 06 D3 (many), with the copy they belong to (section 7.3)."""
    container = message.container() if "tlv" in message.values else None
    copy = _copy(container)
    if message.layout.code == PRINT_BLOCK:
        return ReceiptText(_block_lines(container, charset), copy, last=True)
    attribute = int(message.text("attribute") or "00", 16)
    text = message.text("text") or ""
    if attribute == _FEED:
        # The count is one byte; only small ones are letters that every set reads alike.
        count = ord(text[0]) if text and ord(text[0]) < _FEEDS_MAX else 1
        return ReceiptText(("",) * count, copy)
    return ReceiptText((text,), copy, last=attribute > _LAST)


def spoken(message: Message, charset: str) -> str:
    """The display texts that come with an intermediate status, on one line."""
    container = message.container()
    if container is None:
        return ""
    texts = [letters(n.value, charset) for n in container.walk() if n.tag == _TAG_TEXT]
    return " ".join(" ".join(texts).split())


def _copy(container: Tlv | None) -> str:
    node = container.first(_TAG_RECEIPT_TYPE) if container else None
    return _COPIES.get(node.value[0], "") if node is not None and node.value else ""


def _block_lines(container: Tlv | None, charset: str) -> tuple[str, ...]:
    if container is None:
        return ()
    return tuple(
        letters(node.value, charset)
        for block in container.nodes
        if block.tag == _TAG_TEXTS
        for node in block.children
        if node.tag == _TAG_TEXT
    )
