"""Processes are killed while they print, and the paper that came out is never wrong.

PRINT_KILLS says how many (24), KILL_SEED which ones. The judge reads what hangs out of the
simulated printer and the journal, and nothing of the agent's own words.
"""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import pytest

from simulators.testing import PrinterSimulator
from terminal_agent.journal import Journal
from terminal_agent.journal.replay import open_reader
from terminal_agent.refund.facts import PrintDue
from terminal_agent.refund.states import SlipState
from tests.journal import shelf
from tests.process.agents import Nursery
from tests.process.till import Till
from tests.refund import story as s

if TYPE_CHECKING:
    from pathlib import Path

    from terminal_agent.refund.nouns import RefundCase, Slip
    from tests.process.agents import Ended

KILLS: Final = int(os.environ.get("PRINT_KILLS", "24"))
SEED: Final = int(os.environ.get("KILL_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
SCALE: Final = 10.0
SHOP: Final = "Corner Shop"
# Seconds of ours that a copy takes from the word of it to the cut, and a little more.
PRINTING_S: Final = 1.4 / SCALE
STARTING_S: Final = 0.3
COPIES: Final = ("merchant", "customer")


@dataclass
class Stage:
    """A printer process, and a till with cases whose slips are due."""

    folder: Path
    nursery: Nursery
    printer: PrinterSimulator
    link: str
    random: random.Random
    states: Counter[str] = field(default_factory=Counter)
    kills: int = 0

    def __post_init__(self) -> None:
        self.till = Till(self.folder / "till", "serial:/dev/nowhere", SCALE)
        self.till.start = self.nursery.start
        with self.till.config.open("a", encoding="utf-8") as config:
            config.write(
                f"[printer.desk]\nlink = '{self.link}'\nanswers = true\nprocess_id = true\n"
                f"native_qr = true\n[slip]\nprinter = 'desk'\nmerchant = ['{SHOP}']\n"
            )

    def case(self, number: int) -> str:
        """One more refunded case whose slips are due."""
        case_id, sale = f"RF-20261124-{number:04}", f"s{number}"
        with shelf.opened(self.till.journal) as journal:
            self._refunded(journal, case_id, sale, number)
        return case_id

    def _refunded(self, journal: Journal, case_id: str, sale: str, number: int) -> None:
        receipt = f"{number:04}"
        approved = s.approved(1, case_id)
        assert approved.record is not None
        journal.append(
            shelf.sale(sale, receipt=receipt),
            replace(s.created(case_id, key=case_id), sale_id=sale),
            s.authorised(case_id),
            s.baselined(1, case_id),
            s.armed(1, case_id, reference=case_id),
            s.seen(1, case_id),
            replace(approved, record=replace(approved.record, receipt_number=receipt)),
            *(
                PrintDue(at=s.AT, case_id=case_id, slip_id=f"{case_id}-1", copy=copy)
                for copy in COPIES
            ),
        )

    # -- what is played ---------------------------------------------------------------------------

    def killed(self, *words: str) -> None:
        """Run the agent and kill it at some moment; it may have ended before."""
        running = self.till.begin(*words)
        if self.random.random() < 0.8:
            running.until("Printing the")
            running.listen(self.random.uniform(0.0, 2 * PRINTING_S))
        else:
            running.listen(self.random.uniform(0.0, STARTING_S))
        running.signal(signal.SIGKILL)
        self.kills += running.end().code == -signal.SIGKILL

    def run(self, *words: str) -> Ended:
        """Run the agent to its end."""
        ended = self.till.run(*words)
        assert ended.code in {0, 7}, ended
        return ended

    def read(self, case_id: str) -> RefundCase:
        """The case as it stands in the journal."""
        with open_reader(self.till.journal) as journal:
            return journal.case(case_id)

    def finish(self, case_id: str) -> None:
        """A person at the counter: confirms what is there by its code, asks for what is not."""
        for _ in range(6):
            self.run("slip", "print", "--due", "--json")
            self.judge(case_id)
            doubtful = [slip for slip in self.read(case_id).slips if slip.waiting]
            if not doubtful:
                return
            for slip in doubtful:
                self._decide(case_id, slip)
                self.judge(case_id)
        raise AssertionError(f"it never came out: {self.read(case_id).slips}")

    def _decide(self, case_id: str, slip: Slip) -> None:
        if slip.state is SlipState.UNCERTAIN and self.complete(slip):
            ended = self.run("slip", "confirm", case_id, slip.code, "--by", "Anna", "--json")
            assert ended.code == 0, ended
        else:
            self.run("slip", "print", case_id, "--copy", slip.copy, "--json")

    # -- the judge --------------------------------------------------------------------------------

    def pieces(self) -> list[str]:
        """All that was printed, parted where a slip begins."""
        pieces: list[list[str]] = [[]]
        for paper in self.printer.papers():
            lines = paper["lines"]
            assert isinstance(lines, list)
            for line in lines:
                if SHOP in line:
                    pieces.append([])
                pieces[-1].append(str(line))
        return ["\n".join(piece) for piece in pieces]

    def complete(self, slip: Slip) -> int:
        """How many complete slips with the code of this copy are there."""
        return sum(slip.code in piece and "Please keep" in piece for piece in self.pieces())

    def judge(self, case_id: str) -> None:
        """Raise AssertionError for paper that must not be, or that must be and is not."""
        pieces = self.pieces()
        for slip in self.read(case_id).slips:
            told = [piece for piece in pieces if case_id in piece]
            mine = [piece for piece in told if f"{slip.copy.upper()} COPY" in piece]
            unmarked = [piece for piece in mine if "REPRINT" not in piece]
            assert len(unmarked) <= 1, f"unmarked twice: {unmarked}"
            for number in range(1, slip.reprint + 1):
                marked = [piece for piece in mine if f"REPRINT {number} " in piece]
                assert len(marked) <= 1, f"number {number} twice: {marked}"
            if slip.state is SlipState.CONFIRMED:
                assert self.complete(slip) == 1, f"{slip} is confirmed, on paper: {mine}"


@pytest.mark.parametrize("pty", [True, False], ids=["serial", "network"])
def test_killed_while_it_prints_the_paper_is_never_wrong(tmp_path: Path, *, pty: bool) -> None:
    name = tmp_path / "ttyPRINTER"
    where = ("--pty", "--pty-link", str(name)) if pty else ("--tcp", "127.0.0.1:0")
    with (
        Nursery() as nursery,
        PrinterSimulator("--time-scale", str(SCALE), where=where) as printer,
    ):
        link = f"serial:{name}" if pty else f"tcp://{printer.device}"
        stage = Stage(tmp_path, nursery, printer, link, random.Random(SEED))
        number = 0
        while stage.kills < KILLS // 2:
            number += 1
            assert number <= KILLS * 3, "too few runs could be killed"
            try:
                _round(stage, number)
            except AssertionError as error:
                error.add_note(f"round {number}, KILL_SEED={SEED}, {tmp_path}")
                raise
        checked = stage.till.run("journal", "verify", "--json")
        assert checked.code == 0, checked
    print(f"\n{stage.kills} kills of {number} rounds, KILL_SEED={SEED}: {dict(stage.states)}")
    assert stage.states["uncertain"] + stage.states["printing"] > 0


def _round(stage: Stage, number: int) -> None:
    """A case is printed, killed, judged; printed on, killed once more, and then to its end."""
    case_id = stage.case(number)
    stage.killed("slip", "print", "--due", "--json")
    stage.states.update(slip.state.value for slip in stage.read(case_id).slips)
    stage.judge(case_id)
    if stage.random.random() < 0.3:
        stage.printer.command("power off")
        stage.printer.command("power on")
        with suppress(RuntimeError):
            if stage.link.startswith("tcp"):
                stage.printer.relisten()
        stage.judge(case_id)
    if stage.random.random() < 0.4:
        stage.killed("slip", "print", case_id, "--json")
        stage.judge(case_id)
    stage.finish(case_id)
