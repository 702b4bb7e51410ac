"""Receipt text that the terminal sends: several frames, the last one marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.session import ReceiptText

if TYPE_CHECKING:
    from protocols.kit.messages import Message

LINE_END: Final = "\x7d"
BOLD: Final = "\x7f"  # double height and bold: said by nobody who prints these lines
END: Final = "\x1b"
LAST: Final = LINE_END * 6 + END  # what a receipt ends with


def receipt_text(message: Message) -> ReceiptText:
    """The lines of one frame. Which copy it is, nothing tells."""
    text = message.values["text"]
    assert isinstance(text, str)
    last = text.endswith(END)
    body = text.removesuffix(END).rstrip(LINE_END) if last else text.removesuffix(LINE_END)
    return ReceiptText(tuple(body.replace(BOLD, "").split(LINE_END)), last=last)
