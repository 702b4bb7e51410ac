"""A kill round: a refund in real processes, one of them killed, then recovered and compared.

After each kill the bank's ledger and the journal must agree: never two refunds, never a verdict
that contradicts the books, no record lost that was durable before.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from terminal_agent.refund.states import AttemptState, CaseState
from tests.process.agents import Ended
from tests.process.pair import SALE_MINOR, Pair
from tests.process.till import standing

if TYPE_CHECKING:
    from terminal_agent.refund.nouns import RefundCase

PARTIAL_MINOR: Final = 5_000  # a partial refund n is of this and n cents
RECOVERIES_MAX: Final = 6  # recoveries before a case has to be closed or parked
ASKED_MAX: Final = 20  # askings before a refund has to be made
COLD_EVERY: Final = 6  # each so many rounds the agent starts cold, and is killed while it starts
_VICTIMS: Final = ("agent",) * 8 + ("terminal", "both")


@dataclass(frozen=True, slots=True)
class Aim:
    """When to kill: after a word on the screen, between two moments of the terminal's clock.

    `spread_s` (real time) is for what the computer needs, which no time scale makes quicker.
    """

    word: str
    least_s: float = 0.0
    most_s: float = 0.0
    spread_s: float = 0.0


_COLD_START: Final = Aim("", spread_s=0.6)
_AIMS: Final = {
    "start": Aim("", spread_s=0.06),
    "enquiry": Aim("Asking the terminal", spread_s=0.02),
    "armed": Aim("Talking to the terminal", spread_s=0.004),
    "sending": Aim("Talking to the terminal", most_s=1.0),
    "bank": Aim("Waiting for the bank", most_s=1.6),
    "result": Aim("Waiting for the bank", least_s=1.4, most_s=1.6, spread_s=0.06),
    "after": Aim("Waiting for the bank", least_s=1.8, most_s=2.5, spread_s=0.2),
}


class Round:
    """One refund that is killed. Even numbers are voids, odd ones partial refunds."""

    def __init__(self, pair: Pair, number: int) -> None:
        self._pair = pair
        self._till = pair.till
        self._key = f"key-{number}"
        void = number % 2 == 0
        self._amount = (SALE_MINOR if void else PARTIAL_MINOR) + number
        self._cold = number % COLD_EVERY == 0
        self._victim = pair.random.choice(_VICTIMS)
        self._aim_name = pair.random.choice(tuple(_AIMS))
        self._aim = _COLD_START if self._cold else _AIMS[self._aim_name]
        self._words = pair.till.refund(
            f"S{number}",
            *("--way", "void" if void else "refund", "--key", self._key),
            *("--amount", f"{self._amount // 100}.{self._amount % 100:02}"),
        )

    def play(self) -> None:
        """Kill, compare, recover, compare, ask again, compare."""
        before = self._till.records()
        with self._timed("run and kill"):
            ended, stage = self._run_and_kill()
        self._count(ended, stage)
        # Nothing that was durable is gone or changed, and nobody was told what is not written.
        assert self._till.records()[: len(before)] == before, "a record was lost"
        self._check_told(ended)
        with self._timed("recovery"):
            self._recover()
        self._check_books()
        self._check_acknowledged()
        with self._timed("asked again"):
            self._ask_again()
        self._check_books()

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self._pair.tally.seconds[what] += time.monotonic() - begun

    # -- the kill -------------------------------------------------------------------------------

    def _run_and_kill(self) -> tuple[Ended, str]:
        """Gives how the agent ended, and where the journal stood at the kill."""
        pair, aim = self._pair, self._aim
        running = pair.start(self._words, is_cold=self._cold)
        if aim.word:
            running.until(aim.word)
        terminal_s = pair.random.uniform(aim.least_s, aim.most_s)
        running.listen(pair.real_s(terminal_s) + pair.random.uniform(0.0, aim.spread_s))
        if self._victim != "terminal":
            running.signal(signal.SIGKILL)
            ended = running.end()
            stage = self._stage()
            if self._victim == "both":
                pair.power_cut()
            return ended, stage
        stage = self._stage()
        pair.power_cut()
        return running.end(), stage

    def _count(self, ended: Ended, stage: str) -> None:
        tally = self._pair.tally
        if ended.code == -signal.SIGKILL or self._victim == "terminal":
            tally.kills += 1
            tally.stages[stage] += 1
            tally.victims[self._victim] += 1

    def _stage(self) -> str:
        case = self._case()
        if case is None:
            return "no case"
        last = case.last_attempt
        if last is None:
            return "nothing armed"
        due = any(slip.state.value == "print_due" for slip in case.slips)
        return f"{last.state.value}, slip due" if due else last.state.value

    # -- afterwards -----------------------------------------------------------------------------

    def _case(self) -> RefundCase | None:
        return self._till.case_of(self._key)

    def _check_told(self, ended: Ended) -> None:
        """What the agent said in the end stands in the journal."""
        if ended.code == 0:
            assert self._case_state() is CaseState.REFUNDED, ended
        assert ended.code in {-signal.SIGKILL, 0, 4, 5, 7}, ended

    def _case_state(self) -> CaseState | None:
        case = self._case()
        return case.state if case is not None else None

    def _recover(self) -> None:
        """Until it is closed or parked; a parked one is decided by two people with the books."""
        for _ in range(RECOVERIES_MAX):
            ended = self._till.run("recover", "--json")
            assert ended.code in {0, 5}, ended
            case = self._case()
            if ended.code == 0:
                assert case is None or not case.open_attempts, ended
                self._pair.tally.verdicts[self._verdict(case)] += 1
                return
            assert case is not None, ended
            if any(attempt.state is AttemptState.PARKED for attempt in case.open_attempts):
                self._pair.tally.verdicts["parked"] += 1
                self._decide(case)
                return
        raise AssertionError(f"neither closed nor parked: {self._case()}\n{ended}")

    def _verdict(self, case: RefundCase | None) -> str:
        last = case.last_attempt if case is not None else None
        return "nothing sent" if last is None else last.state.value

    def _decide(self, case: RefundCase) -> None:
        booked = self._booked()
        number = ("--number", booked[0]) if booked else ()
        ended = self._till.run(
            *("cases", "resolve", case.case_id, "--json"),
            *("--verdict", "refunded" if booked else "not-refunded", *number),
            *("--evidence", "the bank's list", "--first", "Bob", "--second", "Carol"),
        )
        assert ended.code in {0, 4}, ended

    def _ask_again(self) -> None:
        """The same key again: a refund that was made is told, one that was not is made now.

        On a busy computer the hurried clocks run out now and then: each ending is honest, and
        asking once more is what a cashier would do.
        """
        case = self._case()
        decided = case is not None and case.state is CaseState.NOT_REFUNDED
        for _ in range(ASKED_MAX):
            ended = self._till.run(*self._words)
            self._check_told(ended)
            if ended.code == 5:
                self._recover()
            self._check_books()
            if decided or ended.code == 0:
                break
        wanted = CaseState.NOT_REFUNDED if decided else CaseState.REFUNDED
        assert self._case_state() is wanted, f"not settled; the last asking: {ended}"

    # -- the books ------------------------------------------------------------------------------

    def _booked(self) -> list[str]:
        """Receipt numbers of the money that went back for this case."""
        rows = standing(self._pair.books())
        return [row.receipt_number for row in rows if row.amount_minor == self._amount]

    def _check_books(self) -> None:
        """The journal's verdict is the bank's truth; and never two."""
        booked, state = self._booked(), self._case_state()
        assert len(booked) <= 1, f"paid twice: {booked}"
        assert (state is CaseState.REFUNDED) == bool(booked), f"{state}, but booked: {booked}"

    def _check_acknowledged(self) -> None:
        """A terminal that un-books without a vote was acknowledged: so the result was durable."""
        case = self._case()
        if self._pair.kind.vote == "stay" or not self._booked():
            return
        assert case is not None
        last = case.last_attempt
        assert last is not None
        assert last.seen is not None, f"acknowledged before it was durable: {last}"
