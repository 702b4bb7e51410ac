"""Recovery in the model: fence the line, ask the terminal, let the product's judge decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal_agent.refund.events import AttemptEvent
from terminal_agent.refund.recovery import Verdict
from tests.model import asking
from tests.model.line import put
from tests.model.moves import begun, bury_older, move, move_all
from tests.model.records import Asked, judged
from tests.model.state import NO_ATTEMPT, UNREAD, Doing, Look, Message

if TYPE_CHECKING:
    from tests.model.model import Model, Step
    from tests.model.state import Packet, Record, State

_E = AttemptEvent
_ENQUIRY: Packet = (Message.ENQUIRY,)


def fenced(m: Model, s: State) -> State:
    """All that is under way is thrown away, where the line and the rules allow it."""
    return s._replace(req=(), rsp=()) if m.fence else s


def ask(m: Model, s: State) -> State:
    """UNKNOWN or PARKED becomes RESOLVING; behind the fence the question goes out."""
    before = fenced(m, move_all(m, s, _E.RECOVERY_STARTED))
    packet = asking.question(m, s) if m.query or m.stored else _ENQUIRY
    return before._replace(req=put(before.req, packet))


def evidence(m: Model, s: State, found: Verdict) -> State:
    """A verdict becomes facts about every open attempt, as the runtime writes them."""
    if found is Verdict.BOOKED:
        return move(m, bury_older(m, s), _E.PROVED_BOOKED)
    if found is Verdict.NOT_BOOKED:
        return move(m, bury_older(m, s), _E.PROVED_NOT_BOOKED)
    return move_all(m, s, _E.CANNOT_TELL)


def judge_look(m: Model, s: State, last: Record | None) -> Step:
    """The terminal has answered; `last` None: it cannot be asked for its last record."""
    asked = tuple(Asked(base, last, m.tag(s)) for base in s.bases)
    found = _verdict(m, asked)
    if m.fence:
        truth = s.t.stands > 0 or s.t.vote is not None
        m.observations[asked].add(truth)
    m.reasons[found.value].update(judged(asked, m.frame).reasons)
    if found is Verdict.TRY_COMMIT_ONCE:
        return _repeat(m, s, last)
    return f"the agent judges: {found.value}", False, evidence(m, s, found)


def _verdict(m: Model, asked: tuple[Asked, ...]) -> Verdict:
    if "by_amount" in m.flags:
        last = asked[-1].last
        alike = last is not None and last.look == Look.ALIKE
        return Verdict.BOOKED if alike else Verdict.NOT_BOOKED
    return judged(asked[-1:] if "newest_only" in m.flags else asked, m.frame).verdict


def _repeat(m: Model, s: State, last: Record | None) -> Step:
    """Commit-once: a new attempt at the same original settles the open ones."""
    if m.repeats_counted and s.tries >= m.world.attempts:
        return "the search's bound on attempts", False, s._replace(doing=Doing.BOUND)
    base = last if last is not None else UNREAD
    after = begun(m, s, base, repeat=True)
    assert after.older != NO_ATTEMPT, "a repeat stands beside an open attempt"
    return "the agent arms the request once more (commit-once)", False, after
