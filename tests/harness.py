"""One counter in memory: cashier, agent, journal, terminal, cable and bank under a virtual clock.

The agent, its journal and the drivers are the real ones; the terminal is the simulator's. Nothing
sleeps. `Shop.check` asks the oracle, and every test ends with it.
"""

from __future__ import annotations

import itertools
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from drivers.errors import LinkError
from drivers.links.memory import MemoryLink
from drivers.relay import MemoryHost
from protocols.kit.errors import RefundAgentError
from protocols.kit.money import Amount, Currency
from protocols.kit.vocabulary import Operation, Outcome
from simulators.clock import SimulatedClock
from simulators.host import ADDRESS
from simulators.line import SimulatedLine
from simulators.personality import Hosted
from simulators.station import StationSettings, build
from terminal_agent.config import TerminalConfig
from terminal_agent.journal.errors import JournalRefusal
from terminal_agent.journal.store import connect
from terminal_agent.policy.decision import Refusal
from terminal_agent.policy.rules import PolicyRules
from terminal_agent.refund.facts import EndOfDay
from terminal_agent.refund.sale import Sale, SaleSource
from terminal_agent.refund.states import AttemptState, CaseState
from terminal_agent.runtime import sale_book, verdicts
from terminal_agent.runtime.agent import Done, Wish
from terminal_agent.runtime.assembly import station_over
from terminal_agent.runtime.attempts import may_try
from terminal_agent.runtime.conversation import Conversation
from terminal_agent.runtime.reporter import Silent
from tests.disk import FakeDisk, opened
from tests.oracle import MoneyFrame, Oracle
from tests.setting import Setting, TappedJournal, connect_fast
from tests.wire import LEAVING, Wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulators.bank import BookingKind
    from simulators.cable import Way
    from terminal_agent.refund.nouns import RefundCase
    from terminal_agent.runtime.reporter import Reporter

TILL: Final = "till"
EUR: Final = Currency.of("EUR")
# The terminal shows another sale than the one to be voided, or none: nothing was armed.
ABOUT_THE_ORIGINAL: Final = "refusal.original_"
# Longer than any terminal needs to end whatever it is at: boot, timers, host, reversal.
SETTLING_S: Final = 1_200.0
# How often somebody comes back after that to a case that is still open.
_PATIENCE: Final = 3


@dataclass(frozen=True, slots=True)
class Intent:
    """What the cashier wishes, and the key that makes a second press harmless."""

    sale: Sale
    way: Operation
    amount_minor: int
    key: str


