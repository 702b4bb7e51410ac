"""The bitmap (BMP) table of ZVT: tag byte, value name and shape of every field."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.fields import (
    Bcd,
    BcdNumber,
    Hex,
    Hidden,
    OpenBcd,
    OpenHex,
    OpenText,
    Text,
    TlvContainer,
    Uint,
    Var,
)
from protocols.kit.messages import Part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.kit.fields import Field

CHARSET: Final = "cp437"  # the default of the specification; it has a letter for every byte
MASKED: Final = "E"  # the nibble a terminal sends in place of a hidden digit
UNKNOWN_RECEIPT: Final = "FFFF"  # stands for "no receipt number" (BMP 87)

PASSWORD: Final = Hidden(Bcd(3, also=MASKED))
CURRENCY: Final = Bcd(2)
RECEIPT_NUMBER: Final = Bcd(2, words=(UNKNOWN_RECEIPT,))
_CARD_NUMBER: Final = Hidden(Var(2, OpenBcd(also="D" + MASKED)), card_number=True)
_TEXT: Final = Var(2, OpenText(CHARSET))
# BMP 60: two receipt numbers of 2 bytes, seven pairs of count (1 byte) and sum (6 bytes).
TOTALS_SIZE: Final = 2 * 2 + 7 * (1 + 6)
_SECRET_BYTES: Final = Hidden(Var(2, OpenHex()))
_SECRET_LONG: Final = Hidden(Var(3, OpenHex()))

_ROWS: Final[tuple[tuple[int, str, Field], ...]] = (
    (0x01, "timeout_s", Uint(1)),
    (0x02, "max_status_infos", Hex(1)),
    (0x03, "service_byte", Hex(1)),
    (0x04, "amount_minor", BcdNumber(6)),
    (0x05, "pump_number", Hex(1)),
    (0x06, "tlv", TlvContainer()),
    (0x0B, "trace_number", Bcd(3)),
    (0x0C, "time", Bcd(3)),
    (0x0D, "date", Bcd(2)),
    (0x0E, "expiry", Hidden(Bcd(2, also=MASKED))),
    (0x17, "card_sequence_number", Bcd(2)),
    (0x19, "payment_type", Hex(1)),
    (0x22, "pan", _CARD_NUMBER),
    (0x23, "track_2", Hidden(Var(2, OpenBcd(also="D" + MASKED)))),
    (0x24, "track_3", Hidden(Var(3, OpenBcd(also="D" + MASKED)))),
    (0x27, "result_code", Hex(1)),
    (0x29, "terminal_id", Bcd(4)),
    (0x2A, "contract_number", Text(15, " ", CHARSET)),
    (0x2D, "track_1", Hidden(Var(2, OpenText(CHARSET)))),
    (0x2E, "chip_data", _SECRET_LONG),
    (0x37, "original_trace_number", Bcd(3)),
    (0x3A, "cvv", Hidden(Hex(2))),
    (0x3B, "authorisation_attribute", Text(8, "\0", CHARSET)),
    (0x3C, "additional_text", Var(3, OpenText(CHARSET))),
    (0x3D, "password", PASSWORD),
    (0x49, "currency", CURRENCY),
    (0x4C, "blocked_goods_groups", Var(2, OpenBcd(also=MASKED))),
    (0x60, "totals", Var(3, OpenHex())),
    (0x70, "image_request", Hex(4)),
    (0x71, "image_size", Uint(4)),
    (0x72, "image_mime", Hex(1)),
    (0x73, "image_encoding", Hex(1)),
    (0x74, "image_chunk_count", Uint(1)),
    (0x75, "image_chunk_index", Uint(1)),
    (0x87, "receipt_number", RECEIPT_NUMBER),
    (0x88, "turnover_number", Bcd(3)),
    (0x8A, "card_type", Hex(1)),
    (0x8B, "card_name", _TEXT),
    (0x8C, "network_card_type", Hex(1)),
    (0x92, "offline_data", _SECRET_LONG),
    (0x9A, "geldkarte_record", _SECRET_LONG),
    (0xA0, "host_result_code", Hex(1)),
    (0xA7, "chip_ef_id", _SECRET_BYTES),
    (0xAA, "date_yymmdd", Bcd(3)),
    (0xAF, "chip_ef_info", _SECRET_LONG),
    (0xBA, "aid_parameter", Hex(5)),
    (0xD0, "key_algorithm", Hex(1)),
    (0xD1, "pin_data", _SECRET_BYTES),
    (0xD2, "card_output", Hex(1)),
    (0xD3, "dukpt_key", Hex(1)),
    (0xE0, "input_min", Uint(1)),
    *((0xE0 + n, f"second_text_{n}", _TEXT) for n in range(1, 9)),
    (0xE9, "input_max", Uint(1)),
    (0xEA, "input_echo", Hex(1)),
    (0xEB, "mac", Hidden(Hex(8))),
    (0xF0, "display_time_s", Uint(1)),
    *((0xF0 + n, f"text_{n}", _TEXT) for n in range(1, 9)),
    (0xF9, "beeps", Uint(1)),
    (0xFA, "reader_activation", Hex(1)),
    (0xFB, "confirmation", Hex(1)),
    (0xFC, "dialog_control", Hex(1)),
    (0xFD, "display_device", Hex(1)),
)

BITMAPS: Final[Mapping[int, Part]] = MappingProxyType(
    {tag: Part(name, field) for tag, name, field in _ROWS}
)


def only(*tags: int) -> Mapping[int, Part]:
    """The rows of these bitmaps, for messages that may carry no other."""
    return {tag: BITMAPS[tag] for tag in tags}


def without(*tags: int) -> Mapping[int, Part]:
    """All rows but these."""
    return {tag: part for tag, part in BITMAPS.items() if tag not in tags}
