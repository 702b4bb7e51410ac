"""What the codes of ZVT mean: result codes, terminal states and intermediate states.

Keys are stable: `zvt.result.6C` for the words of a code, `zvt.advice.…` for what to do about it.
The words stand in texts/*.toml beside this module and are read by those who show them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.contract import ResultMeaning
from protocols.kit.vocabulary import Outcome, TerminalStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

# Advice by result code (PA00P015, error and result codes); the rest of a row is the key's end.
_ADVICE_ROWS: Final = {
    "none": "00",
    "host_declined": "",
    "read_card_again": "64 65 66 73",
    "other_card": "67 68 6E 71 72 76 78 79 7A 7B 7C 7E A5 C4 C5 D2 CB",
    "end_of_day": "6A 77 B1 B2 F0",
    "check_terminal": "6B 74 75 85 89 BF C0 C1 DC DD DE E1 E2 E3 ED F5 F6 FC FD FE",
    "ask_customer": "6C EB EC",
    "check_currency": "6F C6",
    "check_line": "7D 9B A0 A1 A3 F1",
    "check_settings": "83 9A",
    "wait": "9C E0",
    "already_reversed": "B4",
    "use_refund": "B5",
    "check_amount": "B7 B8 C3 C8 C9 CD",
    "diagnose": "A4 C2 E4 FA FB FF",
    "printer": "CC",
    "goods": "9D E7 E8 E9 EA",
}
_ADVICE: Final = {code: advice for advice, codes in _ADVICE_ROWS.items() for code in codes.split()}
ALREADY_REVERSED: Final = "B4"
HOST_CODES: Final = range(1, 100)  # what the authorisation host answered, as its own number
UNLISTED: Final = "zvt.result.unlisted"


def _meaning(code: str) -> ResultMeaning:
    number = int(code, 16)
    host = number in HOST_CODES
    return ResultMeaning(
        outcome=Outcome.APPROVED if number == 0 else Outcome.DECLINED,
        text=f"zvt.result.{'host' if host else code}",
        advice=f"zvt.advice.{'host_declined' if host else _ADVICE[code]}",
        already_done=code == ALREADY_REVERSED,
    )


_HOST_CODES: Final = tuple(f"{number:02X}" for number in HOST_CODES)
RESULTS: Final[Mapping[str, ResultMeaning]] = MappingProxyType(
    {code: _meaning(code) for code in sorted({*_ADVICE, *_HOST_CODES})}
)


def meaning(code: str) -> ResultMeaning:
    """What a result code (two hex digits) means; a code without a row is a refusal to look at."""
    known = RESULTS.get(code)
    return known or ResultMeaning(Outcome.DECLINED, UNLISTED, "zvt.advice.diagnose")


# The completion of 05 01: code -> advice. Ready and busy are the only two that need no person.
_STATUS_ADVICE: Final[Mapping[str, str]] = {
    "00": "",
    "51": "initialise",
    "62": "set_clock",
    "9C": "wait",
    "9D": "goods",
    "B1": "end_of_day",
    "B2": "end_of_day",
    "BF": "check_terminal",
    "C0": "check_terminal",
    "C1": "check_terminal",
    "C2": "diagnose",
    "C4": "check_terminal",
    "CC": "printer",
    "DC": "remove_card",
    "DF": "out_of_order",
    "E0": "wait",
    "E1": "remove_card",
    "E2": "check_terminal",
    "E3": "check_terminal",
    "E4": "diagnose",
    "F0": "end_of_day",
    "F6": "check_terminal",
}
READY: Final = "00"
BUSY: Final = frozenset({"9C", "E0"})
STATUS_CODES: Final = tuple(_STATUS_ADVICE)


def terminal_status(code: str, version: str = "") -> TerminalStatus:
    """A terminal's state by the status byte (two hex digits); an unlisted one is not ready."""
    advice = _STATUS_ADVICE.get(code, "diagnose")
    return TerminalStatus(
        ready=code == READY,
        busy=code in BUSY,
        code=code,
        advice=f"zvt.advice.{advice}" if advice else "",
        version=version,
    )


_INTERMEDIATE_NUMBERS: Final = (
    *range(0x1E),
    *range(0x26, 0x2D),
    *(0x68, 0x69, 0xC7, 0xC8, 0xC9, 0xCA, 0xCB, 0xCC, 0xD2, 0xD3),
    *(0xE0, 0xE1, 0xE2, 0xF1, 0xF2, 0xF3, 0xFF),
)
INTERMEDIATE: Final = frozenset(f"{number:02X}" for number in _INTERMEDIATE_NUMBERS)
# The same 40 higher: "… and remove the card" (PA00P015, intermediate status).
REMOVE_CARD: Final = {f"{number + 0x40:02X}": f"{number:02X}" for number in range(0x1E)}
AUTO_REVERSAL: Final = "05"  # the terminal un-books what it booked


def intermediate_text(code: str) -> str:
    """The text key of an intermediate state (04 FF, two hex digits)."""
    if code in INTERMEDIATE:
        return f"zvt.intermediate.{code}"
    if code in REMOVE_CARD:
        return f"zvt.intermediate.{REMOVE_CARD[code]}.remove_card"
    return "zvt.intermediate.unlisted"
