"""What the codes of Transbank mean: result codes and progress codes.

The document calls everything but 00 a refusal. For a booking that is too much trust: some codes
say that the host was not heard, and it may have acted. Those, and every code without a row, are
UNKNOWN. Keys are stable: `transbank.result.05` for the words of a code, `transbank.advice.…` for
what to do about it; the words stand in texts/*.toml.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.contract import ResultMeaning
from protocols.kit.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

OK: Final = "00"
ALREADY_VOIDED: Final = "04"
NO_SALE: Final = "11"
UNLISTED: Final = "transbank.result.unlisted"
_LOOK: Final = "transbank.advice.look"

# Advice by result code; the key's end, the codes that are certainly a no.
_CERTAIN: Final = {
    "host_declined": "01 93",
    "already_voided": "04",
    "bank_route": "05 08 21",
    "other_card": "06 17 19 20 75",
    "ask_customer": "07 18",
    "check_amount": "10 60 68 70 72 88",
    "no_sale": "11",
    "check_terminal": "12 25 27 61 62 71 73",
    "end_of_day": "13 67 74 76 77",
    "paper": "24",
    "load_keys": "26",
}
# The host may have acted, or nobody says that it has not: the list of the batch decides.
_NOT_CERTAIN: Final = "02 03 09 14 15 16 22 65 94 95"


def _rows() -> dict[str, ResultMeaning]:
    rows = {OK: ResultMeaning(Outcome.APPROVED, f"transbank.result.{OK}", "transbank.advice.none")}
    for advice, codes in _CERTAIN.items():
        for code in codes.split():
            rows[code] = ResultMeaning(
                Outcome.DECLINED,
                f"transbank.result.{code}",
                f"transbank.advice.{advice}",
                already_done=code == ALREADY_VOIDED,
            )
    for code in _NOT_CERTAIN.split():
        rows[code] = ResultMeaning(Outcome.UNKNOWN, f"transbank.result.{code}", _LOOK)
    return dict(sorted(rows.items()))


RESULTS: Final[Mapping[str, ResultMeaning]] = MappingProxyType(_rows())


def meaning(code: str) -> ResultMeaning:
    """What a result code (two digits) means; a code without a row proves nothing."""
    return RESULTS.get(code) or ResultMeaning(Outcome.UNKNOWN, UNLISTED, _LOOK)


# 78 to 82 stand in the documentation, the rest in the official clients only.
_PROGRESS: Final = frozenset({"78", "79", "80", "81", "82", "83", "84", "85", "86", "87"})


def progress_text(code: str) -> str:
    """The text key of a progress code (0900)."""
    return f"transbank.progress.{code if code in _PROGRESS else 'unlisted'}"
