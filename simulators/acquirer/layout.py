"""UnionPay's layout of an ISO 8583 message as a table of fields; pyiso8583 reads and writes by it.

Fields are a mapping from number to text: digits for packed numbers, characters for text, upper-case
hex for raw bytes; "t" is the message type. Everything that does not fit is a BadMessage, which
names the field and never its value.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from simulators.acquirer.errors import BadMessage, NoIso8583

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

Fields = dict[str, str]
_FieldSpec = dict[str, str | int]


class _Kind(NamedTuple):
    """How a field is written: `length` bytes of packed length in front, digits packed or not."""

    encoding: str
    length: int
    nibbles: bool = False
    left_pad: str = ""
    right_pad: str = ""
    shape: str = ""  # what its text must look like


_DIGITS: Final = "[0-9]*"
_PACKED: Final = _Kind("b", 0, nibbles=True, shape=_DIGITS)
_PACKED_LEFT: Final = _PACKED._replace(right_pad="0")  # odd: left-justified, a 0 behind
_PACKED_RIGHT: Final = _PACKED._replace(left_pad="0")  # odd: right-justified, a 0 in front
_LL_DIGITS: Final = _Kind("b", 1, nibbles=True, right_pad="0", shape=_DIGITS)
_LLL_DIGITS: Final = _LL_DIGITS._replace(length=2)
_LL_TRACK: Final = _LL_DIGITS._replace(shape="[0-9D]*")
_LLL_TRACK: Final = _LL_TRACK._replace(length=2)
_TEXT: Final = _Kind("ascii", 0, shape="[ -~]*")
_LL_TEXT: Final = _TEXT._replace(length=1)
_LLL_TEXT: Final = _TEXT._replace(length=2)
_LLL_GBK: Final = _Kind("gbk", 2)
_RAW: Final = _Kind("b", 0)
_LLL_RAW: Final = _Kind("b", 2)


class Row(NamedTuple):
    """One field: digits, characters or bytes at most (exactly, where it is fixed)."""

    number: int
    kind: _Kind
    size: int
    name: str


TABLE: Final = (
    Row(2, _LL_DIGITS, 19, "card number"),
    Row(3, _PACKED, 6, "processing code"),
    Row(4, _PACKED, 12, "amount"),
    Row(11, _PACKED, 6, "trace"),
    Row(12, _PACKED, 6, "time"),
    Row(13, _PACKED, 4, "date"),
    Row(14, _PACKED, 4, "expiry"),
    Row(15, _PACKED, 4, "settlement date"),
    Row(22, _PACKED_LEFT, 3, "entry mode"),
    Row(23, _PACKED_RIGHT, 3, "card sequence"),
    Row(25, _PACKED, 2, "condition"),
    Row(26, _PACKED, 2, "PIN length"),
    Row(32, _LL_DIGITS, 11, "acquirer"),
    Row(35, _LL_TRACK, 37, "track 2"),
    Row(36, _LLL_TRACK, 104, "track 3"),
    Row(37, _TEXT, 12, "reference"),
    Row(38, _TEXT, 6, "authorisation code"),
    Row(39, _TEXT, 2, "response code or reversal reason"),
    Row(41, _TEXT, 8, "terminal"),
    Row(42, _TEXT, 15, "merchant"),
    Row(44, _LL_TEXT, 25, "issuer and acquirer"),
    Row(48, _LLL_DIGITS, 322, "totals"),
    Row(49, _TEXT, 3, "currency"),
    Row(52, _RAW, 8, "PIN block"),
    Row(53, _PACKED, 16, "security information"),
    Row(54, _LLL_TEXT, 20, "balance"),
    Row(55, _LLL_RAW, 255, "chip data"),
    Row(60, _LLL_DIGITS, 19, "type, batch, network code"),
    Row(61, _LLL_DIGITS, 29, "original batch, trace and date"),
    Row(62, _LLL_RAW, 512, "keys, or the till's numbers"),
    Row(63, _LLL_GBK, 163, "scheme and operator"),
    Row(64, _RAW, 8, "MAC"),
)
NAMES: Final = {str(row.number): row.name for row in TABLE}
_SHAPES: Final = {str(row.number): re.compile(row.kind.shape) for row in TABLE if row.kind.shape}
_TYPE: Final = re.compile("0[2-8][0-9]{2}")
_BITMAP: Final = slice(2, 10)  # where it stands in a message
_KNOWN_BITS: Final = sum(1 << (64 - row.number) for row in TABLE)


@cache
def _library() -> ModuleType:
    """pyiso8583, loaded when it is first needed. Raises NoIso8583."""
    try:
        import iso8583
    except ImportError:
        raise NoIso8583 from None
    return iso8583


@cache
def _spec() -> dict[str, _FieldSpec]:
    fixed = _field(_PACKED, 0, "")
    spec = {
        "h": fixed,
        "t": _field(_PACKED, 4, "message type"),
        "p": _field(_RAW, 8, "bitmap"),
        "1": _field(_RAW, 8, "second bitmap"),
    }
    for row in TABLE:
        spec[str(row.number)] = _field(row.kind, row.size, row.name)
    return spec


def _field(kind: _Kind, size: int, name: str) -> _FieldSpec:
    found: _FieldSpec = {
        "data_enc": kind.encoding,
        "len_enc": "bcd",
        "len_type": kind.length,
        "len_count": "nibbles" if kind.nibbles else "bytes",
        "max_len": size,
        "desc": name,
    }
    if kind.left_pad:
        found["left_pad"] = kind.left_pad
    if kind.right_pad:
        found["right_pad"] = kind.right_pad
    return found


def check_installed() -> None:
    """Raises NoIso8583 where the library is missing: better at the start than at the first sale."""
    _library()


def encode(fields: Mapping[str, str]) -> bytes:
    """Message type, bitmap and fields as bytes. Raises BadMessage."""
    _check(fields)
    library = _library()
    try:
        raw, _ = library.encode(dict(fields), _spec())
    except library.EncodeError as error:
        raise BadMessage("cannot be written", field=str(error.field)) from None
    return bytes(raw)


def decode(message: bytes) -> Fields:
    """The fields of a whole message. Raises BadMessage, also for bytes behind its end."""
    library = _library()
    strange = int.from_bytes(message[_BITMAP], "big") & ~_KNOWN_BITS
    if strange:
        raise BadMessage("is not in the layout", field=str(65 - strange.bit_length()))
    try:
        decoded, _ = library.decode(message, _spec())
    except library.DecodeError as error:
        raise BadMessage("cannot be read", field=str(error.field)) from None
    fields = {number: text for number, text in decoded.items() if number not in {"h", "p"}}
    _check(fields)
    return fields


def _check(fields: Mapping[str, str]) -> None:
    """What the library does not look at: the type, digits that are digits, printable text."""
    if not _TYPE.fullmatch(fields.get("t", "")):
        raise BadMessage("is no message type of this line", field="t")
    for number, text in fields.items():
        if number == "t":
            continue
        if number not in NAMES:
            raise BadMessage("is not in the layout", field=number)
        shape = _SHAPES.get(number)
        if shape is not None and not shape.fullmatch(text):
            raise BadMessage("has characters that do not belong there", field=number)


def raw(text: str) -> bytes:
    """The bytes of a raw field's text."""
    return bytes.fromhex(text)
