"""The counter of the world: a Shop whose disk, people and bad luck are the plan's."""

from __future__ import annotations

import random
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from drivers.errors import LinkError
from simulators.terminal import Phase
from terminal_agent.journal.errors import JournalError, JournalRefusal
from terminal_agent.journal.store import connect
from terminal_agent.runtime.agent import Done
from terminal_agent.runtime.attempts import Stopped
from terminal_agent.runtime.reporter import Reporter, Silent
from tests.disk import Sickness, opened
from tests.harness import Shop
from tests.setting import Killed, TappedJournal
from tests.world.kinds import Hit
from tests.world.power import WatchedDisk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal_agent.refund.nouns import RefundCase
    from tests.world.plan import Act, Blow, Plan
    from tests.world.tale import Tale

_ARMING: Final = "AttemptArmed"
# How often the computer loses its power where the agent ends.
POWER_CUT: Final = 0.5


class Patience(Silent):
    """The person at the counter, who may want to stop; `left` counts the questions until then."""

    left: int | None = None

    def abort_wanted(self) -> bool:
        """Whether the patience has run out."""
        if self.left is None:
            return False
        self.left -= 1
        return self.left < 0


class Counter(Shop):
    """One counter of the world. `tale` is None for the thousands that nobody reads."""

    def __init__(self, folder: Path, plan: Plan, tale: Tale | None) -> None:
        self.plan = plan
        self.tale = tale
        self.patience = Patience()
        self.watched = WatchedDisk(folder) if plan.sqlite else None
        self.acknowledged = 0  # records whose append has returned
        self._chance = random.Random(plan.seed)
        self.db: sqlite3.Connection | None = None
        self.hits: list[str] = []
        self._blows: tuple[Blow, ...] = ()
        self._moment = 0
        self._before_commit = self._dies_in_commit = False
        self._shown = 0
        self._armed_at: int | None = None
        super().__init__(folder, plan.setting)
        self.disk.wait = self.clock.wait
        # Where the line repeats an answer, the terminal may take it for the vote on its result: no
        # harm, since nothing is concluded from a result that was not seen, but no vote of ours.
        played = plan.setting.scenario
        shown = not played.faults and all(s.do != "no_result" for s in played.steps)
        self.oracle.votes = self.oracle.votes and shown
        if tale is not None:
            tale.begin(self.clock.monotonic)

    # -- the agent's process --------------------------------------------------------------------

    def open_journal(self) -> TappedJournal:
        """The fake one, or the real one with its real settings on a watched disk."""
        if self.watched is None:
            return opened(self.disk, self.clock.wall())
        journal = self.setting.journal.open(
            self.watched.folder / "journal.db",
            at=self.clock.wall(),
            journal_id="of the world",
            agent_version="0",
            connect=self._connect,
        )
        assert isinstance(journal, TappedJournal)
        held = journal.tail()[0]
        assert held >= self.acknowledged, f"{self.acknowledged} were acknowledged, {held} are there"
        self.acknowledged = held
        self._sicken()
        return journal

    def _connect(self, path: Path) -> sqlite3.Connection:
        self.db = connect(path)
        return self.db

    def who_waits(self) -> Reporter:
        """Somebody whose patience may end."""
        return self.patience

    def _point(self, label: str) -> None:
        if label.startswith("syncing"):
            if self._dies_in_commit:
                self._dies_in_commit = False
                raise Killed
            return
        self._moment += 1
        self._dies_in_commit = False
        self._before_commit = before = label.startswith("before")
        if before and self._armed_at is None and _ARMING in label:
            self._armed_at = self._moment
        if self.watched is not None and label.startswith("durable"):
            self.acknowledged = self.journal.tail()[0]
        if self.tale is not None:
            self._tell(label)
        for blow in self._blows:
            if blow.armed:
                if self._armed_at is not None and self._moment - self._armed_at + 1 == blow.moment:
                    self._hit(blow)
            elif self._moment == blow.moment:
                self._hit(blow)

    def _message(self, moment: str, names: tuple[str, ...]) -> None:
        if self.tale is not None:
            word = names[1] if len(names) > 1 else names[0] if names else "noise"
            code = f" ({names[0]})" if len(names) > 1 else ""
            match moment:
                case "leaving":
                    self.tale.tell("line", f"till → terminal: {word}{code}")
                case "heard":
                    self.tale.tell("line", f"till ← terminal: {word}{code}")
        super()._message(moment, names)

    def _tell(self, label: str) -> None:
        """What the journal does; and, now that somebody looks, what the bank has booked."""
        assert self.tale is not None
        for booking in self.device.bank.bookings[self._shown :]:
            undone = booking.original_receipt_number
            what = f"{booking.kind} {booking.amount_minor} booked as {booking.receipt_number}"
            self.tale.tell("bank", what + (f" for {undone}" if undone else ""))
        self._shown = len(self.device.bank.bookings)
        moment, _, what = label.partition(" ")
        if moment == "durable":
            self.tale.tell("journal", what)

    # -- an act ---------------------------------------------------------------------------------

    def under(self, act: Act) -> None:
        """From here on this act's blows are due."""
        self._blows = act.blows
        self._moment = 0
        self._armed_at = None

    def peace(self) -> None:
        """No blow is due any more."""
        self._blows = ()
        self._dies_in_commit = False

    def _hit(self, blow: Blow) -> None:
        self.hits.append(blow.hit.name.lower())
        if self.tale is not None:
            self.tale.tell("bad luck", str(blow))
        terminal = self.device.terminal
        match blow.hit:
            case Hit.KILL:
                self.disk.survives = blow.survives
                if blow.mid and self._before_commit and not self.plan.sqlite:
                    self._dies_in_commit = True
                    return
                raise Killed
            case Hit.PULL:
                self.line.pull()
                if blow.seconds:
                    self.device.cable.plug_after(blow.seconds, self.clock.monotonic())
            case Hit.POWER:
                self.power_cut(blow.seconds)
            case Hit.KEYPAD if not self.setting.exclusive:
                self.keypad("refund", blow.minor)
            case Hit.HAND_END:
                self.hand_end()
            case Hit.STOP_KEY:
                if terminal.press("stop"):
                    self.line.poke()
            case Hit.DISK:
                self.sicken(blow)
            case Hit.CLOCK:
                self.clock.step_wall(blow.seconds)

    # -- the disk -------------------------------------------------------------------------------

    def sicken(self, blow: Blow) -> None:
        """The disk does not do any more what it should."""
        self.disk.sick = blow.sickness
        self.disk.slow_s = blow.seconds
        self.disk.survives = blow.survives
        self._sicken()

    def heal(self) -> None:
        """The disk works again."""
        self.disk.heal()
        self._sicken()

    def _sicken(self) -> None:
        """What the fake disk is told, SQLite is told in its own words."""
        if self.db is None:
            return
        well = self.disk.sick in {None, Sickness.SLOW}
        with suppress(sqlite3.ProgrammingError):  # the process is dead
            read_only = self.disk.sick in {Sickness.READ_ONLY, Sickness.SYNC_FAILS}
            self.db.execute(f"PRAGMA query_only = {int(read_only)}")
            (pages,) = self.db.execute("PRAGMA page_count").fetchone()
            full = not well and not read_only
            self.db.execute(f"PRAGMA max_page_count = {pages if full else 1 << 30}").fetchone()

    # -- what may go wrong in an orderly way ----------------------------------------------------

    def carry_out(self, case: RefundCase) -> RefundCase:
        """As the command does: first what is open, then this case."""
        try:
            return super().carry_out(case)
        except LinkError as error:
            self._told(f"{error.code}: {error.what_happened}")
        return self.journal.case(case.case_id)

    def _trouble_of(self, done: Done) -> None:
        if done.trouble is not None:
            self._told(f"{done.trouble.code}: {done.trouble.what_happened}")
        super()._trouble_of(done)

    def quietly(self, action: Callable[[], object]) -> None:
        """Do it; the errors that the agent's commands tell people are told in the tale."""
        try:
            action()
        except Killed:
            self.restart_agent_sick()
        except (LinkError, JournalError, JournalRefusal, Stopped) as error:
            self._told(f"{error.code}: {error.what_happened}")
            self.station.terminal.close()

    def restart_agent_sick(self) -> None:
        """The process is dead and a new one starts, on whatever disk there is."""
        if self.tale is not None:
            self.tale.tell("agent", "starts again")
        self.restart_agent()

    def restart_agent(self) -> None:
        """As a shop's; on the watched disk the power of the computer may go as well."""
        if self.watched is None:
            super().restart_agent()
            return
        self.station.terminal.close()
        self.watched.die()
        self.journal.die()
        self.watched.again()
        if self._chance.random() < POWER_CUT:
            self._told("the computer lost its power")
            self.hits.append("computer_off")
            self.watched.power_cut(self._chance)
        self._start()

    def close(self) -> None:
        """End of the history."""
        super().close()
        if self.watched is not None:
            self.watched.close()

    def _told(self, what: str) -> None:
        if self.tale is not None:
            self.tale.tell("agent", what)

    def hand_end(self) -> None:
        """Somebody ends the day at the terminal itself, if it is idle."""
        terminal = self.device.terminal
        if terminal.phase is Phase.IDLE:
            terminal.end_of_day()
