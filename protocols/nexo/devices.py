"""What the terminal asks of the till while it works: show, print, type. Always answered at once.

Nobody types for the terminal here: an input is refused, so that it does not wait for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from protocols.kit.branches import Syntax
from protocols.kit.masking import mask_digits
from protocols.kit.session import Action, Progress, ReceiptText
from protocols.nexo.layouts import BY_NAME
from protocols.nexo.rows import OUTPUTS_MAX, RECEIPTS_MAX

if TYPE_CHECKING:
    from protocols.kit.fields import Value
    from protocols.kit.messages import Message

_COPIES: Final = {"CashierReceipt": "merchant", "CustomerReceipt": "customer"}
_SILENT: Final = "NotRequired"


def handle(message: Message) -> tuple[Message | None, list[Action]]:
    """The answer to a request of the terminal, if it wants one, and what it means for us."""
    match message.layout.name:
        case "DisplayRequest":
            return _display(message)
        case "InputRequest":
            return _input(message)
        case _:
            return _print(message)


def _answer(message: Message, name: str, **values: Value | None) -> Message:
    """An answer in the terminal's own words, whether or not we know them all."""
    layout = BY_NAME[Syntax(message.layout.variant), name.lower()]
    return layout.message(
        protocol_version=message.text("protocol_version"),
        service_id=message.text("service_id"),
        device_id=message.text("device_id") or "0",
        sale_id=message.text("sale_id"),
        poi_id=message.text("poi_id"),
        **values,
    )


def _display(message: Message) -> tuple[Message | None, list[Action]]:
    told: dict[str, Value | None] = {}
    shown: list[str] = []
    for number in range(1, OUTPUTS_MAX + 1):
        name = f"display_{number}_"
        shown += lines_of(message, name)
        if f"{name}device" in message.values and message.values.get(f"{name}answer") is not False:
            told |= {
                f"{name}device": message.text(f"{name}device"),
                f"{name}info": message.text(f"{name}info") or "Display",
                f"{name}result": "Success",
            }
    answer = _answer(message, "DisplayResponse", **told) if told else None
    return answer, [Progress("nexo.display", " ".join(" ".join(shown).split()))]


def _input(message: Message) -> tuple[Message | None, list[Action]]:
    answer = _answer(
        message,
        "InputResponse",
        input_device=message.text("input_device") or "CashierInput",
        input_info=message.text("input_info") or "Input",
        input_result="Failure",
        input_error_condition="UnavailableDevice",
    )
    shown = " ".join(" ".join(lines_of(message, "display_1_")).split())
    return answer, [Progress("nexo.input", shown)]


def _print(message: Message) -> tuple[Message | None, list[Action]]:
    kind = message.text("print_kind") or "Document"
    text = ReceiptText(lines_of(message, "print_"), _COPIES.get(kind, ""), last=True)
    if message.text("print_mode") == _SILENT:
        return None, [text]
    return _answer(message, "PrintResponse", print_kind=kind, result="Success"), [text]


def receipts_of(message: Message, prefix: str = "") -> list[Action]:
    """The receipts that stand in an answer."""
    found: list[Action] = []
    for number in range(1, RECEIPTS_MAX + 1):
        name = f"{prefix}receipt_{number}_"
        if f"{name}lines" in message.values:
            copy = _COPIES.get(message.text(f"{name}kind") or "", "")
            found.append(ReceiptText(lines_of(message, name), copy, last=True))
    return found


def lines_of(message: Message, prefix: str) -> tuple[str, ...]:
    """Lines to show, card numbers hidden. One dialect writes name=…&value=… in place of a line."""
    text = message.text(f"{prefix}lines")
    return () if text is None else tuple(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    if line.startswith(("name=", "key=", "value=")):
        pairs = dict(parse_qsl(line, max_num_fields=8)) if line.count("&") < 8 else {}  # noqa: PLR2004
        line = " ".join(pairs[key] for key in ("name", "value") if key in pairs)
    return mask_digits(line)
