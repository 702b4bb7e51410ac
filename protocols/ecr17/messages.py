"""ECR17 bytes to messages and back; of the layouts with one letter the length tells which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.ecr17.layouts import HEAD_SIZE, MESSAGES, PROGRESS
from protocols.kit.errors import BadField, UnknownMessage
from protocols.kit.fields import Text

if TYPE_CHECKING:
    from protocols.kit.fields import Value
    from protocols.kit.messages import Message, MessageLayout, Part

_CODE_AT: Final = HEAD_SIZE - 1
_BY_CODE: Final[dict[bytes, tuple[MessageLayout, ...]]] = {
    layout.code: tuple(other for other in MESSAGES if other.code == layout.code)
    for layout in MESSAGES
}
_SOH: Final = PROGRESS.code
_FROM_TILL: Final = "to_terminal"


def parse(payload: bytes, *, direction: str = "") -> Message:
    """The message of one frame's body, or of a progress text with its SOH.

    `direction` ("to_ecr", "to_terminal") leaves only the layouts of that side, as the letter S
    means a reversal from the till and receipt text from the terminal; without it a body that fits
    both is taken for the request. Raises BadField, or UnknownMessage for a letter that is not in
    the table.
    """
    code = _code_of(payload)
    choices = tuple(c for c in _BY_CODE.get(code, ()) if direction in {"", c.direction})
    if not choices:
        raise UnknownMessage(f"{code!r} is no message we know", offset=min(_CODE_AT, len(payload)))
    return _first_that_fits(choices, payload)


def serialise(message: Message) -> bytes:
    """The body of a message. Raises BadField when it does not fit."""
    return message.layout.write(message.values)


def build(layout: MessageLayout, **values: Value) -> Message:
    """A new message, checked: codes and what is reserved fill themselves. Raises BadField."""
    filled = {
        part.name: values.pop(part.name) if part.name in values else _filler(part)
        for part in layout.parts
        if part.name in values or not part.optional
    }
    return layout.message(**filled, **values)


def code_of(payload: bytes) -> str:
    """The letter of a body, "SOH" of a progress text, "" of anything else."""
    code = _code_of(payload)
    if code == _SOH:
        return "SOH"
    return code.decode("latin-1") if code in _BY_CODE else ""


def _filler(part: Part) -> Value:
    field = part.field
    fixed = getattr(field, "text", None)
    if isinstance(fixed, str):
        return fixed
    if isinstance(field, Text) and part.name.startswith("reserved"):
        return "0" * field.size
    return ""


def _code_of(payload: bytes) -> bytes:
    if payload[:1] == _SOH:
        return _SOH
    if len(payload) < HEAD_SIZE or payload[_CODE_AT - 1 : _CODE_AT] != b"0":
        return b""
    return payload[_CODE_AT:HEAD_SIZE]


def _first_that_fits(choices: tuple[MessageLayout, ...], payload: bytes) -> Message:
    """The error told is that of the layout that got furthest."""
    furthest: BadField | None = None
    for layout in choices:
        try:
            return layout.read(payload)
        except BadField as error:
            if furthest is None or (error.offset or 0) > (furthest.offset or 0):
                furthest = error
    assert furthest is not None
    raise furthest
