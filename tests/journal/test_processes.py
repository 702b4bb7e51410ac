"""Real processes: killed while they write, writing at the same time, running out of disk."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from terminal_agent.journal import JournalLocked, open_reader
from tests.journal import shelf

ROOT = Path(__file__).parents[2]
KILLS = 5

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(os.name != "posix", reason="SIGKILL and RLIMIT_FSIZE are POSIX"),
]


def writer(path: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.journal.writer", str(path), *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def lines(process: subprocess.Popen[str], count: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline().strip() for _ in range(count)]


def test_what_was_acknowledged_is_there_after_each_kill(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    dice = random.Random(7)
    for _ in range(KILLS):
        process = writer(path)
        lines(process, dice.randint(1, 40))
        process.send_signal(signal.SIGKILL)
        assert process.stdout is not None
        acknowledged = [int(line) for line in process.stdout.read().split("\n")[:-1]]
        process.stdout.close()
        process.wait()
        with open_reader(path) as reader:
            assert reader.tail()[0] >= max(acknowledged, default=0)
        with shelf.opened(path) as journal:
            assert journal.quarantine() is None
            kept = journal.verify()
        assert kept >= max(acknowledged, default=0)
        # sale and case of each round alone, the rest in pairs: no half of a commit is kept
        assert (kept - 1) % 2 == 0


def test_a_writer_in_another_process_is_named_and_its_death_frees_the_journal(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.db"
    process = writer(path)
    try:
        lines(process, 1)
        with pytest.raises(JournalLocked) as caught:
            shelf.opened(path)
        assert caught.value.details["pid"] == process.pid
        with open_reader(path) as reader:
            assert reader.tail()[0] > 0
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    shelf.opened(path).close()


def test_a_disk_that_fills_up_keeps_everything_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    process = writer(path, str(900 * 1024))
    said, _ = process.communicate(timeout=60)
    *commits, last = said.split()
    assert process.returncode == 0
    assert commits[-2].isdigit()
    assert int(last) == int(commits[-2])
    assert commits[-1] in {"JournalFull", "JournalError"}
    with shelf.opened(path) as journal:
        assert journal.verify() == int(last)
