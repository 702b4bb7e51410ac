"""Everything that goes wrong with the journal: a clear message, nothing sent, nothing lost."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulators.pytest_plugin import TIME_SCALE, TerminalFactory
from tests.process.agents import cold
from tests.process.test_line_trouble import CARD_BY_HAND, paid
from tests.process.till import Till
from tests.process.told import outcome, told
from tests.process.tools import fill, need, small_disk

if TYPE_CHECKING:
    from simulators.testing import TerminalSimulator

# A run that may not make any file longer: as good as a full disk, and everybody can do it.
SHORT_FILES = (
    "import os, resource, sys; limit = int(sys.argv[1]); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)); "
    "os.execv(sys.argv[2], sys.argv[2:])"
)


@pytest.fixture
def by_hand(terminal_simulator: TerminalFactory, tmp_path: Path) -> TerminalSimulator:
    """A terminal that waits for a card."""
    scenario = tmp_path / "card-by-hand.toml"
    scenario.write_text(CARD_BY_HAND, encoding="utf-8")
    return terminal_simulator(scenario=scenario)


def on_disk(folder: Path, terminal: TerminalSimulator) -> Till:
    """A till whose journal lies on the small disk, and everything else does not."""
    till = Till(folder / "till", f"serial:{terminal.device}", TIME_SCALE)
    (folder / "till" / "books").symlink_to(folder / "disk")
    return till


def refuses(till: Till, code: str, money: str = "no") -> str:
    """A refund that the journal does not let begin; gives what to do."""
    ended = till.run(*till.refund("S2", "--amount", "12.50"))
    error = told(ended)
    assert (ended.code, error.code, error.money) == (8, code, money), ended
    return error.do


def test_on_a_full_disk_no_refund_begins_and_the_next_one_works(
    tmp_path: Path, terminal: TerminalSimulator
) -> None:
    with small_disk(tmp_path / "disk", kilobytes=2_048) as disk:
        till = on_disk(tmp_path, terminal)
        assert till.import_sales([1234, 5000]).code == 0
        before = till.records()
        for reserve in disk.glob("*.reserve"):
            reserve.unlink()
        filler = fill(disk)
        assert "Make room" in refuses(till, "journal.full")
        assert paid(terminal) == []
        filler.unlink()
        assert till.records()[: len(before)] == before
        ended = till.run(*till.refund("S2", "--amount", "12.50"))
        assert outcome(ended) == (0, "approved", "yes")
        assert paid(terminal) == [1250]


def test_a_disk_that_fills_up_while_the_card_is_awaited_still_remembers_the_outcome(
    tmp_path: Path, by_hand: TerminalSimulator
) -> None:
    with small_disk(tmp_path / "disk", kilobytes=2_048) as disk:
        till = on_disk(tmp_path, by_hand)
        assert till.import_sales([1234, 5000]).code == 0
        running = till.begin(*till.refund("S2", "--amount", "12.50", "--key", "k"))
        assert running.until("Insert or present the card")
        filler = fill(disk)
        by_hand.command("card present")
        assert outcome(running.end()) == (0, "approved", "yes")
        assert paid(by_hand) == [1250]
        filler.unlink()
        assert till.run("journal", "verify", "--json").code == 0
        case = till.case_of("k")
        assert case is not None
        assert case.closed


def test_a_journal_that_may_not_grow_begins_no_refund(
    till: Till, terminal: TerminalSimulator
) -> None:
    before = till.records()
    largest = max(part.stat().st_size for part in till.journal.parent.iterdir())
    words = (sys.executable, "-c", SHORT_FILES, str(largest // 64))
    ended = cold(*till.arguments(*till.refund("S2", "--amount", "12.50")), before=words).end()
    error = told(ended)
    assert ended.code == 8, ended
    assert error.code.startswith("journal."), ended
    assert till.records()[: len(before)] == before
    assert paid(terminal) == []
    assert outcome(till.run(*till.refund("S2", "--amount", "12.50")))[0] == 0


def test_a_journal_that_cannot_be_written_begins_no_refund(
    tmp_path: Path, terminal: TerminalSimulator
) -> None:
    with small_disk(tmp_path / "disk", kilobytes=2_048) as disk:
        till = on_disk(tmp_path, terminal)
        assert till.import_sales([1234, 5000]).code == 0
        remount = [need("mount"), "-o", "remount,ro", str(disk)]
        subprocess.run(remount, check=True)
        assert "permissions" in refuses(till, "journal.read_only")
        subprocess.run([*remount[:2], "remount,rw", str(disk)], check=True)
        assert paid(terminal) == []


def flip_a_byte(path: Path) -> None:
    """One bit in the middle of a record's text."""
    data = bytearray(path.read_bytes())
    data[data.index(b'"sale_id":"S1"') + 12] ^= 1
    path.write_bytes(data)


