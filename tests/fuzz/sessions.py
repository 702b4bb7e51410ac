"""Targets of the till's sessions: hostile bytes in every state, judged by the rules of money.

An input is a script: two bytes choose profile and first requests, then come steps. What stands in
a step is the peer's bytes as they are, or the same bytes in a correct frame.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from protocols.kit.errors import ProtocolError
from protocols.kit.money import Amount, Currency
from protocols.kit.session import (
    Finished,
    Original,
    Relay,
    RelayingSession,
    Request,
    ResultSeen,
    Send,
    SessionSettings,
)
from protocols.kit.vocabulary import Booking, Operation, Outcome, TransactionRecord
from terminal_agent.refund.numbers import advance
from tests.fuzz.target import Script, Target, vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from protocols.kit.contract import ProtocolSpec
    from protocols.kit.session import Action

EUR: Final = Currency.of("EUR")
SOLD: Final = Original("0012", "000012", "000012", "000001000012", "123456", "1124")
REFUND: Final = Request(Operation.REFUND, Amount(1250, EUR), SOLD, reference="A000000011")
VOID: Final = Request(Operation.VOID, Amount(1250, EUR), SOLD, reference="A000000012")
# What the session is asked in turn; each script begins at one of them.
REQUESTS: Final = (
    Request(Operation.CONNECT),
    REFUND,
    Request(Operation.LAST_TRANSACTION),
    VOID,
    Request(Operation.STATUS),
    Request(Operation.SALE, Amount(1250, EUR)),
    Request(Operation.END_OF_DAY),
    Request(Operation.REPRINT),
    Request(Operation.DIAGNOSE),
    Request(Operation.INITIALISE),
    Request(Operation.ABORT),
    Request(Operation.DISCONNECT),
    replace(VOID, operation=Operation.QUERY, about=Operation.VOID),
)


def offered(spec: ProtocolSpec, settings: SessionSettings) -> tuple[list[Request], list[Request]]:
    """The money requests that this wire has a form for, and all requests that it has one for."""
    found = []
    for request in REQUESTS:
        with suppress(ProtocolError):
            begun = spec.session(settings).begin(request, 0.0)
            if any(isinstance(action, Send) for action in begun):
                found.append(request)
    return [request for request in found if request.operation.moves_money], found


NUMBERS: Final = ("receipt_number", "trace_number", "turnover_number")
# Bounds the timers that may run out before a request has ended.
TICKS_MAX: Final = 64
_FRAMED: Final = 3


def targets(spec: ProtocolSpec) -> Iterator[Target]:
    """One for each transport."""
    for transport in spec.framers:
        name = f"{spec.name}-session-{transport}"
        yield Target(name, _session(spec, transport), lambda: seeds(spec.name), max_len=600)


def seeds(protocol: str) -> list[bytes]:
    """Each vector said in a frame to each of the first requests, and twice in a row."""
    found = [data for data in vectors(protocol) if len(data) < 256]
    steps = [bytes((_FRAMED, len(data))) + data for data in found] or [b""]
    good = _step(b"\x06") + _step(b"\x80\x00\x00", framed=True)
    return [
        bytes((0, place % 4))
        + (good if place % 2 else b"")
        + step
        + steps[(place * 7) % len(steps)]
        for place, step in enumerate(steps)
    ]


def _step(data: bytes, *, framed: bool = False) -> bytes:
    return bytes((_FRAMED if framed else 0, len(data))) + data


def _session(spec: ProtocolSpec, transport: str) -> Callable[[bytes], None]:
    profiles = sorted(spec.profiles)

    def run(data: bytes) -> None:
        script = Script(data)
        settings = SessionSettings(profiles[script.byte() % len(profiles)], transport)
        Till(spec, settings).play(script)

    return run


class Till:
    """Pumps one session as the agent does, and judges every action."""

    def __init__(self, spec: ProtocolSpec, settings: SessionSettings) -> None:
        self._spec = spec
        self._transport = settings.transport
        self._session = spec.session(settings)
        self._now = 0.0
        self._request: Request | None = None
        self._money_sends = 0
        self._received = False
        self._lost_unwritten = False
        self._held = False
        self._voted = False
        self._records: list[TransactionRecord] = []
        self._carried: set[bytes] = set()  # to the terminal's host, on this line

    def play(self, script: Script) -> None:
        """The whole script, one request after the other; each of them ends."""
        turn = script.byte()
        while True:
            self._begin(REQUESTS[turn % len(REQUESTS)])
            while script and self._request is not None:
                self._step(script)
            self._run_out()
            turn += 1
            if not script:
                break
        self._use_records()

    def _begin(self, request: Request) -> None:
        self._request, self._money_sends = request, 0
        self._received = self._lost_unwritten = self._held = self._voted = False
        try:
            self._take(self._session.begin(request, self._now))
        except ProtocolError:  # this wire has no form for the request: nothing was written
            self._request = None
            return
        # It may come behind harmless questions of the same request.
        assert self._money_sends <= request.operation.moves_money

    def _step(self, script: Script) -> None:
        choice = script.byte()
        self._now += 0.01
        session = self._session
        match choice & 7:
            case 5:
                self._tick()
            case 6 if choice & 0xF8:
                self._take(session.abort(self._now))
            case 7 if choice & 0xF8:
                self._lost_unwritten = bool(choice & 8) and not self._received
                self._take(session.link_lost(self._now, nothing_written=bool(choice & 8)))
            case kind:
                said = script.take(script.byte())
                self._received = True
                data = self._framed(said) if kind >= _FRAMED else said
                self._take(session.receive(data, self._now))
        if self._held and not choice & 0x80:
            self._vote()

    def _framed(self, said: bytes) -> bytes:
        try:
            return self._spec.framers[self._transport]().frame(said)
        except ProtocolError:
            return said

    def _vote(self) -> None:
        self._held, self._voted = False, True
        self._take(self._session.result_durable(self._now))

    def _tick(self) -> None:
        due = self._session.deadline
        if due is not None:
            self._now = max(self._now, due)
        self._take(self._session.tick(self._now))

    def _run_out(self) -> None:
        """Time alone ends every request; a held result is voted for first."""
        for _ in range(TICKS_MAX):
            if self._request is None:
                return
            if self._held:
                self._vote()
                continue
            assert self._session.deadline is not None, "a request that nothing ends"
            self._tick()
        raise AssertionError("a request does not end by time")

    def _take(self, actions: Sequence[Action]) -> None:
        for action in actions:
            match action:
                case Send(data=data, money=money):
                    assert data, "nothing to send"
                    self._money_sends += money
                    assert self._money_sends <= 1, "a money message went out twice"
                case ResultSeen(record=record):
                    assert not self._held, "a second result before the vote"
                    self._held = True
                    self._records.append(record)
                case Relay(data=data):
                    self._carry(data)
                case Finished():
                    self._finished(action)
                case _:
                    repr(action)

    def _carry(self, data: bytes) -> None:
        """Once to the host; its answer is the message itself."""
        assert data not in self._carried, "carried to the host twice"
        self._carried.add(data)
        session = self._session
        assert isinstance(session, RelayingSession)
        self._take(session.relayed(data, self._now))

    def _finished(self, action: Finished) -> None:
        request, result = self._request, action.result
        assert request is not None, "ended twice"
        self._request = None
        self._held = False
        if result.record is not None:
            self._records.append(result.record)
        if result.outcome is Outcome.NOT_SENT:
            unsent = request.operation.moves_money and not self._money_sends
            told = self._received or self._lost_unwritten or unsent
            assert told, "NOT_SENT, and no refusal was read"
        if request.operation.moves_money and result.outcome is not Outcome.NOT_SENT:
            assert self._money_sends == 1, f"{result.outcome} of what was never sent"
        if request.operation.moves_money and result.outcome is Outcome.APPROVED:
            record = result.record
            assert self._voted, "APPROVED without a durable result"
            assert record is not None
            assert record.booking is Booking.APPROVED
            assert record.amount_minor in {None, 1250}

    def _use_records(self) -> None:
        """Every record can be kept, and its numbers compared with any other."""
        before = self._records[:1]
        for record in self._records[:8]:
            assert TransactionRecord.from_json(record.to_json()) == record
            for other in before:
                for names in (NUMBERS, NUMBERS[1:2]):
                    advance(other, record, names)
            advance(record, record, NUMBERS)
