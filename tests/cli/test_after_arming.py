"""Once an attempt is armed only its outcome decides the exit code, whatever else goes wrong."""

from __future__ import annotations

import io
import os
import signal
from typing import TYPE_CHECKING

import pytest

from drivers.links.memory import MemoryLink
from terminal_agent.journal.errors import JournalError, JournalFull, JournalReadOnly
from terminal_agent.journal.store import Journal
from terminal_agent.refund.facts import (
    AttemptApproved,
    AttemptArmed,
    AttemptUnknown,
    CaseCreated,
    Printed,
    RecoveryStarted,
    ResultSeenFact,
)
from terminal_agent.runtime.slip_printing import SlipPrinter
from tests.cli.till import ONE_SALE, YES, Ran, Till, run_in

if TYPE_CHECKING:
    from pathlib import Path

    from terminal_agent.refund.facts import Fact

CUT_AFTER_RESULT = """[terminal]
vote = "stay"
[[sale]]
amount_minor = 1234
[[fault]]
direction = "to_ecr"
message = "result"
after = "money"
do = "cut"
seconds = 5
"""


def break_journal(
    monkeypatch: pytest.MonkeyPatch, kind: type[Fact], error: Exception, times: int = 1
) -> None:
    """Let the disk fail at the next facts of this kind."""
    whole, left = Journal.append, [times]

    def append(self: Journal, *facts: Fact) -> None:
        if left[0] and any(isinstance(fact, kind) for fact in facts):
            left[0] -= 1
            raise error
        whole(self, *facts)

    monkeypatch.setattr(Journal, "append", append)


FULL = JournalFull("no room", path="journal.db")


@pytest.mark.parametrize("kind", [CaseCreated, AttemptArmed])
def test_a_full_disk_before_arming_is_8_and_nothing_was_sent(
    till: Till, monkeypatch: pytest.MonkeyPatch, kind: type[Fact]
) -> None:
    break_journal(monkeypatch, kind, FULL)
    ran = till.refund()
    assert (ran.code, ran.error, ran.json["money_moved"]) == (8, "journal.full", "no")
    assert till.bookings == []
    assert till.refund().code == 0


@pytest.mark.parametrize("kind", [ResultSeenFact, AttemptApproved])
def test_a_full_disk_after_arming_is_5_and_recovery_finds_the_truth(
    till: Till, monkeypatch: pytest.MonkeyPatch, kind: type[Fact]
) -> None:
    break_journal(monkeypatch, kind, JournalFull("no room", path="j", code="journal.full"))
    ran = till.refund("--key", "K1")
    assert (ran.code, ran.json["outcome"], ran.json["trouble"]) == (5, "unknown", ["journal.full"])
    assert "No money has moved" not in ran.said
    assert till.refund("--key", "K1").json["outcome"] == "approved"
    assert till.bookings[-1:] == [("void", 1234)]
    kinds = [kind for kind, _ in till.bookings]
    assert kinds.count("void") - kinds.count("auto_reversal") == 1


