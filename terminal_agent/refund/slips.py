"""A slip is the fold of its facts, by the slip table; it knows nothing of the money."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from terminal_agent.refund.errors import IllegalFact
from terminal_agent.refund.events import SlipEvent
from terminal_agent.refund.evidence import PrintProof
from terminal_agent.refund.facts import (
    PrintDue,
    Printed,
    PrintFailed,
    PrintNotSent,
    PrintStarted,
    PrintUncertain,
)
from terminal_agent.refund.machine import Refused, step_slip
from terminal_agent.refund.nouns import Slip
from terminal_agent.refund.states import SlipState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from terminal_agent.refund.facts import Fact, SlipFact

_PROOFS = {
    PrintProof.KEPT: SlipEvent.KEPT,
    PrintProof.ECHO: SlipEvent.ECHOED,
    PrintProof.PERSON: SlipEvent.PERSON_SAW,
}
_EVENTS: dict[type[SlipFact], SlipEvent] = {
    PrintDue: SlipEvent.AGAIN,
    PrintStarted: SlipEvent.STARTED,
    PrintNotSent: SlipEvent.NOTHING_LEFT,
    PrintUncertain: SlipEvent.LOST_SIGHT,
    PrintFailed: SlipEvent.GAVE_UP,
}
# As many signs as GS ( H function 48 takes and gives back.
PROCESS_ID_SIGNS = 4


def slips_after(slips: tuple[Slip, ...], fact: SlipFact) -> tuple[Slip, ...]:
    """The slips of a case after one more fact of one of them. Raises IllegalFact."""
    wanted = (fact.slip_id, fact.copy)
    before = next((slip for slip in slips if (slip.slip_id, slip.copy) == wanted), None)
    others = tuple(slip for slip in slips if slip is not before)
    return (*others, _first(fact) if before is None else _moved(before, fact))


def may_reprint(slip: Slip) -> bool:
    """Whether a further copy would be marked; otherwise this copy has not come out yet."""
    return not isinstance(step_slip(slip.state, SlipEvent.AGAIN), Refused)


def last_on_paper(newest_first: Iterable[Fact], printer: str) -> SlipFact | None:
    """The newest note on a job that this printer may have got a byte of: its end, or its beginning.

    What came out of another printer meanwhile says nothing about what this one still holds.
    """
    ends: dict[tuple[str, str, int], SlipFact] = {}
    for fact in newest_first:
        if isinstance(fact, PrintUncertain | Printed | PrintNotSent) and not _is_file(fact):
            ends.setdefault((fact.slip_id, fact.copy, fact.reprint), fact)
        elif isinstance(fact, PrintStarted):
            end = ends.pop((fact.slip_id, fact.copy, fact.reprint), fact)
            if fact.printer == printer and not isinstance(end, PrintNotSent):
                return end
    return None


def _is_file(fact: SlipFact) -> bool:
    return isinstance(fact, Printed) and fact.proof is PrintProof.KEPT


def _first(fact: SlipFact) -> Slip:
    _demand(isinstance(fact, PrintDue), fact, "a print that was not due")
    _demand(fact.reprint == 0, fact, f"copy {fact.reprint} of a slip, not 0")
    return Slip(fact.slip_id, fact.copy, SlipState.PRINT_DUE, 0, fact)


def _moved(before: Slip, fact: SlipFact) -> Slip:
    event = _PROOFS[fact.proof] if isinstance(fact, Printed) else _EVENTS[type(fact)]
    expected = before.reprint + (event is SlipEvent.AGAIN)
    if fact.reprint != expected:
        raise IllegalFact(f"copy {fact.reprint} of a slip, not {expected}", case_id=fact.case_id)
    step = step_slip(before.state, event)
    if isinstance(step, Refused):
        what = f"{event.value} of a slip that is {before.state.value}"
        raise IllegalFact(what, case_id=fact.case_id)
    jobs = before.jobs
    if isinstance(fact, PrintStarted):
        _demand(_is_process_id(fact.process_id), fact, "a process id that no printer echoes")
        _demand(fact.process_id not in jobs, fact, "a process id that was used before")
        jobs = (*jobs, fact.process_id)
    return replace(before, state=step.target, reprint=expected, last=fact, jobs=jobs)


def _is_process_id(text: str) -> bool:
    return len(text) == PROCESS_ID_SIGNS and text.isascii() and text.isprintable()


def _demand(held: bool, fact: SlipFact, otherwise: str) -> None:
    if not held:
        raise IllegalFact(otherwise, case_id=fact.case_id)
