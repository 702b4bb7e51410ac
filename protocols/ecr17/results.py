"""What the result codes and terminal states of ECR17 mean.

Only 00 (booked), 01 (refused) and 05 (no card) say what became of a payment or a reversal. 09
(unknown tag) belongs to a frame that we never send, and every other code is in no paper: those
end as "unclear". Words stand in texts/*.toml beside this module.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.contract import ResultMeaning
from protocols.kit.vocabulary import Outcome, TerminalStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

APPROVED: Final = "00"
REFUSED: Final = "01"
NO_CARD: Final = "05"
UNKNOWN_TAG: Final = "09"

_ROWS: Final = (
    (APPROVED, Outcome.APPROVED, "none"),
    (REFUSED, Outcome.DECLINED, "host_declined"),
    (NO_CARD, Outcome.DECLINED, "card_again"),
    (UNKNOWN_TAG, Outcome.UNKNOWN, "check_settings"),
)
RESULTS: Final[Mapping[str, ResultMeaning]] = MappingProxyType(
    {
        code: ResultMeaning(outcome, f"ecr17.result.{code}", f"ecr17.advice.{advice}")
        for code, outcome, advice in _ROWS
    }
)
_UNLISTED: Final = ResultMeaning(
    Outcome.UNKNOWN, "ecr17.result.unlisted", "ecr17.advice.check_terminal"
)


def meaning(code: str) -> ResultMeaning:
    """What a result code (two digits) means; one that is in no paper is not certain."""
    return RESULTS.get(code, _UNLISTED)


# State in the answer to a status request -> advice; only "operative" needs no person.
_STATES: Final[Mapping[str, str]] = {
    "0": "configure",
    "1": "download",
    "2": "",
    "3": "align",
    "4": "keys",
    "5": "download",
    "6": "update",
}
STATES: Final = tuple(_STATES)
OPERATIVE: Final = "2"


def terminal_status(state: str, ready_states: str, version: str) -> TerminalStatus:
    """A terminal's own word on itself. ECR17 has no busy state: a busy terminal does not answer."""
    advice = _STATES.get(state, "check_terminal")
    ready = state != "" and state in ready_states
    return TerminalStatus(
        ready=ready,
        busy=False,
        code=state,
        advice=f"ecr17.advice.{advice}" if advice and not ready else "",
        version=version,
    )