def test_a_full_disk_when_the_lost_outcome_is_noted_is_5(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    till = Till(tmp_path, scenario=CUT_AFTER_RESULT)
    break_journal(monkeypatch, AttemptUnknown, FULL)
    assert till.refund("--key", "K1").code == 5
    assert till.refund("--key", "K1").json["outcome"] == "approved"


def test_a_full_disk_in_the_recovery_is_5(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    till = Till(tmp_path, scenario=CUT_AFTER_RESULT)
    break_journal(monkeypatch, RecoveryStarted, FULL)
    ran = till.refund("--key", "K1")
    assert (ran.code, ran.json["outcome"]) == (5, "unknown")
    ran = till.run("recover", "--json")
    assert (ran.code, ran.json["still_open"]) == (0, 0)


@pytest.mark.parametrize("kind", [ResultSeenFact, AttemptApproved])
def test_a_bug_after_arming_is_5_and_leaves_its_trace(
    till: Till, monkeypatch: pytest.MonkeyPatch, kind: type[Fact]
) -> None:
    break_journal(monkeypatch, kind, ZeroDivisionError("a mistake of ours"))
    ran = till.refund("--key", "K1")
    assert (ran.code, ran.json["outcome"], ran.json["trouble"]) == (5, "unknown", ["bug"])
    assert "Traceback" in ran.err
    assert till.refund("--key", "K1").code == 0


def test_a_journal_that_cannot_even_be_asked_after_arming_is_5(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise JournalReadOnly("gone", path="j")

    whole = Journal.append

    def append(self: Journal, *facts: Fact) -> None:
        whole(self, *facts)
        if any(isinstance(fact, AttemptArmed) for fact in facts):
            monkeypatch.setattr(Journal, "append", gone)
            monkeypatch.setattr(Journal, "case", gone)

    monkeypatch.setattr(Journal, "append", append)
    ran = till.refund()
    assert (ran.code, ran.json["money_moved"]) == (5, "maybe")
    assert ran.error == "journal.read_only"


def test_a_bug_while_nothing_is_armed_is_1(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    break_journal(monkeypatch, CaseCreated, ZeroDivisionError("a mistake of ours"))
    ran = till.refund()
    assert (ran.code, ran.error, ran.json["money_moved"]) == (1, "bug", "maybe")
    assert "Traceback" in ran.err


def test_a_bug_beside_an_older_open_case_is_5(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    till = Till(tmp_path, scenario=CUT_AFTER_RESULT.replace("seconds = 5\n", ""))
    assert till.refund("--key", "K1").code == 5
    monkeypatch.setattr(Journal, "quarantine", lambda _: 1 // 0)
    monkeypatch.setattr(Journal, "next_case_id", lambda *_: 1 // 0)
    break_journal(monkeypatch, RecoveryStarted, ZeroDivisionError("a mistake of ours"))
    ran = till.refund("--key", "K2")
    assert (ran.code, ran.json["case"], ran.json["trouble"]) == (5, "RF-20261124-0001", ["bug"])


def test_a_journal_that_cannot_say_whether_a_case_is_open_counts_as_yes(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Journal, terminal: str | None = None) -> list[object]:
        if terminal is None:
            return []  # asked at the start, by the journal itself
        raise JournalError("torn", path="j")

    monkeypatch.setattr(Journal, "open_cases", broken)
    ran = till.refund()
    assert (ran.code, ran.error, ran.json["money_moved"]) == (5, "journal.io", "maybe")


def test_a_slip_that_cannot_be_written_leaves_the_money_approved(till: Till) -> None:
    (till.folder / "slips").write_text("a file where the folder should be")
    ran = till.refund("--key", "K1")
    assert (ran.code, ran.json["slip_missing"]) == (0, True)
    assert ran.json["trouble"] == ["slip.not_written"]
    shown = till.run("refund", "--receipt", "1", *YES, "--key", "K1")
    assert shown.code == 0
    assert "was not printed" in shown.said
    assert "not known yet" not in shown.said
    assert till.bookings == [("void", 1234)]


def test_a_print_that_cannot_be_noted_leaves_the_money_approved(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_journal(monkeypatch, Printed, FULL)
    ran = till.refund()
    assert (ran.code, ran.json["trouble"]) == (0, ["journal.full"])


def test_a_bug_in_printing_after_approval_is_0(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SlipPrinter, "data", lambda *_: 1 // 0)
    ran = till.refund()
    assert (ran.code, ran.json["outcome"], ran.json["trouble"]) == (0, "approved", ["bug"])


class Gone(io.StringIO):
    """An output whose reader has left; it still counts what it was given."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


def with_no_reader(till: Till, *argv: str) -> Ran:
    """Run a command whose output nobody takes."""
    context = till.context(*argv)
    context.stdout = Gone()
    return run_in(context)


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_an_output_that_nobody_reads_does_not_change_an_outcome(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    decline = ONE_SALE + '[[step]]\non = "money"\ndo = "decline"\ncode = "05"\n'
    till = Till(tmp_path, scenario=decline)
    assert with_no_reader(till, "refund", "--receipt", "1", *YES, *more).code == 3
    till.line.pull()
    assert till.refund("--key", "K", "--amount", "1.00").code == 7
    assert with_no_reader(till, "refund", "--receipt", "9", *YES, *more).code == 9
    assert with_no_reader(till, "cases", "list", *more).code == 0


def test_an_open_case_is_5_for_a_reader_that_is_gone(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=CUT_AFTER_RESULT.replace("seconds = 5\n", ""))
    for more in (("--key", "K1"), ("--key", "K1", "--json"), ("--key", "K2", "--json")):
        assert with_no_reader(till, "refund", "--receipt", "1", *YES, *more).code == 5
    assert with_no_reader(till, "recover", "--json").code == 5
    assert with_no_reader(till, "recover").code == 5


class PressingLink(MemoryLink):
    """Ctrl-C is pressed once, at the `at`th write on this line."""

    at = 0

    def write(self, data: bytes) -> None:
        self.at -= 1
        if self.at == 0:
            os.kill(os.getpid(), signal.SIGINT)
        super().write(data)


def press(till: Till, at: int) -> PressingLink:
    """Press Ctrl-C at that write of the next command."""
    link = PressingLink(till.line, transport="serial")
    link.at = at
    till.line_maker = lambda _: link
    return link


def test_ctrl_c_at_any_moment_ends_honestly_and_never_pays_twice(tmp_path: Path) -> None:
    codes: list[int] = []
    pressed = True
    while pressed:
        folder = tmp_path / str(len(codes))
        folder.mkdir()
        till = Till(folder)
        link = press(till, len(codes) + 1)
        ran = till.refund("--key", "K1")
        pressed = link.at <= 0
        codes.append(ran.code)
        kinds = [kind for kind, _ in till.bookings]
        assert {0: 1, 3: 0, 9: 0}[ran.code] == kinds.count("void") - kinds.count("auto_reversal")
        if ran.code == 9:
            assert "Nothing was sent" in ran.said
    assert {0, 9} <= set(codes)
    assert len(codes) > 10


def test_ctrl_c_ends_a_recovery_that_waits_and_the_case_stays_unknown(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=CUT_AFTER_RESULT.replace("seconds = 5\n", ""))
    assert till.refund("--key", "K1").code == 5
    till.line.plug()
    press(till, 4)
    ran = till.run("recover")
    assert ran.code == 5
    assert "Not settled yet: 1." in ran.out
    till.line_maker = till._line
    assert till.run("recover").code == 0
