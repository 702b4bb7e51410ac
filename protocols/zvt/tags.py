"""The TLV tags of ZVT: what each is called and what kind of content it has.

Tags that are not listed are kept and shown as bytes; private ones (DFxx and others) are.
"""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class TagKind(Enum):
    """How the content of a tag is to be read, and whether it may be seen."""

    TEXT = "text"  # letters; could hold a card number
    BCD = "bcd"  # digits of something else than a card
    BYTES = "bytes"  # codes, bit sets, files
    NODES = "nodes"  # tags again
    HIDDEN = "hidden"  # card data or a password: never shown
    UNLISTED = "unlisted"  # nobody knows; could hold a card number


class Tag(NamedTuple):
    """A row of the table."""

    name: str
    kind: TagKind


_NAMES: Final = {
    TagKind.TEXT: {
        0x07: "text_line",
        0x0B: "info_field",
        0x0C: "info_field_2",
        0x15: "language",
        0x42: "application_label",
        0x44: "preferred_name",
        0x46: "emv_print_data_customer",
        0x47: "emv_print_data_merchant",
        0x4A: "product_display",
        0x1F17: "extended_error_text",
        0x1F40: "device_name",
        0x1F41: "software_version",
        0x1F62: "reference_kind",
        0x1F63: "reference_number",
        0x1F82: "transaction_reference",
        0x1F83: "acquirer_id",
    },
    TagKind.BCD: {
        0x08: "receipt_number",
        0x10: "merchant_display",
        0x11: "customer_display",
        0x12: "printer_width",
        0x45: "receipt_parameter",
        0x1F02: "first_transaction",
        0x1F03: "last_transaction",
        0x1F0E: "date",
        0x1F0F: "time",
        0x1F1F: "synchronisation_id",
        0x1F20: "amount",
        0x1F21: "currency",
        0x1F25: "cashback_amount",
        0x1F2B: "long_trace_number",
        0x1F36: "tip_amount",
        0x1F6A: "remaining_amount",
        0x1F73: "message_id",
    },
    TagKind.BYTES: {
        0x01: "reversal_id",
        0x09: "print_attribute",
        0x0A: "command",
        0x13: "extra_result_code",
        0x14: "character_set",
        0x1A: "apdu_length_max",
        0x1B: "diagnosis_type",
        0x1C: "file_block",
        0x1D: "file_id",
        0x1E: "file_position",
        0x40: "emv_configuration",
        0x41: "card_type",
        0x43: "application_id",
        0x49: "network_card_type",
        0x4C: "card_uid",
        0x1F00: "file_length",
        0x1F01: "receipt_id",
        0x1F04: "receipt_parameter_bits",
        0x1F05: "card_reading_parameter",
        0x1F06: "reservation_kind",
        0x1F07: "receipt_type",
        0x1F10: "cardholder_authentication",
        0x1F11: "online",
        0x1F12: "card_technology",
        0x1F13: "requested_function",
        0x1F15: "card_reading_control",
        0x1F16: "extended_error_code",
        0x1F26: "end_of_day_mode",
        0x1F37: "receipt_information",
        0x1F3B: "tip_information",
        0x1F42: "serial_number",
        0x1F43: "device_state",
        0x1F44: "terminal_id",
        0x1F55: "terminal_locks",
        0x1F60: "card_technologies",
        0x1F70: "partial_approval",
        0x1F71: "understood_tags",
        0x1F72: "extended_card_detection",
        0x1F78: "reboot_information",
        0x1F79: "reboot_action",
    },
    TagKind.HIDDEN: {
        0x4D: "card_ef_id",
        0x56: "track_1",
        0x57: "track_2",
        0x5A: "pan",
        0x5F20: "cardholder_name",
        0x5F24: "expiry",
        0x9F1F: "track_1_rest",
        0x9F20: "track_2_rest",
        0x9F6B: "track_2_magstripe",
        0x1F14: "card_identification",
        0x1F74: "alphanumeric_password",
    },
    TagKind.NODES: {
        0x20: "fleet_card",
        0x21: "permitted_goods",
        0x22: "prohibited_goods",
        0x23: "open_pre_authorisations",
        0x24: "display_texts",
        0x25: "print_texts",
        0x26: "permitted_commands",
        0x27: "character_sets",
        0x28: "languages",
        0x2D: "file",
        0x2E: "time_stamp",
        0x2F: "payment_type",
        0x34: "date_and_time",
        0x60: "application",
        0x61: "applications_on_stripe",
        0x62: "applications_on_chip",
        0x64: "receipt_header",
        0x65: "receipt_advert",
        0x66: "customer_copy",
        0x67: "merchant_copy",
        0x68: "outcome_text",
        0x69: "reference_transaction",
        0xE1: "bonus",
        0xE2: "currency_conversion",
        0xE3: "barcode",
        0xE4: "device_information",
        0xE8: "value_added",
        0xE9: "reference",
    },
}
TAGS: Final[Mapping[int, Tag]] = MappingProxyType(
    {tag: Tag(name, kind) for kind, rows in _NAMES.items() for tag, name in rows.items()}
)
UNLISTED: Final = Tag("", TagKind.UNLISTED)

TEXT_LINE: Final = 0x07
PRINT_ATTRIBUTE: Final = 0x09
CHARACTER_SET: Final = 0x14
DISPLAY_TEXTS: Final = 0x24
PRINT_TEXTS: Final = 0x25
RECEIPT_TYPE: Final = 0x1F07
MESSAGE_ID: Final = 0x1F73


def tag_row(tag: int) -> Tag:
    """The row of a tag; UNLISTED when there is none."""
    return TAGS.get(tag, UNLISTED)