def cut_off(path: Path) -> None:
    """The second half is gone."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def another_file(path: Path) -> None:
    """Not a journal at all."""
    path.write_bytes(b"minutes of the meeting\n" * 100)


@pytest.mark.parametrize("damage", [flip_a_byte, cut_off, another_file])
def test_a_damaged_journal_is_never_written_again(
    till: Till, terminal: TerminalSimulator, damage: Callable[[Path], None]
) -> None:
    damage(till.journal)
    damaged = till.journal.read_bytes()
    assert "technician" in refuses(till, "journal.corrupt", "maybe")
    assert till.journal.read_bytes() == damaged
    assert paid(terminal) == []


def test_a_journal_that_is_gone_blocks_refunds_until_two_people_have_looked(
    till: Till, terminal: TerminalSimulator
) -> None:
    for part in till.journal.parent.glob("journal.db*"):
        if part.suffix != ".marker":
            part.unlink()
    assert till.run("sale", "import", str(till.folder / "sales.csv"), "--json").code == 0
    blocked = till.run(*till.refund("S2", "--amount", "12.50"))
    assert (blocked.code, blocked.json["money_moved"]) == (6, "no"), blocked
    assert paid(terminal) == []
    released = till.run(
        *("quarantine", "release", "--first", "Bob", "--second", "Carol"),
        *("--evidence", "compared with the terminal's own list"),
    )
    assert released.code == 0
    assert outcome(till.run(*till.refund("S2", "--amount", "12.50")))[0] == 0


def test_an_old_copy_of_the_journal_blocks_refunds(
    till: Till, terminal: TerminalSimulator, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(till.journal, copy)
    assert till.run(*till.refund("S2", "--amount", "12.50")).code == 0
    for part in till.journal.parent.glob("journal.db-*"):
        part.unlink()
    shutil.copy(copy, till.journal)
    assert till.run(*till.refund("S2", "--amount", "12.50")).code == 6
    assert paid(terminal) == [1250]


def test_books_put_back_as_a_whole_are_noticed_by_the_anchor_on_a_stick(
    tmp_path: Path, terminal: TerminalSimulator
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    anchors = str(stick / "anchors.jsonl")
    till = Till(tmp_path / "till", f"serial:{terminal.device}", TIME_SCALE, anchors=anchors)
    assert till.import_sales([1234, 5000]).code == 0
    copy = tmp_path / "copy"
    shutil.copytree(till.journal.parent, copy)
    assert till.run(*till.refund("S2", "--amount", "12.50")).code == 0
    assert till.run("journal", "anchor").code == 0
    away = stick.rename(tmp_path / "pocket")
    missed = till.run(*till.refund("S2", "--amount", "1.00"))
    assert (missed.code, missed.json["money_moved"]) == (6, "no"), missed
    away.rename(stick)
    shutil.rmtree(till.journal.parent)
    shutil.copytree(copy, till.journal.parent)
    blocked = till.run(*till.refund("S2", "--amount", "12.50"))
    assert (blocked.code, blocked.json["money_moved"]) == (6, "no"), blocked
    assert paid(terminal) == [1250]
    shown = till.run("quarantine", "show", "--json")
    assert (shown.code, shown.json["why"]) == (6, "quarantine.anchor_older")
    released = till.run(
        *("quarantine", "release", "--first", "Bob", "--second", "Carol"),
        *("--evidence", "compared with the terminal's own list"),
    )
    assert released.code == 0
    assert outcome(till.run(*till.refund("S2", "--amount", "2.00")))[0] == 0


def test_a_second_agent_on_the_same_journal_is_turned_away_and_disturbs_nothing(
    tmp_path: Path, by_hand: TerminalSimulator
) -> None:
    till = Till(tmp_path / "till", f"serial:{by_hand.device}", TIME_SCALE)
    assert till.import_sales([1234, 5000]).code == 0
    running = till.begin(*till.refund("S2", "--amount", "12.50"))
    assert running.until("Insert or present the card")
    ended = till.run(*till.refund("S1", "--way", "void"))
    error = told(ended)
    assert (ended.code, error.code, error.money) == (8, "journal.locked", "no"), ended
    assert str(running.pid) in error.what
    # Reading needs no lock.
    assert till.run("cases", "list", "--json").code == 0
    by_hand.command("card present")
    assert outcome(running.end()) == (0, "approved", "yes")
    assert paid(by_hand) == [1250]
