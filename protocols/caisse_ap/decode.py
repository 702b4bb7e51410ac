"""Bytes in words, for a technician: the items of each message by name, card data masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.caisse_ap.framing import ItemsFramer
from protocols.caisse_ap.layouts import ANSWER
from protocols.caisse_ap.masking import mask_read
from protocols.caisse_ap.messages import command_of, parse
from protocols.caisse_ap.results import code_of, meaning
from protocols.kit.contract import Decoded
from protocols.kit.errors import BadField, BadFrame, ProtocolError
from protocols.kit.framing import Damaged
from protocols.kit.masking import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from protocols.kit.contract import DecodeOptions
    from protocols.kit.fields import Value
    from protocols.kit.messages import Message

MESSAGE: Final = "message"
LAYERS: Final = (MESSAGE,)
_NAMES: Final = {"pan": "masked_pan", "link": "link_to_original"}
_ACTIONS: Final[Mapping[str, str]] = {
    "0": "debit",
    "1": "refund",
    "2": "cancellation",
    "3": "duplicate",
    "B": "end of day",
    "P": "print",
    "C": "identification",
}


def decode(data: bytes, options: DecodeOptions) -> Sequence[Decoded]:
    """Every message in `data`, which must be consumed exactly; each begins with CZ.

    There is only one layer and every profile reads alike. Raises ProtocolError with an offset.
    """
    found: list[Decoded] = []
    for at, payload in _messages(data):
        try:
            message = parse(payload)
            masked = parse(mask_read(payload, message))
        except ProtocolError as error:
            raise BadField(error.what_happened, offset=at + (error.offset or 0)) from None
        found.append(_in_words(message, masked))
    return found


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    framer = ItemsFramer()
    at = 0
    for piece in [*framer.pieces(data), *framer.quiet()]:
        if isinstance(piece, Damaged):
            raise BadFrame(piece.why, offset=at)
        yield at, piece.data
        at += len(piece.data)
    if framer.pending:
        raise BadFrame("an item is cut short", offset=at + len(framer.standing))


def _in_words(message: Message, masked: Message) -> Decoded:
    fields: dict[str, object] = {}
    for name, value in masked.values.items():
        fields[_NAMES.get(name, name)] = _shown(value)
    amount = fields.pop("amount", None)
    if isinstance(amount, str):
        fields["amount_minor"] = int(amount)
    answer = message.layout is ANSWER
    if answer:
        _add_result(message, fields)
    action = message.text("action") or ""
    kind = _ACTIONS.get(action, "unlisted action" if action else "")
    return Decoded(
        command=command_of(message),
        name=f"{message.layout.name}: {kind}" if kind else message.layout.name,
        fields=fields,
        direction=message.layout.direction,
        notes=() if answer else _NO_RESULT,
    )


_NO_RESULT: Final = ("no AE: a request, or an answer that leaves its result open",)


def _add_result(message: Message, fields: dict[str, object]) -> None:
    result = message.text("result")
    assert result is not None, "an answer has a result"
    code = code_of(result, message.text("reason"))
    fields["result_code"] = code
    fields["result"] = meaning(code).outcome.value


def _shown(value: Value) -> object:
    match value:
        case Secret():
            return value.masked
        case bytes():
            return value.hex().upper()
        case _:
            return value
