"""How the journal moves: an event through the product's tables, and what the row then asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal_agent.refund.events import AttemptEvent, CaseEvent
from tests.model.state import (
    APPROVED,
    AUTHORISED,
    BASELINED,
    DEAD,
    DECLINED,
    NO_ATTEMPT,
    UNREAD,
    Look,
    Message,
    Record,
    State,
    Terminal,
)

if TYPE_CHECKING:
    from tests.model.model import Model

FINAL = frozenset({APPROVED, DECLINED, DEAD})
_E = AttemptEvent


def move(m: Model, s: State, event: AttemptEvent) -> State:
    """The newest attempt on that event; a final one moves its case. KeyError: not in the table."""
    target, doing = m.rules.attempt[s.att, event]
    after = s._replace(att=target, doing=doing)
    return _closed(m, after) if target in FINAL else after


def move_all(m: Model, s: State, event: AttemptEvent) -> State:
    """Every open attempt on an event that leaves all of them open."""
    after = move(m, s, event)
    if s.older == NO_ATTEMPT or (s.older, event) not in m.rules.attempt:
        return after
    return after._replace(older=m.rules.attempt[s.older, event][0])


def _closed(m: Model, s: State) -> State:
    """The case follows its newest attempt, which is final now."""
    case = m.rules.case
    if s.att == APPROVED:
        assert s.older == NO_ATTEMPT, "approved while another attempt is open"
        closed = case[s.case, CaseEvent.ATTEMPT_APPROVED]
    elif s.older != NO_ATTEMPT:
        open_still = case[s.case, CaseEvent.ATTEMPT_CLOSED]
        return s._replace(case=open_still, att=s.older, older=NO_ATTEMPT)
    elif s.att == DECLINED:
        closed = case[s.case, CaseEvent.ATTEMPT_DECLINED]
    else:
        closed = case[s.case, CaseEvent.ATTEMPT_DEAD]
    after = s._replace(case=closed, att=NO_ATTEMPT, bases=(), read=None, seen=False)
    return shifted(m, after, after.t.num) if closed == AUTHORISED else after


def bury_older(m: Model, s: State, event: AttemptEvent = _E.PROVED_NOT_BOOKED) -> State:
    """The older attempts of a chain are dead: only the newest may carry the booking."""
    if s.older == NO_ATTEMPT:
        return s
    target, _ = m.rules.attempt[s.older, event]
    assert target == DEAD, "the table has another meaning now"
    case = m.rules.case[s.case, CaseEvent.ATTEMPT_CLOSED]
    return s._replace(case=case, older=NO_ATTEMPT)


def begun(m: Model, s: State, base: Record, *, repeat: bool = False) -> State:
    """A new attempt, baselined and armed in one commit, as the runtime does it."""
    event = CaseEvent.REPEAT_BEGUN if repeat else CaseEvent.ATTEMPT_BEGUN
    case = m.rules.case[s.case, event]
    if "baseline_not_saved" in m.flags:
        base = UNREAD
    kept = tuple(known for known in s.bases if known != base)
    counts = not repeat or m.repeats_counted
    before = s._replace(
        case=case,
        older=s.att if repeat else NO_ATTEMPT,
        att=BASELINED,
        tries=s.tries + counts,
        bases=(*kept, base),
        read=None,
        seen=False,
    )
    after = move(m, before, _E.INTENT_DURABLE)
    return after if repeat else shifted(m, after, base.num)


def shifted(m: Model, s: State, by: int) -> State:
    """Count numbers from the baseline: only differences are ever looked at (symmetry).

    Only done where no other number is under way.
    """
    under_way = any(packet[0] == Message.LAST for packet in s.rsp)
    if not m.shiftable or by == 0 or s.read is not None or under_way:
        return s
    bases = tuple(_shift(base, by) for base in s.bases)
    return s._replace(bases=bases, t=_shift_terminal(s.t, by))


def _shift(record: Record, by: int) -> Record:
    if record.look == Look.NOTHING or record == UNREAD:
        return record
    undone = record.undone and record.undone - by
    return record._replace(num=record.num - by, undone=undone)


def _shift_terminal(t: Terminal, by: int) -> Terminal:
    vote = t.vote
    if vote is not None:
        vote = vote._replace(before=_shift(vote.before, by), num=vote.num - by)
    return t._replace(rec=_shift(t.rec, by), num=t.num - by, vote=vote)
