"""What an answer's AE (result) and AF (reason) mean together, and nothing beyond what they say.

A result code is AE, behind it AF where AF decides: "10" done, "0104" refused. AE 01 is a refusal
only with the reasons that say so; with AF 00 or 07, or with AE 11, nobody knows (reference B4: an
accepted payment has been reported as failed that way).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.contract import ResultMeaning
from protocols.kit.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

DONE: Final = "10"
NOT_DONE: Final = "01"
TAKEN: Final = "11"  # taken into account: not the end
# AF beside AE 10 that goes with it: none, unknown, authorised, by voice, forced.
_GOES_WITH_DONE: Final = frozenset({"", "00", "01", "02", "03"})
# AF -> advice, of the reasons that make AE 01 a refusal.
_REFUSALS: Final = {
    "04": "other_card",
    "05": "check_terminal",
    "06": "ask_customer",
    "08": "ask_customer",
    "09": "check_settings",
    "10": "check_terminal",
    "11": "ask_customer",
    "12": "check_settings",
    "13": "check_currency",
}
_UNCLEAR: Final = ("", "00", "01", "02", "03", "07")
UNLISTED: Final = "caisse_ap.result.unlisted"
_LOOK: Final = "caisse_ap.advice.look"


def _row(code: str, outcome: Outcome, advice: str) -> tuple[str, ResultMeaning]:
    meaning = ResultMeaning(outcome, f"caisse_ap.result.{code}", f"caisse_ap.advice.{advice}")
    return code, meaning


RESULTS: Final[Mapping[str, ResultMeaning]] = MappingProxyType(
    dict(
        (
            _row(DONE, Outcome.APPROVED, "none"),
            *(_row(NOT_DONE + af, Outcome.DECLINED, told) for af, told in _REFUSALS.items()),
            *(_row(NOT_DONE + af, Outcome.UNKNOWN, "look") for af in _UNCLEAR),
            _row(TAKEN, Outcome.UNKNOWN, "look"),
        )
    )
)


def code_of(result: str, reason: str | None) -> str:
    """One code of AE and AF ("" where the answer has none)."""
    reason = reason or ""
    if result == TAKEN or (result == DONE and reason in _GOES_WITH_DONE):
        return result
    return result + reason


def meaning(code: str) -> ResultMeaning:
    """What a code means; one without a row (a done with a refusal's reason, say) nobody knows."""
    return RESULTS.get(code) or ResultMeaning(Outcome.UNKNOWN, UNLISTED, _LOOK)
