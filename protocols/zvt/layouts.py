"""The commands of ZVT as tables: what stands in which message, and which way it goes.

Some codes have several layouts (PA00P015 section 7): `MESSAGES` holds one for each message that
can be read without knowing what came before, `VARIANTS` the other readings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.fields import Bcd, Hex, OpenBytes, OpenText, Uint, Var
from protocols.kit.messages import MessageLayout, Part
from protocols.zvt.bitmaps import BITMAPS, CHARSET, CURRENCY, PASSWORD, only, without

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from protocols.kit.messages import Direction

_TO_TERMINAL: Final = "to_terminal"
_TO_ECR: Final = "to_ecr"
_PW: Final = Part("password", PASSWORD)
_TLV: Final = only(0x06)
_SERVICE_TLV: Final = only(0x03, 0x06)
_NOTHING: Final[Mapping[int, Part]] = {}
# Fields for displays have no place in an answer, and their tag bytes look like a version text.
_ANSWER: Final = without(*range(0xE0, 0xFE))
_RESULT: Final = Part("result_code", Hex(1))
_DATA: Final = Part("data", OpenBytes())


def _layout(
    code: str,
    name: str,
    direction: Direction,
    parts: Sequence[Part] = (),
    tagged: Mapping[int, Part] = BITMAPS,
    *,
    variant: str = "",
) -> MessageLayout:
    return MessageLayout(bytes.fromhex(code), name, direction, tuple(parts), tagged, variant)


NEGATIVE: Final = MessageLayout(
    b"\x84", "negative acknowledgement", "both", (_RESULT,), only(0x04, 0x06), code_goes_on=True
)
_NEGATIVE_DATA: Final = MessageLayout(
    b"\x84", NEGATIVE.name, "both", (_RESULT, _DATA), _NOTHING, "data", code_goes_on=True
)
POSITIVE: Final = _layout("8000", "positive acknowledgement", "both", (), _TLV)
_POSITIVE_DATA: Final = _layout(
    "8000", "positive acknowledgement", "both", [_DATA], _NOTHING, variant="data"
)
_VERSION: Final = Part("version", Var(3, OpenText(CHARSET)))
_STATUS: Final = Part("terminal_status", Hex(1))
COMPLETION: Final = _layout("060F", "completion", _TO_ECR, (), _ANSWER)
STATUS_WITH_VERSION: Final = _layout(
    "060F", "completion of a status enquiry", _TO_ECR, [_VERSION, _STATUS], _TLV, variant="version"
)
STATUS_ALONE: Final = _layout(
    "060F", "completion of a status enquiry", _TO_ECR, [_STATUS], _TLV, variant="status"
)
REGISTERED: Final = _layout(
    "060F",
    "completion of a registration",
    _TO_ECR,
    (),
    {**_ANSWER, 0x19: Part("status_byte", Hex(1))},
    variant="registration",
)
ABORTED: Final = _layout("061E", "abort", _TO_ECR, [_RESULT], without(*range(1, 6), 0x27))
ABORTED_CURRENCY: Final = _layout(
    "061E",
    "abort",
    _TO_ECR,
    [_RESULT, Part("currency", CURRENCY)],
    only(0x06, 0x87),
    variant="currency",
)
_ATTRIBUTE: Final = Part("attribute", Hex(1))
# Printed text holds no 06, so the first one may begin the container some terminals append.
PRINT_LINE: Final = _layout(
    "06D1", "print line", "both", [_ATTRIBUTE, Part("text", OpenText(CHARSET, 0x06))], _TLV
)
_PRINT_LINE_AS_IS: Final = _layout(
    "06D1",
    "print line",
    "both",
    [_ATTRIBUTE, Part("text", OpenText(CHARSET))],
    _NOTHING,
    variant="as is",
)

_PLAIN: Final = (
    _layout("0401", "set clock in the till", _TO_ECR, (), only(0x0C, 0xAA, 0x06)),
    _layout("040F", "status information", _TO_ECR),
    _layout(
        "04FF",
        "intermediate status",
        _TO_ECR,
        [Part("intermediate_status", Hex(1)), Part("timeout_minutes", Bcd(1), optional=True)],
        _TLV,
    ),
    _layout(
        "0501",
        "status enquiry",
        _TO_TERMINAL,
        [Part("password", PASSWORD, optional=True)],
        _SERVICE_TLV,
    ),
    _layout(
        "0600",
        "registration",
        _TO_TERMINAL,
        [_PW, Part("config_byte", Hex(1)), Part("currency", CURRENCY, optional=True)],
        _SERVICE_TLV,
    ),
    _layout("0601", "authorisation", _TO_TERMINAL),
    _layout("0602", "log-off", _TO_TERMINAL, (), _TLV),
    _layout("0610", "turnover totals", _TO_TERMINAL, [_PW], _TLV),
    _layout(
        "0612",
        "reprint receipts",
        _TO_TERMINAL,
        [_PW, Part("first_receipt", Bcd(2)), Part("last_receipt", Bcd(2), optional=True)],
        _TLV,
    ),
    _layout("0618", "reset terminal", _TO_TERMINAL, (), _TLV),
    _layout("0620", "repeat receipt", _TO_TERMINAL, [_PW], _SERVICE_TLV),
    _layout("0622", "pre-authorisation", _TO_TERMINAL),
    _layout("0623", "partial reversal of a pre-authorisation", _TO_TERMINAL),
    _layout("0624", "book total", _TO_TERMINAL),
    _layout("0625", "reversal of a pre-authorisation", _TO_TERMINAL),
    _layout("0626", "reversal of an external pre-authorisation", _TO_TERMINAL),
    _layout("0630", "reversal", _TO_TERMINAL, [_PW]),
    _layout("0631", "refund", _TO_TERMINAL, [_PW]),
    _layout("0650", "end of day", _TO_TERMINAL, [_PW], _TLV),
    _layout("0670", "diagnosis", _TO_TERMINAL, (), _TLV),
    _layout("0691", "set clock in the terminal", _TO_TERMINAL, [_PW], only(0xAA, 0x0C, 0x06)),
    _layout("0693", "initialisation", _TO_TERMINAL, [_PW], _TLV),
    _layout("06B0", "abort by the till", _TO_TERMINAL, (), only(0xD2, 0xFA, 0x06)),
    _layout(
        "06C0", "read card", _TO_TERMINAL, [Part("timeout_s", Uint(1), optional=True)], BITMAPS
    ),
    _layout("06D3", "print text block", "both", (), _TLV),
    _layout("06E0", "display text", "both"),
    _layout("06E1", "display text and ask for a key", "both"),
    _layout("06E2", "display text and ask for a number", "both"),
    _layout("0814", "write file", "both", [Part("password", PASSWORD, optional=True)], _TLV),
)
# Commands whose inside is not described to us: the length is checked, the rest kept as it is.
_OPAQUE_TO_ECR: Final = (
    ("040D", "input request"),
    ("040E", "menu request"),
    ("06D8", "dial-up"),
    ("06D9", "transmit data"),
    ("06DA", "receive data"),
    ("06DB", "hang up"),
    ("06DD", "transparent connection"),
    ("0823", "OPT data"),
    ("0824", "OPT parameters"),
)
_OPAQUE_TO_TERMINAL: Final = (
    ("0603", "balance"),
    ("0604", "activate card"),
    ("0605", "procurement"),
    ("0609", "prepaid"),
    ("060A", "tax free"),
    ("060C", "book tip"),
    ("061A", "print configuration"),
    ("061B", "set terminal id"),
    ("0621", "telephone authorisation"),
    ("0679", "self test"),
    ("0695", "change password"),
    ("0801", "service mode"),
    ("0802", "switch protocol"),
    ("0810", "software update"),
    ("0811", "read file"),
    ("0812", "delete file"),
    ("0813", "print configuration file"),
    ("0820", "start OPT action"),
    ("0821", "OPT point in time"),
    ("0822", "start OPT pre-initialisation"),
    ("0830", "select language"),
    ("0840", "change baud rate"),
    ("0850", "activate card reader"),
)
_OPAQUE: Final = (
    *(_layout(code, name, _TO_ECR, [_DATA], _NOTHING) for code, name in _OPAQUE_TO_ECR),
    *(_layout(code, name, _TO_TERMINAL, [_DATA], _NOTHING) for code, name in _OPAQUE_TO_TERMINAL),
)

# One layout per message that is read back without knowing what came before.
MESSAGES: Final[tuple[MessageLayout, ...]] = (
    *_PLAIN,
    *_OPAQUE,
    COMPLETION,
    STATUS_WITH_VERSION,
    ABORTED,
    PRINT_LINE,
    POSITIVE,
    NEGATIVE,
)
# The other readings of the same codes: tried where the first does not fit, or by the command.
VARIANTS: Final[tuple[MessageLayout, ...]] = (
    STATUS_ALONE,
    REGISTERED,
    ABORTED_CURRENCY,
    _PRINT_LINE_AS_IS,
    _POSITIVE_DATA,
    _NEGATIVE_DATA,
)
