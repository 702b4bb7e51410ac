"""What the result byte of an answer means. Anything but 0 and 7 decides nothing."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.contract import ResultMeaning
from protocols.kit.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

DONE: Final = "0"
NOT_DONE: Final = "7"
_ROWS: Final = {
    DONE: (Outcome.APPROVED, "none"),
    NOT_DONE: (Outcome.DECLINED, "ask_customer"),
    "9": (Outcome.UNKNOWN, "look"),  # not verified; of cheques
}
RESULTS: Final[Mapping[str, ResultMeaning]] = MappingProxyType(
    {
        code: ResultMeaning(outcome, f"concert.result.{code}", f"concert.advice.{advice}")
        for code, (outcome, advice) in _ROWS.items()
    }
)
_UNLISTED: Final = ResultMeaning(Outcome.UNKNOWN, "concert.result.unlisted", "concert.advice.look")


def meaning(code: str) -> ResultMeaning:
    """What a result means; one without a row nobody knows."""
    return RESULTS.get(code, _UNLISTED)
