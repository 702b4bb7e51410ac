"""The agent of the model: acts as the rows of the product's tables say, judges with its judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal_agent.refund.events import AttemptEvent
from terminal_agent.refund.recovery import Verdict
from tests.model import asking
from tests.model.line import put, takes
from tests.model.looking import ask, evidence, judge_look
from tests.model.moves import begun, bury_older, move, move_all
from tests.model.records import judged_repeat
from tests.model.state import (
    APPROVED,
    ARMED,
    NO_ATTEMPT,
    RESOLVING,
    RESULT_SEEN,
    UNKNOWN,
    UNREAD,
    Doing,
    Message,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.model.model import Model, Step
    from tests.model.state import Packet, State

_E = AttemptEvent
_OPEN_AT_START = frozenset({ARMED, RESULT_SEEN, RESOLVING})
_VOTE: Packet = (Message.VOTE,)


# --- what it does ----------------------------------------------------------------------------


def acts(m: Model, s: State, out: list[Step]) -> None:
    """Its next step, and the crash that may come instead."""
    doing = s.doing
    if doing not in {Doing.DOWN, Doing.BOUND} and s.crashes:
        dead = s._replace(doing=Doing.DOWN, read=None, crashes=s.crashes - 1)
        out.append(("the agent crashes", False, dead))
    act = _ACTS.get(doing)
    if act is not None:
        act(m, s, out)


def _start(m: Model, s: State, out: list[Step]) -> None:
    if m.world.amnesia and s.crashes and s.tries:
        empty = m.starts()[0]
        lost = s._replace(
            case=empty.case, att=NO_ATTEMPT, older=NO_ATTEMPT, bases=(), word=0,
            tries=0 if m.stored else s.tries, crashes=s.crashes - 1,
        )  # fmt: skip
        out.append(("the journal is lost", False, lost))
    if s.att == NO_ATTEMPT:
        out.append(("the agent starts again", False, s._replace(doing=Doing.READY)))
    elif s.att in _OPEN_AT_START:
        found = move_all(m, s, _E.RESTARTED)
        out.append(("the agent starts and finds an open attempt", False, found))
    else:
        doing = Doing.ASK if s.att == UNKNOWN else Doing.READY
        out.append(("the agent starts again", False, s._replace(doing=doing)))


def _send(m: Model, s: State, out: list[Step]) -> None:
    packet: Packet = (Message.MONEY, m.tag(s))
    sent = s._replace(req=put(s.req, packet), doing=Doing.WAIT)
    out.append(("the agent sends the request", False, sent))


def _send_unarmed(m: Model, s: State, out: list[Step]) -> None:
    """A mistake: the request goes out, then the intent is written down."""
    before = s.req
    tag = s.tries + 1 if m.tagged else 1
    sent = s._replace(req=put(before, (Message.MONEY, tag)))
    armed = begun(m, sent, sent.read or UNREAD)._replace(doing=Doing.WAIT)
    lost = sent._replace(doing=Doing.DOWN, read=None, crashes=max(0, s.crashes - 1))
    out.append(("the agent sends, then writes its intent down", False, armed))
    if s.crashes:
        out.append(("the agent sends and crashes before it writes", False, lost))


def _gives_up(m: Model, s: State, out: list[Step]) -> None:
    """No answer in time."""
    out.append(("the agent hears nothing in time", False, move(m, s, _E.TIMED_OUT)))


def _no_baseline(_m: Model, s: State, out: list[Step]) -> None:
    out.append(("the agent gives up: no baseline", False, s._replace(doing=Doing.READY)))


def _acknowledge(m: Model, s: State, out: list[Step]) -> None:
    voted = s._replace(req=put(s.req, _VOTE))
    if s.att == NO_ATTEMPT:
        after = voted._replace(doing=Doing.READY)
    elif "approved_at_ack" in m.flags:
        after = move(m, voted, _E.COMPLETED)
    else:
        after = voted._replace(doing=Doing.COMPLETE)
    out.append(("the agent acknowledges the result", False, after))


def _end_booked(m: Model, s: State, out: list[Step]) -> None:
    after = move(m, bury_older(m, s), _E.COMPLETED)
    out.append(("the dialogue is complete: APPROVED", False, after))


def _end_refused(m: Model, s: State, out: list[Step]) -> None:
    after = move(m, s, _E.REFUSED)
    if s.older != NO_ATTEMPT:
        done = s.doing == Doing.END_DONE
        after = after._replace(doing=Doing.REPEAT_DONE if done else Doing.REPEAT_REFUSED)
    out.append(("the dialogue ended with a refusal: DECLINED", False, after))


def _repeat_proves(m: Model, s: State, out: list[Step]) -> None:
    found = judged_repeat(done=s.doing == Doing.REPEAT_DONE).verdict
    out.append(("the refused repeat proves how it was", False, evidence(m, s, found)))


def _ask(m: Model, s: State, out: list[Step]) -> None:
    if "never_voted_is_dead" in m.flags and not s.seen and not s.t.busy and s.t.vote is None:
        dead = evidence(m, move_all(m, s, _E.RECOVERY_STARTED), Verdict.NOT_BOOKED)
        out.append(("never acknowledged, so it is dead", False, dead))
    elif _may_ask(m, s):
        out.append(("the agent fences the line and asks", False, ask(m, s)))


def _may_ask(m: Model, s: State) -> bool:
    """The horizon of unbroken idle, as a guard: it is over only when nothing runs."""
    if not m.horizon:
        return True
    vote = s.t.vote
    if m.clock_only:
        return vote is None or vote.phase == 2
    return not s.t.busy and vote is None


def _no_answer(m: Model, s: State, out: list[Step]) -> None:
    out.append(("the agent gets no answer and stays in doubt", False, _interrupted(m, s)))


def _interrupted(m: Model, s: State) -> State:
    stopped = move_all(m, s, _E.RECOVERY_INTERRUPTED)
    return stopped._replace(doing=Doing.ASK) if stopped.att == UNKNOWN else stopped


_ACTS: dict[int, Callable[[Model, State, list[Step]], None]] = {
    Doing.DOWN: _start,
    Doing.BASELINE: _no_baseline,
    Doing.SEND: _send,
    Doing.SEND_UNARMED: _send_unarmed,
    Doing.WAIT: _gives_up,
    Doing.COMPLETE: _gives_up,
    Doing.ACK: _acknowledge,
    Doing.END_BOOKED: _end_booked,
    Doing.END_REFUSED: _end_refused,
    Doing.END_DONE: _end_refused,
    Doing.REPEAT_REFUSED: _repeat_proves,
    Doing.REPEAT_DONE: _repeat_proves,
    Doing.ASK: _ask,
    Doing.LOOK: _no_answer,
}


# --- what it hears ---------------------------------------------------------------------------


def hears(m: Model, s: State, out: list[Step]) -> None:
    """One answer arrives, or is lost, or is doubled on the way."""
    for packet, rest in takes(s.rsp, bag=m.bag):
        if m.losses:
            out.append(("an answer is lost", False, s._replace(rsp=rest)))
        if s.duplicates:
            doubled = s._replace(rsp=put(s.rsp, packet, 3), duplicates=s.duplicates - 1)
            out.append(("an answer is doubled on the way", False, doubled))
        if s.doing == Doing.DOWN:
            continue
        heard = _heard(m, s._replace(rsp=rest), packet)
        out.append(heard or ("a stray message is thrown away", False, s._replace(rsp=rest)))


def _heard(m: Model, s: State, packet: Packet) -> Step | None:
    """What an answer means where the agent is; None where it means nothing there."""
    doing = s.doing
    if doing == Doing.BASELINE:
        return _baseline(m, s, packet)
    if doing == Doing.LOOK:
        return _looked(m, s, packet)
    if doing in {Doing.WAIT, Doing.COMPLETE}:
        return _of_the_dialogue(m, s, packet)
    return None


def _baseline(m: Model, s: State, packet: Packet) -> Step | None:
    if packet[0] == Message.BUSY:
        return "the terminal is busy: no attempt yet", False, s._replace(doing=Doing.READY)
    if packet[0] != Message.LAST:
        return None
    base = packet[1]
    assert not isinstance(base, int)
    if "sent_before_armed" in m.flags:
        read = s._replace(doing=Doing.SEND_UNARMED, read=base)
        return "the agent has read the baseline", False, read
    return "the baseline and the intent are durable: ARMED", False, begun(m, s, base)


def _of_the_dialogue(m: Model, s: State, packet: Packet) -> Step | None:
    kind = packet[0]
    if s.doing == Doing.WAIT and kind == Message.NAK:
        return "the agent reads a NAK", False, move(m, s, _E.NAK_READ)
    if s.doing == Doing.WAIT and kind == Message.BUSY:
        refused = move(m, s, _E.NOT_SENT)
        if s.older != NO_ATTEMPT:
            # The repeat never began, so it proves nothing about those before it.
            refused = move_all(m, refused, _E.CANNOT_TELL)
        return "the agent reads: not started", False, refused
    if len(packet) < 2 or packet[1] != m.tag(s):
        return None
    if kind == Message.RESULT:
        seen = move(m, s, _E.RESULT_READ)._replace(seen=True)
        return "the agent reads the result and makes it durable", False, seen
    if kind == Message.COMPLETION and s.doing == Doing.COMPLETE:
        after = move(m, bury_older(m, s), _E.COMPLETED)
        return "the agent reads the completion: APPROVED", False, after
    end = _ENDS.get(kind)
    if end is None or s.doing != Doing.WAIT:
        return None
    seen = move(m, s, _E.RESULT_READ)
    if seen.att == RESULT_SEEN:
        seen = seen._replace(doing=end)
    return "the agent reads the result and makes it durable", False, seen


_ENDS: dict[int, Doing] = {
    Message.BOOKED: Doing.END_BOOKED,
    Message.REFUSAL: Doing.END_REFUSED,
    Message.ALREADY_DONE: Doing.END_DONE,
}


def _looked(m: Model, s: State, packet: Packet) -> Step | None:
    kind = packet[0]
    if kind == Message.BUSY:
        return "the terminal is busy: the agent will ask again", False, _interrupted(m, s)
    if kind == Message.RESULT and packet[1] == m.tag(s):
        return _late_result(m, s)
    if m.query or m.stored:
        found = asking.verdict(m, s, packet)
        return None if found is None else ("the answer proves it", False, evidence(m, s, found))
    if kind == Message.LAST:
        record = packet[1]
        assert not isinstance(record, int)
        return judge_look(m, s, record)
    return judge_look(m, s, None) if kind == Message.NO_ENQUIRY else None


def _late_result(m: Model, s: State) -> Step | None:
    if "late_is_answer" in m.flags:
        taken = move(m, bury_older(m, s), _E.PROVED_BOOKED)
        assert s.att != APPROVED, "an open attempt is not approved"
        return "a late result is taken for the answer", False, taken
    if not m.world.late_votes or s.older != NO_ATTEMPT:
        return None
    seen = move(m, s, _E.RESULT_READ)._replace(seen=True)
    return "a late result is made durable", False, seen
