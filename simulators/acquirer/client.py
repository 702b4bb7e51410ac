"""The terminal's end of the acquirer line: traces, time-outs, and the reversal that is owed.

Sans I/O: bytes and times in, bytes out. One job at a time; `outcome` is there when it is over.
The reversal is made durable before its original is sent, goes out before anything else does, and
is thrown away only by an answer that closes it - or by the two faults that shipped terminals have.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulators.acquirer import layout, mac
from simulators.acquirer import messages as m
from simulators.acquirer.errors import BadMessage
from simulators.acquirer.frame import Frame, FrameReader
from simulators.acquirer.jobs import (
    NO_ANSWER,
    OTHER,
    SIGN_ONS,
    TERMINAL_FAULT,
    End,
    Job,
    Outcome,
    Stage,
    Wanted,
    money_of,
)
from simulators.acquirer.memory import Done, LineMemory, Pending
from simulators.acquirer.owed import Owed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from simulators.acquirer.layout import Fields
    from simulators.acquirer.settings import HostSettings


class Client:
    """One terminal towards its acquirer. `save` makes `memory` durable."""

    def __init__(
        self,
        station: m.Station,
        card: m.Card,
        settings: HostSettings,
        *,
        wall: Callable[[], datetime],
        save: Callable[[], None],
        memory: LineMemory | None = None,
    ) -> None:
        self.memory = memory or LineMemory()
        self.outcome: Outcome | None = None
        self.strays = 0  # answers that nobody waited for any more
        self._station = station
        self._card = card
        self._settings = settings
        self._owed = Owed(self.memory, settings, wall=wall, save=save)
        self._key: bytes | None = None
        self._reader = FrameReader()
        self._out = bytearray()
        self._job: Job | None = None
        self._stage: Stage | None = None
        self._expected = ("", "")
        self._due: float | None = None

    # -- jobs -----------------------------------------------------------------------------------

    def begin(self, wanted: Wanted, now: float) -> None:
        """A sale, void or refund."""
        self._start(Job(money=wanted), now)

    def undo(self, rrn: str, now: float) -> None:
        """The terminal cannot complete what was approved: reverse it."""
        done = self.memory.done.get(rrn)
        if done is not None:
            self._owed.owe(done.money, TERMINAL_FAULT)
        self._start(Job(own=done.money if done is not None else None), now)

    def settle(self, sums: m.Sums, currency: str, now: float) -> None:
        """Close the batch, and sign on to the next one."""
        self._start(Job(sums=sums, currency=currency), now)

    def start_up(self, now: float) -> None:
        """After the power came back: deliver what is owed."""
        self._start(Job(), now)

    def _start(self, job: Job, now: float) -> None:
        assert self._job is None, "one job at a time"
        self._job, self.outcome = job, None
        if job == Job() and self.memory.pending is None:
            self._finish(Outcome(End.FAILED))
        else:
            self._next(now)

    def saves_by(self, save: Callable[[], None]) -> None:
        """From now on this makes `memory` durable."""
        self._owed.save = save

    def power_lost(self) -> None:
        """Everything but the memory is gone."""
        self._job = self._stage = self._due = self._key = self.outcome = None
        self._out.clear()
        self._reader.reset()

    @property
    def _running(self) -> Job:
        assert self._job is not None, "something is being done"
        return self._job

    # -- the line -------------------------------------------------------------------------------

    @property
    def deadline(self) -> float | None:
        """When an answer is late."""
        return self._due

    def take(self) -> bytes:
        """The bytes to send now."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def receive(self, data: bytes, now: float) -> None:
        """Bytes of the acquirer."""
        try:
            frames = self._reader.feed(data)
        except BadMessage:
            self._unreadable(now)
            return
        for frame in frames:
            try:
                fields = layout.decode(frame.message)
            except BadMessage:
                self._unreadable(now)
                continue
            self._hear(frame.message, fields, now)

    def tick(self, now: float) -> None:
        """Time has passed."""
        if self._due is not None and now >= self._due:
            self._missing(now)

    def unsent(self, now: float) -> None:
        """The line took nothing of what `take` gave: the acquirer cannot be reached."""
        if self._stage is Stage.MONEY:
            self._owed.close()
            self._finish(Outcome(End.FAILED))
        elif self._stage is not None:
            self._missing(now)

    # -- sending --------------------------------------------------------------------------------

    def _next(self, now: float) -> None:
        """Whatever has to be done before the job itself, then that."""
        job = self._running
        self._stage = self._due = None
        self._owed.throw_away()
        owed = self.memory.pending
        if self._key is None:
            self._sign_on(job, now)
        elif owed is not None:
            self._reverse(job, owed, now)
        elif job.money is not None:
            self._request(job, job.money, now)
        elif job.sums is not None:
            self._settle(job, job.sums, now)
        else:
            self._finish(job.outcome)

    def _sign_on(self, job: Job, now: float) -> None:
        if job.sign_ons == SIGN_ONS:
            self._give_up(job)
            return
        job.sign_ons += 1
        trace, size = self.memory.next_trace(), self._settings.key_bytes
        batch = self.memory.batch
        fields = m.sign_on(self._station, batch=batch, trace=trace, key_bytes=size)
        self._owed.save()
        self._send(Stage.SIGN_ON, fields, now)

    def _reverse(self, job: Job, owed: Pending, now: float) -> None:
        if job.tries == self._settings.tries:
            self.memory.note(f"a reversal of trace {owed.money.trace} is still owed")
            self._owed.save()
            self._give_up(job)
            return
        job.tries += 1
        fields = owed.money.reversal(self._card, self._station, owed.reason or NO_ANSWER)
        self._send(Stage.REVERSAL, fields, now)

    def _request(self, job: Job, wanted: Wanted, now: float) -> None:
        money = money_of(wanted, self.memory)
        job.money, job.own, job.tries = None, money, 0
        if self._owed.reversible(money):
            self._owed.owe(money, "")
        else:
            self._owed.save()
        self._send(Stage.MONEY, money.request(self._card, self._station), now)

    def _settle(self, job: Job, sums: m.Sums, now: float) -> None:
        if job.tries == self._settings.tries:
            self.memory.note("a settlement was not answered")
            self._owed.save()
            self._give_up(job)
            return
        job.tries += 1
        trace, batch = self.memory.next_trace(), self.memory.batch
        fields = m.settlement(self._station, sums, batch=batch, trace=trace, currency=job.currency)
        self._owed.save()
        self._send(Stage.SETTLEMENT, fields, now)

    def _send(self, stage: Stage, fields: Fields, now: float) -> None:
        self._stage = stage
        self._expected = (m.answer_type(fields["t"]), fields["11"])
        self._due = now + self._settings.timeout_s
        self._out += Frame(m.sealed(fields, self._key or bytes(mac.VALUE))).encode()

    # -- hearing --------------------------------------------------------------------------------

    def _hear(self, message: bytes, fields: Fields, now: float) -> None:
        mine = (fields["t"], fields.get("11", "")) == self._expected
        if self._stage is None or not mine or fields.get("41") != self._station.fields()["41"]:
            self.strays += 1
            return
        code = fields.get("39", "")
        proved = m.seal_holds(message, self._key)
        match self._stage:
            case Stage.SIGN_ON:
                self._signed_on(fields, code, now)
            case Stage.SETTLEMENT:
                self._settled(fields, code, now)
            case Stage.REVERSAL:
                self._reversed(code, now, proved=proved)
            case Stage.MONEY if not proved and ("64" in fields or code in m.APPROVED):
                self._failed(m.BAD_MAC, now)
            case Stage.MONEY:
                self._decided(fields, code, now)

    def _signed_on(self, fields: Fields, code: str, now: float) -> None:
        key = mac.unwrapped(layout.raw(fields.get("62", ""))) if code == "00" else None
        if key is None:
            self._missing(now)
            return
        self._key = key
        self.memory.batch = fields["60"][2:8]
        self._next(now)

    def _settled(self, fields: Fields, code: str, now: float) -> None:
        job = self._running
        if code in m.SIGN_ON_FIRST:
            self._key = None
        elif code == "00":
            flag = fields.get("48", "")[m.FLAG_AT : m.FLAG_AT + 1]
            if flag != str(m.BALANCED):
                self.memory.note("the acquirer's totals of the batch differ")
            job.sums, job.outcome, self._key = None, Outcome(End.APPROVED, code=flag), None
        self._next(now)

    def _reversed(self, code: str, now: float, *, proved: bool) -> None:
        if code in m.REVERSAL_DONE and proved:
            self._owed.close()
        elif code in m.SIGN_ON_FIRST and self._key is not None:
            self._key = None
            self._running.tries -= 1  # it was not looked at; how often this may be is bounded too
        self._next(now)

    def _decided(self, fields: Fields, code: str, now: float) -> None:
        job = self._running
        assert job.own is not None
        asked, minor = job.own.amount_minor, int(fields.get("4", "0") or "0")
        if code in m.APPROVED:
            if minor != asked and not (code == m.PARTIAL and 0 < minor < asked):
                self._failed(OTHER, now)
                return
            rrn = fields.get("37", "")
            approved = replace(job.own, amount_minor=minor)
            self.memory.keep(rrn, Done(approved, fields.get("13", "0000")))
            self._owed.close()
            self._finish(Outcome(End.APPROVED, minor, code, rrn, fields.get("38", "")))
        elif code in m.UNCERTAIN:
            self._failed(OTHER, now, code)
        else:
            self._owed.close()
            if code in m.SIGN_ON_FIRST:
                self._key = None
            self._finish(Outcome(End.DECLINED, code=code))

    def _unreadable(self, now: float) -> None:
        if self._stage is Stage.MONEY:
            self._failed(OTHER, now)
        elif self._stage is not None:
            self._missing(now)

    def _missing(self, now: float) -> None:
        """No answer that can be used came for what was sent last."""
        job = self._running
        if self._stage is Stage.MONEY:
            self._failed(NO_ANSWER, now)
        elif self._stage is Stage.SIGN_ON:
            self._give_up(job)
        else:
            self._next(now)

    def _failed(self, reason: str, now: float, code: str = "") -> None:
        """Nobody knows what became of the original: undo it, where that exists."""
        job = self._running
        assert job.own is not None
        if not self._owed.reversible(job.own):
            self.memory.note(f"the answer to the refund of trace {job.own.trace} was lost")
            self._owed.save()
            self._finish(Outcome(End.LOST, code=code))
            return
        job.outcome = Outcome(End.FAILED, code=code)
        self._owed.owe(job.own, reason)
        self._next(now)

    # -- the end --------------------------------------------------------------------------------

    def _give_up(self, job: Job) -> None:
        """The way is blocked: by a reversal that is owed, or because there is no sign-on."""
        owed = self.memory.pending
        own = owed is not None and job.own is not None and owed.money.trace == job.own.trace
        settled = job.outcome.end is End.APPROVED
        self._finish(job.outcome if settled else Outcome(End.OWED if own else End.FAILED))

    def _finish(self, outcome: Outcome) -> None:
        self._job = self._stage = self._due = None
        self.outcome = outcome
