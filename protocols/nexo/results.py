"""What Result and ErrorCondition mean for money: one row for each word.

Keys are stable: `nexo.result.Refusal` for the words of a code, `nexo.advice.…` for what to do.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.contract import ResultMeaning
from protocols.kit.vocabulary import Outcome, TerminalStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

SUCCESS: Final = "Success"
FAILURE: Final = "Failure"
PARTIAL: Final = "Partial"
BUSY: Final = "Busy"
IN_PROGRESS: Final = "InProgress"
NOT_FOUND: Final = "NotFound"

# Code, what it says about the money, what to do. Unlisted words are UNKNOWN, never a refusal.
_ROWS: Final = (
    (SUCCESS, Outcome.APPROVED, "none"),
    (PARTIAL, Outcome.UNKNOWN, "check_amount"),
    ("Aborted", Outcome.DECLINED, "try_again"),
    ("Cancel", Outcome.DECLINED, "ask_customer"),
    ("InvalidCard", Outcome.DECLINED, "other_card"),
    ("WrongPIN", Outcome.DECLINED, "ask_customer"),
    ("PaymentRestriction", Outcome.DECLINED, "other_card"),
    ("Refusal", Outcome.DECLINED, "host_declined"),
    ("MessageFormat", Outcome.DECLINED, "report"),
    ("LoggedOut", Outcome.DECLINED, "sign_on"),
    ("UnavailableService", Outcome.DECLINED, "not_offered"),
    ("UnavailableDevice", Outcome.DECLINED, "check_terminal"),
    # These two say that the request was not begun; see NOT_STARTED.
    (BUSY, Outcome.DECLINED, "wait"),
    ("DeviceOut", Outcome.DECLINED, "check_terminal"),
    (NOT_FOUND, Outcome.DECLINED, "check_original"),
    # Something is or was under way: who asks later learns more.
    (IN_PROGRESS, Outcome.UNKNOWN, "wait"),
    ("NotAllowed", Outcome.UNKNOWN, "wait"),
    ("InsertedCard", Outcome.UNKNOWN, "wait"),
    ("UnreachableHost", Outcome.UNKNOWN, "check_line"),
)
RESULTS: Final[Mapping[str, ResultMeaning]] = MappingProxyType(
    {
        code: ResultMeaning(outcome, f"nexo.result.{code}", f"nexo.advice.{advice}")
        for code, outcome, advice in _ROWS
    }
)
NOT_STARTED: Final = frozenset({BUSY, "DeviceOut"})
RUNNING: Final = frozenset({BUSY, IN_PROGRESS})
_UNLISTED: Final = ResultMeaning(Outcome.UNKNOWN, "nexo.result.unlisted", "nexo.advice.report")


def meaning(code: str) -> ResultMeaning:
    """What a code means."""
    return RESULTS.get(code, _UNLISTED)


def code_of(result: str, condition: str | None) -> str:
    """The one word that tells the end: the condition of a failure, else the result itself."""
    return condition or FAILURE if result == FAILURE else result


READY: Final = "OK"
_STATUS_ADVICE: Final[Mapping[str, str]] = MappingProxyType(
    {READY: "", BUSY: "wait", IN_PROGRESS: "wait", "Maintenance": "wait", "LoggedOut": "sign_on"}
)


def terminal_status(code: str) -> TerminalStatus:
    """A terminal's state by its GlobalStatus, or by the condition of a failure to tell it."""
    advice = _STATUS_ADVICE.get(code, "check_terminal")
    return TerminalStatus(
        ready=code == READY,
        busy=code in RUNNING,
        code=code,
        advice=f"nexo.advice.{advice}" if advice else "",
    )
