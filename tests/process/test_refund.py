"""`refund-agent` against `terminal-simulator`: two real processes, on a pty and over TCP."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from simulators.pytest_plugin import TIME_SCALE, TerminalFactory
from simulators.testing import TerminalSimulator
from terminal_agent.refund.states import CaseState
from tests.process.agents import cold
from tests.process.till import PEOPLE, Till, rows_of, standing
from tests.process.told import outcome, told


@pytest.fixture(params=["pty", "tcp"])
def terminal(
    request: pytest.FixtureRequest, terminal_simulator: TerminalFactory
) -> TerminalSimulator:
    """The plain terminal, on both lines."""
    return terminal_simulator(tcp=request.param == "tcp")


@pytest.fixture
def till(tmp_path: Path, terminal: TerminalSimulator) -> Till:
    """A till on either line."""
    kind = "tcp" if ":" in terminal.device else "serial"
    made = Till(tmp_path, f"{kind}:{terminal.device}", TIME_SCALE)
    assert made.import_sales([1234, 5000]).code == 0
    return made


def paid(terminal: TerminalSimulator) -> list[tuple[str, int, str | None]]:
    """What the bank gave back."""
    rows = standing(rows_of(terminal.ledger()))
    return [(row.kind, row.amount_minor, row.original) for row in rows]


def test_a_sale_book_a_void_a_refund_and_the_register_agree_with_the_bank(
    till: Till, terminal: TerminalSimulator
) -> None:
    again = till.run("sale", "import", str(till.folder / "sales.csv"), "--json")
    assert (again.code, again.json) == (0, {"ok": True, "imported": 0, "known": 2})

    void = till.run("void", "--receipt", "0001", *PEOPLE, "--json")
    assert outcome(void) == (0, "approved", "yes")
    assert (void.json["operation"], void.json["amount_minor"]) == ("void", 1234)

    part = till.run(*till.refund("S2", "--amount", "12.50", "--key", "till-7-0001"))
    assert outcome(part) == (0, "approved", "yes")
    assert (part.json["operation"], part.json["amount_minor"]) == ("refund", 1250)
    record = part.json["record"]
    assert isinstance(record, dict)

    assert paid(terminal) == [("void", 1234, "0001"), ("refund", 1250, None)]
    booked = rows_of(terminal.ledger())[-1]
    assert record["receipt_number"] == booked.receipt_number
    assert [case.state for case in till.cases()] == [CaseState.REFUNDED] * 2
    slips = part.json["slips"]
    assert isinstance(slips, list)
    assert ["12.50" in Path(name).read_text(encoding="utf-8") for name in slips] == [True, True]

    register = till.run("cases", "export", "-")
    assert len(list(csv.reader(io.StringIO(register.out)))) == 3
    assert till.run("journal", "verify", "--json").code == 0


def test_the_same_key_again_tells_the_first_refund_and_sends_nothing(
    till: Till, terminal: TerminalSimulator
) -> None:
    words = till.refund("S2", "--amount", "12.50", "--key", "till-7-0001")
    first, second = till.run(*words), till.run(*words)
    assert (first.code, second.code) == (0, 0)
    assert first.json["case"] == second.json["case"]
    assert len(paid(terminal)) == 1


def test_more_than_the_sale_and_the_own_approval_are_refused_before_anything_is_sent(
    till: Till, terminal: TerminalSimulator
) -> None:
    too_much = till.run(*till.refund("S2", "--amount", "50.01"))
    assert too_much.code == 6
    assert too_much.json["money_moved"] == "no"
    own = ("--reason", "complaint", "--cashier", "Anna", "--approver", "anna", "--yes", "--json")
    assert till.run("refund", "--sale", "S2", *own).code == 6
    assert till.run("refund", "--receipt", "0815", *PEOPLE, "--json").code == 6
    assert paid(terminal) == []


def test_harmless_commands_of_the_technician_work_and_book_nothing(
    till: Till, terminal: TerminalSimulator
) -> None:
    before = terminal.ledger()
    status = till.run("terminal", "status", "--json")
    assert (status.code, status.json["state"], status.json["terminal_id"]) == (
        0,
        "ready",
        "52500038",
    )
    last = till.run("enquire", "--json")
    record = last.json["record"]
    assert isinstance(record, dict)
    assert (last.code, record["receipt_number"], record["amount_minor"]) == (0, "0002", 5000)
    for words in (("initialise",), ("diagnose",), ("end-of-day",)):
        ended = till.run("terminal", *words, "--json")
        assert (ended.code, ended.json["ok"]) == (0, True), ended
    assert terminal.ledger() == before
    assert till.run("void", "--sale", "S1", *PEOPLE, "--json").code == 6


def test_a_sale_seen_on_the_terminal_can_be_refunded(
    till: Till, terminal: TerminalSimulator
) -> None:
    terminal.command("sale 777")
    terminal.ledger()
    assert till.run("sale", "import", "--from-terminal", "--json").code == 0
    ended = till.run("refund", "--receipt", "0003", "--way", "void", *PEOPLE, "--json")
    assert outcome(ended) == (0, "approved", "yes")
    assert paid(terminal) == [("void", 777, "0003")]


def test_a_trace_tells_the_dialogue_without_a_card_number(
    till: Till, tmp_path: Path, terminal: TerminalSimulator
) -> None:
    trace = tmp_path / "line.trace"
    assert till.run(*till.refund("S2", "--amount", "1.00", "--trace", str(trace))).code == 0
    decoded = till.run("decode", "--trace", str(trace), "--json")
    assert decoded.code == 0, decoded
    commands = [json.loads(line).get("command") for line in decoded.out.splitlines()]
    assert {"0600", "0631", "040f", "060f"} <= {str(code).lower() for code in commands}
    assert len(paid(terminal)) == 1


ENDINGS = {
    "declined": (3, "declined", "no"),
    "busy": (4, "not_sent", "no"),
    "slow-host": (0, "approved", "yes"),
    "answer-lost-after-commit": (0, "approved", "yes"),
    "answer-lost-unbooked": (4, "not_sent", "no"),
}


@pytest.mark.parametrize("scenario", ENDINGS)
def test_each_ending_has_its_exit_code_and_its_words(
    terminal_simulator: TerminalFactory, tmp_path: Path, scenario: str
) -> None:
    port = tmp_path / "port"
    terminal = terminal_simulator(scenario=scenario, options=("--pty-link", str(port)))
    till = Till(tmp_path / "till", f"serial:{port}", TIME_SCALE)
    assert till.import_sales([1234]).code == 0
    ended = till.run(*till.refund("S1", "--way", "refund", "--amount", "5.00"))
    assert outcome(ended) == ENDINGS[scenario], ended
    assert len(paid(terminal)) == (1 if ended.code == 0 else 0)


def test_without_a_configuration_it_says_which_file_is_missing(tmp_path: Path) -> None:
    ended = cold("--config", str(tmp_path / "none.toml"), "recover", "--json").end()
    assert ended.code == 2
    assert told(ended).code == "config.missing"
    assert "none.toml" in ended.said