class Shop:
    """One counter. `points` are the moments at which a fault can be had; `strike` is told each."""

    def __init__(self, folder: Path, setting: Setting) -> None:
        self.setting = setting
        self.folder = folder
        self.disk = FakeDisk()
        self.clock = SimulatedClock()
        self.device = build(
            StationSettings(
                protocol=setting.protocol,
                profile=setting.profile,
                transport=setting.transport,
                scenario=setting.played(),
                seed=setting.seed,
            ),
            wall=self.clock.wall,
        )
        self.oracle = Oracle(self.device, votes=self.device.spec.votes)
        self.oracle.foreign.update(booking.seq for booking in self.device.bank.bookings)
        self.points: list[str] = []
        self.strike: Callable[[int, str], None] | None = None
        self.before_money: Callable[[], object] | None = None  # called once, behind the baseline
        self.trouble: RefundAgentError | None = None
        self.counts_at_money: dict[Way, int] = {}  # bytes on the cable before the first money frame
        self.line = SimulatedLine(self.clock, self.device)
        self._wire = Wire(self.line, self.device, setting.transport, self._message)
        self._config = TerminalConfig(
            protocol=setting.protocol,
            profile=setting.profile,
            link="in memory",
            exclusive=setting.exclusive,
            capabilities_confirmed=setting.signs(),
            relay_hosts=(ADDRESS,),
        )
        self.reporter = self.who_waits()
        self._keys = itertools.count(1)
        self._intent: Intent | None = None
        self._start()

    # -- the agent's process --------------------------------------------------------------------

    def _start(self) -> None:
        link = MemoryLink(self._wire, transport=self.setting.transport)
        station = station_over(
            link,
            TILL,
            self._config,
            self.clock,
            limits=self.setting.limits,
            host=MemoryHost(self._carry),
        )
        self.station = replace(station, poll=self.setting.poll_s)
        self.journal = self.open_journal()
        self.journal.tap = self._point
        self.agent = self.setting.agent(self.journal, self.station, PolicyRules(), self.reporter)

    def _carry(self, data: bytes) -> bytes | None:
        """What the terminal's host says to a message that the till brings."""
        personality = self.device.personality
        assert isinstance(personality, Hosted), "only such a terminal wants anything carried"
        assert personality.host is not None
        self._point("leaving host")
        answer = personality.host.answer(data)
        self._point("heard host")
        return answer

    def open_journal(self) -> TappedJournal:
        """What a new process of the agent remembers."""
        if not self.setting.on_file:
            return opened(self.disk, self.clock.wall())
        journal = self.setting.journal.open(
            self.folder / "journal.db",
            at=self.clock.wall(),
            journal_id="of the shop",
            agent_version="0",
            connect=connect if self.setting.durable else connect_fast,
        )
        assert isinstance(journal, TappedJournal)
        return journal

    def who_waits(self) -> Reporter:
        """The person who is told what goes on."""
        return Silent()

    def restart_agent(self) -> None:
        """The process ends, gracefully or not, and a new one opens the journal."""
        self.station.terminal.close()
        self.journal.die()
        self._start()

    def close(self) -> None:
        """End of the test."""
        self.station.terminal.close()
        self.journal.close()

    def _point(self, label: str) -> None:
        self.points.append(label)
        if self.strike is not None:
            self.strike(len(self.points), label)

    def _message(self, moment: str, names: tuple[str, ...]) -> None:
        if moment == LEAVING and "money" in names:
            case = self.journal.open_cases(TILL)[-1]
            attempt = case.open_attempts[-1]
            assert attempt.state is AttemptState.ARMED, (
                "the intent is durable before the first byte"
            )
            if self.before_money is not None:
                self.before_money()
                self.before_money = None
            booked = len(self.device.bank.bookings)
            self.oracle.frames.append(MoneyFrame(booked, case.case_id, attempt.number))
            if not self.counts_at_money:
                self.counts_at_money = dict(self.device.cable.counts)
        self._point(f"{moment} {names[0] if names else 'noise'}")

    # -- the people -----------------------------------------------------------------------------

    def sale(self, amount_minor: int = 1250, *, only_receipt: bool = False) -> Sale:
        """Sell something: booked at the terminal, and in the agent's sale book.

        `only_receipt`: the book has no number but the receipt's, as people type it.
        """
        booked = self.device.terminal.keypad("sale", amount_minor)
        assert booked is not None, "the terminal is idle"
        sale = Sale(
            sale_id=f"sale-{booked.trace_number}",
            terminal=TILL,
            amount=Amount(amount_minor, EUR),
            sold_at=self.clock.wall(),
            source=SaleSource.IMPORT,
            receipt_number=booked.receipt_number,
            trace_number=None if only_receipt else booked.trace_number,
            turnover_number=None if only_receipt else booked.turnover_number,
            rrn=None if only_receipt else booked.rrn,
            auth_code=None if only_receipt else booked.auth_code,
            terminal_id=None if only_receipt else self.device.terminal.settings.terminal_id,
        )
        sale_book.add(self.journal, [sale], self.clock.wall())
        return sale

    def keypad(self, kind: BookingKind, amount_minor: int) -> bool:
        """Somebody else books at the device itself; False where it is busy."""
        before = len(self.device.bank.bookings)
        done = self.device.terminal.keypad(kind, amount_minor) is not None
        # Also what an acquirer booked and the terminal undid again, and so shows nothing of.
        after = len(self.device.bank.bookings)
        self.oracle.foreign.update(range(before + 1, after + 1))
        return done

    def submit(self, intent: Intent) -> RefundCase | Refusal:
        """Cashier and supervisor agree; nothing is sent."""
        sale = intent.sale
        return self.agent.submit(
            Wish(
                key=intent.key,
                sale_id=sale.sale_id,
                amount=Amount(intent.amount_minor, EUR),
                reason="complaint",
                reason_text="",
                cashier="Lin",
                approvers=("Wang",),
                asked=intent.way,
            )
        )

    def carry_out(self, case: RefundCase) -> RefundCase:
        """As the command does: first what is open, then this case; errors are in `trouble`."""
        self.trouble = None
        open_still = [done for done in self.agent.finish_open() if done.case.open_attempts]
        case = self.journal.case(case.case_id)
        if open_still or not may_try(case):
            return case
        try:
            done = self.agent.carry_out(case)
        except LinkError as error:
            self.trouble = error
        except JournalRefusal as error:
            if not error.code.startswith(ABOUT_THE_ORIGINAL):
                raise
            self.trouble = error
        else:
            self._trouble_of(done)
        return self.journal.case(case.case_id)

    def _trouble_of(self, done: Done) -> None:
        if done.trouble is not None:
            self.trouble = done.trouble

    def refund(self, sale: Sale, way: Operation, amount_minor: int | None = None) -> RefundCase:
        """A new wish: submit and carry out."""
        amount = sale.amount.minor if amount_minor is None else amount_minor
        self._intent = Intent(sale, way, amount, f"key-{next(self._keys)}")
        return self.again()

    def again(self) -> RefundCase:
        """The same wish with the same key once more: a second press, or a further try."""
        assert self._intent is not None, "nothing was wished for yet"
        case = self.submit(self._intent)
        assert not isinstance(case, Refusal), case
        return self.carry_out(case)

    def recover(self) -> None:
        """The command `recover`."""
        for done in self.agent.finish_open():
            self._trouble_of(done)

    def decide(self, case: RefundCase) -> RefundCase:
        """Two honest people look into the terminal's own books, and say what they see."""
        booked = self.oracle.ours(self.device.bank.bookings).get(case.case_id, [])
        word = verdicts.Word(
            booked=bool(booked),
            number=booked[0].receipt_number if booked else "",
            evidence="the terminal's own journal",
            people=("Wang", "Zhao"),
        )
        decided = verdicts.give(self.journal, case, word, self.clock.wall())
        assert not decided.open_attempts
        assert (decided.state is CaseState.REFUNDED) == bool(booked)
        return decided

    def people_look(self) -> None:
        """They decide what waits for them; a terminal that could not be asked they wait for."""
        for case in self.journal.open_cases():
            if verdicts.undecided(case):
                if any(a.state is not AttemptState.PARKED for a in case.open_attempts):
                    self.let_settle()
                self.decide(case)

    def end_of_day(self) -> bool:
        """The command `terminal end-of-day`: refused while a case is open."""
        if self.journal.open_cases(TILL):
            return False
        talk = Conversation(self.station, Silent())
        try:
            with suppress(LinkError):
                talk.start()
                result, _ = talk.run(Operation.END_OF_DAY)
                if result.outcome is Outcome.APPROVED:
                    self.journal.append(EndOfDay(at=self.clock.wall(), terminal=TILL))
        finally:
            self.station.terminal.close()
        return True

    # -- the world ------------------------------------------------------------------------------

    def plug(self) -> None:
        """Put the cable in."""
        self.line.plug()

    def power_cut(self, for_s: float) -> None:
        """The terminal loses its power, and gets it back."""
        terminal = self.device.terminal
        if terminal.powered:
            terminal.power_off(self.clock.monotonic(), for_s=for_s)
            self.line.poke()

    def let_settle(self) -> None:
        """Give the terminal time to end whatever it is at."""
        self.line.pass_time(SETTLING_S)

    def check(self, *, settled: bool = False) -> None:
        """Ask the oracle."""
        self.oracle.check(self.journal, settled=settled)

    @property
    def case(self) -> RefundCase | None:
        """The newest case."""
        return next(iter(self.oracle.cases(self.journal)), None)

    @property
    def parked(self) -> bool:
        """Whether the newest case waits for people."""
        open_attempts = self.case.open_attempts if self.case else ()
        return bool(open_attempts) and all(a.state is AttemptState.PARKED for a in open_attempts)

    def to_the_end(self, *, recoveries: int = 2, must_end: bool = True) -> RefundCase:
        """Plug in, recover, let all settle, judge; then press again, and judge.

        Gives the case as it ends: closed, or waiting for people (or, without `must_end`, as a
        terminal leaves it that does not work).
        """
        self.plug()
        for _ in range(recoveries):
            self.recover()
            self.check()
        self.let_settle()
        self.check(settled=True)
        if not self.parked:
            self.again()
            self.let_settle()
            self.check(settled=True)
        for _ in range(_PATIENCE):
            if self.case is None or self.case.closed or self.parked:
                break
            # A terminal that is at work for hours, and tells nobody that it is busy.
            self.recover()
            self.let_settle()
            self.check(settled=True)
        case = self.case
        assert case is not None, "the wish is remembered"
        assert case.closed or self.parked or not must_end, f"{case.state}: {self.trouble}"
        return case
