"""Our requests in ZVT's words. ZVT's "reversal" (06 30) is our void; its 06 31 is our refund."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from protocols.kit.errors import BadField
from protocols.kit.money import Currency
from protocols.kit.tlv import Tlv, constructed, primitive
from protocols.kit.vocabulary import Operation
from protocols.zvt.messages import build

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from protocols.kit.messages import Message
    from protocols.kit.session import Request, SessionSettings
    from protocols.zvt.profiles import ZvtProfile

    Builder = Callable[[Request, SessionSettings, ZvtProfile], Message]

POSITIVE: Final = b"\x80\x00\x00"
NOT_POSSIBLE: Final = b"\x84\x83\x00"
ABORT: Final = build("06B0")

STATUS_INFORMATION: Final = b"\x04\x0f"
INTERMEDIATE: Final = b"\x04\xff"
SET_CLOCK: Final = b"\x04\x01"
COMPLETION: Final = b"\x06\x0f"
ABORTED: Final = b"\x06\x1e"

# A result that cannot be read is never refused: 84 xx would ask the terminal to undo it.
NEVER_REFUSED: Final = frozenset({STATUS_INFORMATION, COMPLETION, ABORTED})
# These decide nothing: an unreadable one is taken so that the dialogue goes on.
TAKEN_UNREAD: Final = frozenset({INTERMEDIATE, SET_CLOCK, b"\x06\xd1", b"\x06\xd3"})

# Service byte of 06 20 (section 7.2): send the status information of the last transaction, and
# print nothing.
_SILENT_QUERY: Final = "03"
_STATUS_AND_PRINT: Final = "01"
_PRINT_BLOCK: Final = bytes.fromhex("06D3")
_TAG_COMMANDS: Final = 0x26
_TAG_COMMAND: Final = 0x0A

# Config byte bits of a registration (section 7.1).
ECR_PRINTS_PAYMENT: Final = 0x02
ECR_PRINTS_ADMINISTRATION: Final = 0x04
TERMINAL_SENDS_LINES: Final = 0x80


def encode(request: Request, settings: SessionSettings, profile: ZvtProfile) -> Message:
    """The command of a request. Raises BadField where ZVT has no form for it."""
    build_command = _BUILDERS.get(request.operation)
    if build_command is None:
        raise BadField(f"ZVT has no command for {request.operation.value}")
    return build_command(request, settings, profile)


def repeatable(operation: Operation) -> bool:
    """Whether the same frame may be written again on NAK or silence (never a booking one)."""
    return operation not in _ONCE


_ONCE = frozenset({Operation.SALE, Operation.VOID, Operation.REFUND, Operation.END_OF_DAY})


def expects_result(operation: Operation) -> bool:
    """Whether a status information (04 0F) belongs to this request."""
    return operation in _WITH_RESULT


_WITH_RESULT = _ONCE | {Operation.LAST_TRANSACTION, Operation.REPRINT}


def ends_with_answer(operation: Operation) -> bool:
    """Whether 80 00 alone ends the request: log-off and abort have no completion."""
    return operation in (Operation.DISCONNECT, Operation.ABORT)


def config_byte(settings: SessionSettings, profile: ZvtProfile) -> int:
    """What registration asks for: who prints, and that intermediate states are sent."""
    printing = ECR_PRINTS_PAYMENT | ECR_PRINTS_ADMINISTRATION | TERMINAL_SENDS_LINES
    if settings.printer == "ecr":
        return profile.config_byte | printing
    return profile.config_byte & ~printing


def _password(settings: SessionSettings, profile: ZvtProfile) -> str:
    return settings.password or profile.password


def _connect(request: Request, settings: SessionSettings, profile: ZvtProfile) -> Message:
    return _registration(
        _password(settings, profile), config_byte(settings, profile), settings.currency
    )


# A till signs on again and again, always with the same words.
@lru_cache(maxsize=1)
def _registration(password: str, config: int, currency: str) -> Message:
    block = constructed(_TAG_COMMANDS, primitive(_TAG_COMMAND, _PRINT_BLOCK))
    return build(
        "0600",
        password=password,
        config_byte=f"{config:02X}",
        currency=currency.rjust(4, "0"),
        service_byte="00",
        tlv=Tlv.of(block),
    )


def _bare(code: str, **values: str) -> Builder:
    message = build(code, **values)

    def make(request: Request, settings: SessionSettings, profile: ZvtProfile) -> Message:
        return message

    return make


def _with_password(code: str, **values: str) -> Builder:
    # A terminal is asked the same thing many times while it settles, always with one password.
    @lru_cache(maxsize=1)
    def made(password: str) -> Message:
        return build(code, password=password, **values)

    def make(request: Request, settings: SessionSettings, profile: ZvtProfile) -> Message:
        return made(_password(settings, profile))

    return make


def _money(code: str, *, password: bool) -> Builder:
    def make(request: Request, settings: SessionSettings, profile: ZvtProfile) -> Message:
        amount = request.amount
        if amount is None:
            raise BadField("a booking needs an amount")
        if amount.currency != Currency.of(settings.currency):
            raise BadField(f"this terminal books {settings.currency}, not {amount.currency.alpha}")
        receipt = _receipt(request) if request.operation is Operation.VOID else None
        return build(
            code,
            password=_password(settings, profile) if password else None,
            receipt_number=receipt,
            amount_minor=amount.minor,
            currency=amount.currency.numeric.rjust(4, "0"),
        )

    return make


def _receipt(request: Request) -> str:
    """The receipt number (BMP 87, four digits) by which the terminal finds the original."""
    number = request.original.receipt_number if request.original else None
    digits = (number or "").lstrip("0").rjust(4, "0")
    if not number or len(digits) > 4 or not digits.isdecimal():
        raise BadField(f"a void needs the receipt number of the sale, four digits: {number!r}")
    return digits


_BUILDERS: Final[Mapping[Operation, Builder]] = {
    Operation.CONNECT: _connect,
    Operation.DISCONNECT: _bare("0602"),
    Operation.STATUS: _with_password("0501"),
    Operation.LAST_TRANSACTION: _with_password("0620", service_byte=_SILENT_QUERY),
    Operation.REPRINT: _with_password("0620", service_byte=_STATUS_AND_PRINT),
    Operation.SALE: _money("0601", password=False),
    Operation.VOID: _money("0630", password=True),
    Operation.REFUND: _money("0631", password=True),
    Operation.ABORT: _bare("06B0"),
    Operation.END_OF_DAY: _with_password("0650"),
    Operation.DIAGNOSE: _bare("0670"),
    Operation.INITIALISE: _with_password("0693"),
}
