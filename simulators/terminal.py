"""The device: keypad, display, card slot, paper, memory and power; the same for every protocol.

It books, remembers and undoes. What is said about it on the line is the personality's business:
that one starts orders, is told what happens (`happenings`), and hands in the vote. Time comes in
as an argument; `deadline` says when `tick` is due.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from simulators import books
from simulators.books import Order
from simulators.hostline import ShallowHost
from simulators.memory import Memory, Reason, Transaction
from simulators.phases import Happening, Phase
from simulators.settings import CardHabit, MissingAckHabit, Shown, TerminalSettings
from simulators.steps import NO_PLAN, Plan, Script

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from simulators.bank import Bank, BookingKind
    from simulators.hostline import HostLine
    from simulators.scenario import Sale

__all__ = ["Happening", "Order", "Phase", "SimTerminal"]

PAPER_MAX: Final = 200  # slips kept to look at; older ones fall into the bin
STOP_KEY: Final = "stop"


class SimTerminal:
    """One terminal. `save` makes memory and books durable; it is called before anybody is told.

    `bank` is where the truth stands, `host` is how the terminal reaches it.
    """

    def __init__(
        self,
        *,
        bank: Bank,
        wall: Callable[[], datetime],
        settings: TerminalSettings | None = None,
        memory: Memory | None = None,
        script: Script | None = None,
        save: Callable[[], None] | None = None,
        host: HostLine | None = None,
    ) -> None:
        self.settings = settings or TerminalSettings()
        self.bank = bank
        self.host: HostLine = host or ShallowHost(bank)
        self.memory = memory or Memory()
        self.script = script or Script(())
        self.wall = wall
        self.save: Callable[[], None] = save or (lambda: None)
        self.display = ""
        self.paper: deque[tuple[str, ...]] = deque(maxlen=PAPER_MAX)
        self.has_paper = self.settings.paper
        self.end_of_day_pending = self.settings.end_of_day_pending
        self.card_habit = self.settings.card
        self.happenings: deque[Happening] = deque()
        self.phase = Phase.IDLE
        self.decided: Transaction | None = None  # how the running order ended
        self._card_in = False
        self._order: Order | None = None
        self._plan = NO_PLAN
        self._outside = False
        self._due: float | None = None
        self._online = False  # an answer of the host is awaited
        if self.memory.vote is not None or self.host.owes:  # the process ended in between
            self.phase = Phase.BOOTING
            self._due = float("-inf")

    # -- what others may know -------------------------------------------------------------------

    @property
    def deadline(self) -> float | None:
        """When `tick` is due."""
        host = self.host.deadline
        if host is None or (self._due is not None and self._due <= host):
            return self._due
        return host

    @property
    def powered(self) -> bool:
        """Whether it can say anything at all."""
        return self.phase is not Phase.OFF and self.phase is not Phase.BOOTING

    @property
    def says_busy(self) -> bool:
        """What a status enquiry is told; some terminals call themselves idle while settling."""
        if self.phase is Phase.VOTE or self.phase is Phase.REVERSING:
            return self.settings.busy_while_settling
        return self.phase is not Phase.IDLE

    @property
    def last_shown(self) -> Transaction | None:
        """The record that an enquiry after the last transaction is answered with."""
        if self.settings.shows is Shown.LAST_POSITIVE:
            return self.memory.last_positive
        return self.memory.last

    # -- an order -------------------------------------------------------------------------------

    def start(
        self, order: Order, now: float, plan: Plan = NO_PLAN, *, outside: bool = False
    ) -> None:
        """Begin; the end comes as `Happening.DECIDED`, with the outcome in `decided`.

        With `outside` this device has no line to the host: whoever speaks for it asks the host when
        told `HOST_ASKED`, and says how it ended with `host_said`.
        """
        assert self.phase is Phase.IDLE, "one order at a time"
        self._order, self._plan, self.decided = order, plan, None
        self._outside = outside
        obstacle = books.obstacle(self, order)
        if obstacle is not Reason.APPROVED:
            self._end_without_booking(obstacle)
        elif order.kind == "void" and not self.settings.void_needs_card:
            self._ask_host(now)
        else:
            self._ask_card(order, now)

    def _ask_card(self, order: Order, now: float) -> None:
        self.phase = Phase.CARD
        self.display = "card"
        self.happenings.append(Happening.CARD_WANTED)
        stop = self._plan.get("card_abort")
        timeout_s = order.card_timeout_s or self.settings.card_timeout_s
        automatic = self.card_habit is CardHabit.AUTO and "card_never" not in self._plan
        if stop is not None:
            self._due = now + stop.seconds
        elif self._card_in or automatic:
            self._due = now + self.settings.think_s
        else:
            self._due = now + timeout_s

    def _card_due(self, now: float) -> None:
        habit = self.card_habit is CardHabit.AUTO and "card_never" not in self._plan
        if "card_abort" not in self._plan and (self._card_in or habit):
            self._ask_host(now)
        else:
            self._end_without_booking(Reason.CARDHOLDER)

    def _ask_host(self, now: float) -> None:
        self.phase = Phase.HOST
        self.display = "host"
        slow = self._plan.get("host_delay")
        wait_s = slow.seconds if slow else self.settings.host_s
        self._due = None if self._outside else now + wait_s
        self.happenings.append(Happening.HOST_ASKED)

    def host_said(self, transaction: Transaction) -> None:
        """The order that was asked about outside ended with this record."""
        assert self.phase is Phase.HOST, "nobody waits for the host"
        self.decided = transaction
        self.save()
        self.phase = Phase.CLOSING
        self.happenings.append(Happening.DECIDED)

    def _host_due(self, now: float) -> None:
        order, plan = self._order, self._plan
        assert order is not None
        cut = plan.get("power_cut")
        if cut is not None and cut.when == "before_commit":
            self.power_off(now, for_s=cut.seconds)
            return
        self.host.ask(books.request(self, order), plan, now)
        self._await_host(now)

    def _await_host(self, now: float) -> None:
        """Go on as soon as the host has answered what it was asked."""
        self._online = self.host.answer is None
        if not self._online:
            self._ANSWERED[self.phase](self, now)

    def _answered(self, now: float) -> None:
        order, answer, cut = self._order, self.host.answer, self._plan.get("power_cut")
        assert order is not None
        assert answer is not None
        if answer.reason is not Reason.APPROVED:
            self._end_without_booking(answer.reason, answer.code)
            return
        self.decided = books.commit(self, order, answer.amount_minor, told=answer)
        self.save()
        self.phase = Phase.VOTE
        if cut is not None:
            self.power_off(now, for_s=cut.seconds)
        else:
            self.happenings.append(Happening.DECIDED)

    def _end_without_booking(self, reason: Reason, code: str = "") -> None:
        order = self._order
        assert order is not None
        self.decided = books.refused(self, order, reason, code)
        self.save()
        self.phase = Phase.CLOSING
        self._due = None
        self.happenings.append(Happening.DECIDED)

    def abort(self) -> bool:
        """The till or the stop key wants it to end; only possible while a card is awaited."""
        if self.phase is not Phase.CARD:
            return False
        self._end_without_booking(Reason.CARDHOLDER)
        return True

    # -- the vote -------------------------------------------------------------------------------

    def vote(self) -> None:
        """The result was acknowledged: what is booked is final."""
        if self.phase is Phase.VOTE:
            self.memory.vote = None
            self.save()
            self.phase = Phase.CLOSING

    def no_vote(self, now: float) -> None:
        """Nobody took the result, or it was refused: do what this device does then."""
        if self.phase is not Phase.VOTE:
            return
        stays = self.settings.vote is MissingAckHabit.STAY
        if stays or not self.host.can_reverse(books.voted_on(self).kind):
            self.vote()
        else:
            self._reverse(now)

    def _reverse(self, now: float) -> None:
        self.phase = Phase.REVERSING
        self.display = "reversal"
        self._due = now + self.settings.reversal_s
        self.happenings.append(Happening.REVERSING)

    def finish(self) -> None:
        """The dialogue is over."""
        if self.phase is Phase.CLOSING:
            self.phase = Phase.IDLE
            self.display = ""

    # -- time and power -------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """Do everything that is due by now."""
        while (due := self.deadline) is not None and now >= due:
            moment = now if due == float("-inf") else due
            if due == self._due:
                self._due = None
                self._DUE[self.phase](self, moment)
                continue
            self.host.tick(moment)
            if self._online:
                self._await_host(moment)

    def power_off(self, now: float, *, for_s: float | None = None) -> None:
        """Pull the plug; with `for_s` it comes back by itself."""
        self.phase = Phase.OFF
        self.display = ""
        self._order = self.decided = None
        self._online = False
        self.host.power_lost()
        self._due = None if for_s is None else now + for_s
        self.happenings.append(Happening.POWER_LOST)

    def power_on(self, now: float) -> None:
        """Give power; it boots first."""
        if self.phase is Phase.OFF:
            self.phase = Phase.BOOTING
            self._due = now + self.settings.boot_s

    def _booted(self, now: float) -> None:
        self.host.start_up(now)
        self._await_host(now)

    def _started(self, now: float) -> None:
        self.phase = Phase.IDLE
        self.happenings.append(Happening.POWER_BACK)
        if self.memory.vote is not None:
            self.phase = Phase.VOTE
            self.no_vote(now)
            self.finish()

    def _reversal_due(self, now: float) -> None:
        self.host.reverse(books.voted_on(self), now)
        self._await_host(now)

    def _reversed(self, _now: float) -> None:
        books.undo(self)
        self.save()
        self.phase = Phase.CLOSING
        self.happenings.append(Happening.REVERSED)

    _DUE: Final = {
        Phase.CARD: _card_due,
        Phase.HOST: _host_due,
        Phase.OFF: power_on,
        Phase.BOOTING: _booted,
        Phase.REVERSING: _reversal_due,
    }
    _ANSWERED: Final = {
        Phase.HOST: _answered,
        Phase.BOOTING: _started,
        Phase.REVERSING: _reversed,
    }

    # -- people ---------------------------------------------------------------------------------

    def card_present(self, now: float) -> None:
        """Put a card in."""
        self._card_in = True
        if self.phase is Phase.CARD:
            self._ask_host(now)

    def card_remove(self) -> None:
        """Take the card out; from now on it goes in only by hand."""
        self._card_in = False
        self.card_habit = CardHabit.ABSENT

    def press(self, key: str) -> bool:
        """Press a key; only "stop" does something, while a card is awaited."""
        return key == STOP_KEY and self.abort()

    def keypad(self, kind: BookingKind, amount_minor: int) -> Transaction | None:
        """Somebody books at the device itself; None while it is busy."""
        if self.phase is not Phase.IDLE:
            return None
        order = Order(kind, amount_minor, self.settings.currency)
        transaction = books.booked_at_once(self, order)
        self.save()
        return transaction

    def print_slip(self, lines: Sequence[str]) -> None:
        """A slip comes out of the device's own printer."""
        self.paper.append(tuple(lines))

    def preload(self, sales: Sequence[Sale]) -> None:
        """Book what a scenario says was there before."""
        for sale in sales:
            books.preload(self, sale)
        self.save()

    def end_of_day(self) -> books.Totals:
        """Hand the batch in: the turnover store is empty afterwards, so nothing can be voided."""
        totals = books.close_batch(self)
        self.end_of_day_pending = False
        self.save()
        return totals
