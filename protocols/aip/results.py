"""What the codes in 9F14 mean: the UnionPay response codes of the host, X0..XO of the terminal.

"00" is not the only approval, and many codes are no certain refusal: those are UNKNOWN, and only
the terminal's or the acquirer's books can tell what became of the money. A code without a row is
UNKNOWN, too. The words stand in texts/*.toml beside this module.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.contract import ResultMeaning
from protocols.kit.vocabulary import Booking, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

# Advice -> codes, by what a refund is told. The advice of a row is the end of its text key.
_APPROVED: Final = {
    "none": "00 11 A2 A4 A5 A6",
    "compare_amount": "10",
}
_DECLINED: Final = {
    "ask_issuer": "01 02 05 34 54 62 65",
    "call_acquirer": "03 40 57 58 59 97",
    "keep_calm": "04 07 41 43",
    "correct_amount": "13 61 XF XN",
    "other_card": "15 38 75",
    "read_card_again": "19 45 55 XE XO",
    "technician": "30 X4 XA XH",
    "check_balance": "51",
    "sign_on": "77 99 A1 A3 A7",
    "wait": "90",
    "start_again": "21 X0",
    "check_line": "X5",
    "ask_terminal": "XM",
    # Certain, and yet: the original is not what was thought. These come before any other way.
    "look_at_original": "12 14 22 25 64 X2 X3 XB XC XD",
}
_UNCLEAR: Final = {
    "query": "06 09 20 68 79 91 92 94 96 98 A0 X1 X6 X7 X8 X9 XG XI XJ XK XL",
    "reconcile": "95",
}
_ROWS: Final = (
    (Outcome.APPROVED, _APPROVED),
    (Outcome.DECLINED, _DECLINED),
    (Outcome.UNKNOWN, _UNCLEAR),
)
UNLISTED: Final = ResultMeaning(Outcome.UNKNOWN, "aip.result.unlisted", "aip.advice.query")
PARTIAL: Final = "10"
NO_RECORD: Final = frozenset({"X2", "X3"})

RESULTS: Final[Mapping[str, ResultMeaning]] = MappingProxyType(
    {
        code: ResultMeaning(outcome, f"aip.result.{code}", f"aip.advice.{advice}")
        for outcome, rows in _ROWS
        for advice, codes in rows.items()
        for code in codes.split()
    }
)
_BOOKINGS: Final = {
    Outcome.APPROVED: Booking.APPROVED,
    Outcome.DECLINED: Booking.DECLINED,
    Outcome.UNKNOWN: Booking.UNKNOWN,
}


def meaning(code: str) -> ResultMeaning:
    """What a code means; one without a row says nothing for certain."""
    return RESULTS.get(code, UNLISTED)


def booking(code: str | None) -> Booking:
    """What a record with this code says of itself; without a code it says nothing."""
    return Booking.UNKNOWN if code is None else _BOOKINGS[meaning(code).outcome]
