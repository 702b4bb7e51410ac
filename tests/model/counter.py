"""The people at the counter: a cashier who tries again and gives up, and two who decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal_agent.refund.events import AttemptEvent, CaseEvent
from tests.model.line import put
from tests.model.looking import ask, fenced
from tests.model.moves import begun, bury_older, move, move_all
from tests.model.state import (
    AUTHORISED,
    CLOSED,
    NO_ATTEMPT,
    NOT_REFUNDED,
    PARKED,
    REFUNDED,
    UNKNOWN,
    UNREAD,
    Doing,
    Message,
    Vote,
)
from tests.model.terminal import settled
from tests.model.world import People

if TYPE_CHECKING:
    from tests.model.model import Model, Step
    from tests.model.state import State

_E = AttemptEvent
_BOOKED, _NOT_BOOKED = 1, 2


def acts(m: Model, s: State, out: list[Step]) -> None:
    """What people may do now."""
    if s.doing == Doing.READY and s.case == AUTHORISED:
        _cashier(m, s, out)
    elif s.doing == Doing.READY and s.att == PARKED:
        _parked(m, s, out)
    elif s.doing == Doing.ASK and s.att == UNKNOWN:
        stuck = move_all(m, move_all(m, s, _E.RECOVERY_STARTED), _E.CANNOT_TELL)
        out.append(("the terminal cannot be asked; people take over", True, stuck))
    if m.world.people is People.WRONG and s.word and s.att == NO_ATTEMPT:
        _correction(m, s, out)


def _cashier(m: Model, s: State, out: list[Step]) -> None:
    given_up = m.rules.case[s.case, CaseEvent.CANCELLED]
    out.append(("the cashier gives up", False, s._replace(case=given_up)))
    if s.tries >= m.world.attempts:
        return
    if m.last:
        before = fenced(m, s)
        asks = before._replace(req=put(before.req, (Message.ENQUIRY,)), doing=Doing.BASELINE)
        out.append(("the cashier wants the refund; the agent asks for a baseline", False, asks))
    elif "sent_before_armed" in m.flags:
        out.append(("the cashier wants the refund", False, s._replace(doing=Doing.SEND_UNARMED)))
    else:
        armed = begun(m, s, UNREAD)
        out.append(("the cashier wants the refund: ARMED", False, armed))


def _parked(m: Model, s: State, out: list[Step]) -> None:
    if not m.horizon or settled(s.t):
        out.append(("somebody has the terminal asked again", False, ask(m, s)))
    if not _may_look(m, s):
        return
    shown = s.t.stands > 0 or s.t.ghost or s.t.vote is not None
    _says(m, s, out, booked=shown)
    if m.world.people is People.WRONG:
        _says(m, s, out, booked=not shown)


def _may_look(m: Model, s: State) -> bool:
    if m.world.people is People.HASTY:
        vote = s.t.vote
        return not s.t.busy and (vote is None or vote.phase != Vote.POWER_OFF)
    return settled(s.t)


def _says(m: Model, s: State, out: list[Step], *, booked: bool) -> None:
    event = _E.PERSON_SAYS_BOOKED if booked else _E.PERSON_SAYS_NOT_BOOKED
    word = _BOOKED if booked else _NOT_BOOKED
    after = move(m, bury_older(m, fenced(m, s), _E.PERSON_SAYS_NOT_BOOKED), event)
    if m.world.people is People.WRONG:
        after = after._replace(word=word)
    label = f"two people say: {'booked' if booked else 'not booked'}"
    out.append((label, True, after))


def _correction(m: Model, s: State, out: list[Step]) -> None:
    """Two people correct a verdict of people, to what the terminal's own books show."""
    if not settled(s.t) or s.doing != Doing.READY or s.case not in {*CLOSED, AUTHORISED}:
        return
    booked = s.t.stands > 0
    event = CaseEvent.CORRECTED_REFUNDED if booked else CaseEvent.CORRECTED_NOT_REFUNDED
    wanted = REFUNDED if booked else NOT_REFUNDED
    word = _BOOKED if booked else _NOT_BOOKED
    if word == s.word or s.case == wanted or (s.case, event) not in m.rules.case:
        return
    corrected = s._replace(case=m.rules.case[s.case, event], word=word)
    out.append(("two people correct the verdict", True, corrected))
