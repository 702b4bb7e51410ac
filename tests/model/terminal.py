"""The terminal of the model: it hears, books, refuses, un-books, loses power; others use it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.model.line import ROOM, ROOM_WITH_VOTE, put, takes
from tests.model.state import Look, Message, OpenVote, Record, Terminal, Vote
from tests.model.world import Habit, Reset

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.model.model import Model, Step
    from tests.model.state import Packet, State

BUSY: Packet = (Message.BUSY,)
NAK: Packet = (Message.NAK,)


def room(m: Model) -> int:
    """How many answers fit on the line."""
    return ROOM_WITH_VOTE if m.vote or m.world.nak else ROOM


def running(m: Model, t: Terminal) -> bool:
    """Whether it says that it is busy."""
    return (t.busy > 0 and m.world.running_told) or (t.vote is not None and m.world.busy_told)


def settled(t: Terminal) -> bool:
    """Whether nothing of ours runs or may still be undone."""
    return not t.busy and t.vote is None


# --- what it hears ---------------------------------------------------------------------------


def hears(m: Model, s: State, out: list[Step]) -> None:
    """One message of ours arrives, or is lost, or is doubled on the way."""
    for packet, rest in takes(s.req, bag=m.bag):
        if m.losses:
            out.append(("a message to the terminal is lost", False, s._replace(req=rest)))
        if s.duplicates:
            doubled = s._replace(req=put(s.req, packet), duplicates=s.duplicates - 1)
            out.append(("a message to the terminal is doubled on the way", False, doubled))
        if s.t.vote is None or s.t.vote.phase != Vote.POWER_OFF:
            _HEARS[packet[0]](m, s._replace(req=rest), packet, out)


def _answer(m: Model, s: State, packet: Packet) -> State:
    return s._replace(rsp=put(s.rsp, packet, room(m)))


def _money(m: Model, s: State, packet: Packet, out: list[Step]) -> None:
    t, tag = s.t, packet[1]
    assert isinstance(tag, int)
    if m.world.nak:
        out.append(("the request arrives damaged: NAK", False, _answer(m, s, NAK)))
    if t.busy or (t.vote is not None and (m.world.busy_told or not m.voids_once)):
        out.append(("the terminal refuses the request: busy", False, _answer(m, s, BUSY)))
    elif m.voids_once and (t.stands or t.ghost or t.by_hand or t.vote is not None):
        kept = _refusal_kept(m, s, 0)
        done: Packet = (Message.ALREADY_DONE, tag)
        out.append(("the terminal refuses: already done", False, _answer(m, kept, done)))
    elif m.stored and t.results[tag - 1]:
        booked = t.results[tag - 1] == 1 or t.ghost
        kind = Message.BOOKED if booked else Message.REFUSAL
        out.append(("the terminal repeats its stored result", False, _answer(m, s, (kind, tag))))
    else:
        taken = s._replace(t=t._replace(busy=tag))
        out.append(("the terminal takes the request", False, taken))
        if m.world.nak:
            damaged = _answer(m, taken, NAK)
            out.append(("the terminal takes the request; its ACK looks like a NAK", False, damaged))


def _enquiry(m: Model, s: State, _packet: Packet, out: list[Step]) -> None:
    if running(m, s.t):
        out.append(("the terminal says: busy", False, _answer(m, s, BUSY)))
    elif not m.last:
        none: Packet = (Message.NO_ENQUIRY,)
        out.append(("the terminal is idle; it cannot be asked more", False, _answer(m, s, none)))
    else:
        shown = s.t.rec
        if "counter_read" in m.flags:
            shown = shown._replace(num=s.t.num)
        told: Packet = (Message.LAST, shown)
        out.append(("the terminal tells its last record", False, _answer(m, s, told)))


def _query(m: Model, s: State, packet: Packet, out: list[Step]) -> None:
    tag = packet[1]
    assert isinstance(tag, int)
    if running(m, s.t):
        out.append(("the terminal says: busy", False, _answer(m, s, BUSY)))
        return
    booked = s.t.results[tag - 1] == 1 or s.t.ghost
    word = "booked" if booked else "not booked"
    found: Packet = (Message.FOUND, tag, int(booked))
    out.append((f"the terminal answers the query: {word}", False, _answer(m, s, found)))


def _vote(m: Model, s: State, _packet: Packet, out: list[Step]) -> None:
    vote = s.t.vote
    if vote is None or vote.phase != Vote.WAITING:
        out.append(("our acknowledgement comes too late", False, s))
        return
    t = s.t._replace(vote=None, stands=s.t.stands + 1)
    complete: Packet = (Message.COMPLETION, vote.tag)
    after = _answer(m, s._replace(t=_uncounted(m, t)), complete)
    out.append(("our acknowledgement arrives: BOOKED for good", False, after))


_HEARS: dict[int, Callable[[Model, State, Packet, list[Step]], None]] = {
    Message.MONEY: _money,
    Message.ENQUIRY: _enquiry,
    Message.QUERY: _query,
    Message.VOTE: _vote,
}


# --- what it does by itself ------------------------------------------------------------------


def acts(m: Model, s: State, out: list[Step]) -> None:
    """Its own work on our request, or on a request of others, or on an open vote."""
    t = s.t
    if t.busy:
        _works(m, s, out)
    if t.vote is not None:
        _settles(m, s, t.vote, out)
    open_to_others = t.vote is None or (not m.world.busy_told and t.vote.phase != Vote.POWER_OFF)
    if s.foreign and not t.busy and open_to_others:
        _others(m, s, out)


def _record(m: Model, t: Terminal, look: Look, ref: int = 0) -> Record:
    num = t.num + 1 if m.numbered else 0
    return Record(look, num, ref if m.refers else 0, t.batch)


def _number(m: Model, t: Terminal) -> int:
    """Without numbers on the records they are only counted while a vote is open."""
    return t.num + 1 if m.numbered or t.vote is not None else 0


def _uncounted(m: Model, t: Terminal) -> Terminal:
    return t if m.numbered else t._replace(num=0)


def _result(t: Terminal, tag: int, value: int) -> tuple[int, ...]:
    return (*t.results[: tag - 1], value, *t.results[tag:]) if t.results else ()


def _works(m: Model, s: State, out: list[Step]) -> None:
    t, tag = s.t, s.t.busy
    idle = t._replace(busy=0)
    booked = idle._replace(
        rec=_record(m, t, Look.ALIKE, tag), num=_number(m, t), results=_result(t, tag, 1)
    )
    if m.vote:
        if not m.numbered:
            booked = booked._replace(num=t.num + 1)
        booked = booked._replace(vote=OpenVote(Vote.WAITING, tag, t.rec, t.num))
        after = _answer(m, s._replace(t=booked), (Message.RESULT, tag))
        out.append(("the terminal books provisionally and sends its result", False, after))
    else:
        booked = booked._replace(stands=t.stands + 1)
        after = _answer(m, s._replace(t=booked), (Message.BOOKED, tag))
        out.append(("the terminal BOOKS and sends its result", False, after))
    refused = _refusal_kept(m, s._replace(t=idle._replace(results=_result(t, tag, 2))), tag)
    refusal: Packet = (Message.REFUSAL, tag)
    out.append(("the terminal refuses and says so", False, _answer(m, refused, refusal)))
    dark = s._replace(t=idle, rsp=())
    out.append(("the terminal loses power before it books", False, dark))


def _refusal_kept(m: Model, s: State, tag: int) -> State:
    if not m.world.refusals_kept:
        return s
    t = s.t
    return s._replace(t=t._replace(rec=_record(m, t, Look.REFUSED, tag), num=_number(m, t)))


def _others(m: Model, s: State, out: list[Step]) -> None:
    t, left = s.t, s.foreign - 1
    looks = [
        (Look.ALIKE, "somebody else books the very same amount"),
        (Look.OTHER, "somebody else books something"),
    ]
    if m.world.refusals_kept:
        looks.append((Look.REFUSED, "somebody else is refused"))
    for look, label in looks:
        after = t._replace(rec=_record(m, t, look), num=_number(m, t))
        out.append((label, False, s._replace(t=after, foreign=left)))
        if look is Look.ALIKE and m.world.keypad and not t.by_hand and _may_by_hand(m, t):
            by_hand = s._replace(t=after._replace(by_hand=True), foreign=left)
            out.append(("somebody refunds the same sale at the keypad", False, by_hand))
    if m.world.reset is not Reset.NONE:
        anew = s._replace(t=t._replace(num=0, batch=t.batch + 1), foreign=left)
        out.append(("end of day: the numbers begin anew", False, anew))


def _may_by_hand(m: Model, t: Terminal) -> bool:
    """A terminal that voids a sale once only lets nobody do it twice."""
    return not (m.voids_once and (t.stands or t.vote is not None))


# --- the open vote ---------------------------------------------------------------------------


def _settles(m: Model, s: State, vote: OpenVote, out: list[Step]) -> None:
    def phase(to: Vote) -> State:
        return s._replace(t=s.t._replace(vote=vote._replace(phase=to)))

    if vote.phase == Vote.POWER_OFF:
        out.append(("the terminal has power again", False, phase(Vote.GIVEN_UP)))
        return
    off = phase(Vote.POWER_OFF)._replace(rsp=())
    out.append(("the terminal loses power with the vote open", False, off))
    if vote.phase == Vote.WAITING:
        repeat: Packet = (Message.RESULT, vote.tag)
        if repeat not in s.rsp:
            out.append(("the terminal sends its result again", False, _answer(m, s, repeat)))
        out.append(("the terminal gives up waiting for our vote", False, phase(Vote.GIVEN_UP)))
        return
    label, after = _ENDS[m.world.habit](m, s.t, vote)
    out.append((label, False, s._replace(t=_uncounted(m, after._replace(vote=None)))))


def _undone(t: Terminal, vote: OpenVote) -> Terminal:
    return t._replace(results=_result(t, vote.tag, 2))


def _on_top(t: Terminal, vote: OpenVote) -> bool:
    return t.num == vote.num + 1


def _stay(_m: Model, t: Terminal, _vote: OpenVote) -> tuple[str, Terminal]:
    return "without our vote: it STAYS BOOKED", t._replace(stands=t.stands + 1)


def _ghost(_m: Model, t: Terminal, vote: OpenVote) -> tuple[str, Terminal]:
    return "UN-BOOKED, and still shown as booked", _undone(t, vote)._replace(ghost=True)


def _rec2(m: Model, t: Terminal, vote: OpenVote) -> tuple[str, Terminal]:
    after = _undone(t, vote)
    undone = vote.num + 1 if m.numbered else 0
    own = _record(m, t, Look.UNDOING)._replace(undone=undone)
    return "UN-BOOKED by a record of its own", after._replace(rec=own, num=_number(m, t))


def _same(_m: Model, t: Terminal, vote: OpenVote) -> tuple[str, Terminal]:
    after = _undone(t, vote)
    if _on_top(t, vote):
        after = after._replace(rec=vote.before, num=vote.num)
    return "UN-BOOKED, the number is given back", after


def _rec1(_m: Model, t: Terminal, vote: OpenVote) -> tuple[str, Terminal]:
    after = _undone(t, vote)
    if _on_top(t, vote):
        after = after._replace(rec=t.rec._replace(look=Look.REVERSED))
    return "UN-BOOKED, the record is marked reversed", after


def _old1(_m: Model, t: Terminal, vote: OpenVote) -> tuple[str, Terminal]:
    after = _undone(t, vote)
    if _on_top(t, vote):
        after = after._replace(rec=vote.before)
    return "UN-BOOKED, the record before is shown, the number stays used", after


_ENDS = {
    Habit.STAY: _stay,
    Habit.GHOST: _ghost,
    Habit.REC2: _rec2,
    Habit.SAME: _same,
    Habit.REC1: _rec1,
    Habit.OLD1: _old1,
}
