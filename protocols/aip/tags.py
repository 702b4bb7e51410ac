"""What can stand in an AIP message: the items by their tags, and the transaction types.

Text is kept byte for byte (latin-1) and read as GBK by those who show it: terminals cut Chinese
text in the middle of a letter.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.asciifields import DigitsNumber
from protocols.kit.fields import Hidden, OpenBytes, OpenText, Uint
from protocols.kit.messages import Part
from protocols.kit.tagged import Items

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.kit.fields import Field

ITEMS: Final = Items(tag_size=2, length_size=2)
TAG_CLASS: Final = 0x9F  # every tag begins with it
CHARSET: Final = "latin-1"
LETTERS: Final = "gbk"

_TEXT: Final = OpenText(CHARSET)
_AMOUNT: Final = DigitsNumber(12)  # minor units (fen)
CARD: Final = Hidden(OpenText(CHARSET), card_number=True)
SECRET: Final = Hidden(OpenText(CHARSET))
RELAYED: Final = OpenBytes()

_TEXTS: Final[Mapping[str, str]] = {
    "9F00": "app_name",
    "9F03": "merchant_name",
    "9F04": "merchant_id",
    "9F05": "terminal_id",
    "9F06": "operator",
    "9F07": "acquirer_id",
    "9F08": "issuer_id",
    "9F09": "card_name",  # the bank that issued the card
    "9F0A": "service_point",
    "9F0C": "entry_mode",
    "9F0D": "batch_number",
    "9F0E": "trace_number",  # the voucher number
    "9F0F": "auth_code",
    "9F10": "rrn",  # the host's reference number
    "9F11": "date",
    "9F12": "time",
    "9F13": "memo",
    "9F14": "result_code",
    "9F16": "host",
    "9F17": "port",
    "9F18": "timeout_s",
    "9F19": "result_text",
    "9F1A": "check",  # a number of ours that belongs to one request
    "9F1C": "tip",
    "9F1D": "total",
    "9F1E": "store_number",
    "9F1F": "till_number",
    "9F20": "original_trace_number",
    "9F21": "product_number",
    "9F22": "product_name",
    "9F23": "balance",
    "9F24": "tvr",
    "9F25": "tsi",
    "9F26": "aid",
    "9F27": "atc",
    "9F28": "application_label",
    "9F29": "preferred_name",
    "9F2A": "cryptogram",
    "9F52": "print_content",
    "9F91": "bill_1",
    "9F92": "bill_2",
    "9F93": "bill_3",
    "9F94": "bill_4",
    "9F95": "bill_5",
    "9FFF": "order_number",
}
_OTHERS: Final[Mapping[str, tuple[str, Field]]] = {
    "9F01": ("trans_type", Uint(1)),
    "9F02": ("amount_minor", _AMOUNT),
    "9F0B": ("pan", CARD),
    "9F15": ("content", RELAYED),
    "9F1B": ("expiry", SECRET),
}
TAGS: Final[Mapping[int, Part]] = MappingProxyType(
    {ITEMS.tag(word): Part(name, _TEXT) for word, name in _TEXTS.items()}
    | {ITEMS.tag(word): Part(name, field) for word, (name, field) in _OTHERS.items()}
)

APP_PAYMENT: Final = "APP01"
APP_MANAGER: Final = "MANAGER"

SIGN_ON: Final = 1
SALE: Final = 2
VOID: Final = 3
REFUND: Final = 4
LINE_TEST: Final = 7  # under MANAGER; under a payment application it voids a pre-authorisation
SETTLE: Final = 14
QUERY_LAST: Final = 15
REPRINT: Final = 16
RELAY: Final = 17
DETAILS: Final = 20

TYPE_NAMES: Final[Mapping[int, str]] = MappingProxyType(
    {
        SIGN_ON: "sign-on",
        SALE: "sale",
        VOID: "void",
        REFUND: "refund",
        5: "tip",
        6: "pre-authorisation",
        7: "void of a pre-authorisation",
        8: "completion",
        9: "incremental authorisation",
        10: "offline completion",
        11: "void of a completion",
        12: "offline sale",
        13: "adjustment",
        SETTLE: "settlement",
        QUERY_LAST: "query of the last transaction",
        REPRINT: "reprint",
        RELAY: "relayed data",
        18: "balance",
        19: "reprint of the settlement",
        DETAILS: "query of details",
        21: "set-up",
        22: "set port",
        23: "points sale",
        24: "instalments",
        25: "void of instalments",
        26: "e-cash sale",
        27: "e-cash balance",
        28: "e-cash load",
        29: "e-cash load from an account",
        30: "e-cash cash load",
        31: "automatic settlement",
    }
)
