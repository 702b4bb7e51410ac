"""Signals: an agent that is interrupted ends honestly, a terminal that is ended keeps its books."""

from __future__ import annotations

import signal
from pathlib import Path

from simulators.pytest_plugin import TIME_SCALE, TerminalFactory
from simulators.testing import TerminalSimulator
from tests.process.test_line_trouble import CARD_BY_HAND, paid
from tests.process.till import Till, ledger
from tests.process.told import outcome


def test_control_c_while_the_card_is_awaited_asks_the_terminal_to_stop(
    terminal_simulator: TerminalFactory, tmp_path: Path
) -> None:
    scenario, trace = tmp_path / "card-by-hand.toml", tmp_path / "trace"
    scenario.write_text(CARD_BY_HAND, encoding="utf-8")
    terminal = terminal_simulator(scenario=scenario)
    till = Till(tmp_path / "till", f"serial:{terminal.device}", TIME_SCALE)
    assert till.import_sales([1234, 5000]).code == 0
    running = till.begin(*till.refund("S2", "--amount", "12.50", "--trace", str(trace)))
    assert running.until("Insert or present the card")
    running.signal(signal.SIGINT)
    ended = running.end()
    code, word, money = outcome(ended)
    assert (code, word, money) in {(3, "declined", "no"), (4, "not_sent", "no")}, ended
    # 06 B0: the terminal itself was asked, and had the last word.
    assert "100206b0" in trace.read_text(encoding="utf-8").lower()
    assert paid(terminal) == []
    assert till.run("recover", "--json").json["still_open"] == 0


def test_control_c_once_the_bank_was_asked_changes_nothing(
    terminal_simulator: TerminalFactory, tmp_path: Path
) -> None:
    terminal = terminal_simulator(scenario="slow-host")
    till = Till(tmp_path, f"serial:{terminal.device}", TIME_SCALE)
    assert till.import_sales([1234]).code == 0
    running = till.begin(*till.refund("S1", "--way", "refund", "--amount", "5.00"))
    assert running.until("Waiting for the bank")
    running.signal(signal.SIGINT)
    assert outcome(running.end()) == (0, "approved", "yes")
    assert paid(terminal) == [500]


def test_a_terminated_terminal_ends_with_0_and_goes_on_where_it_was(tmp_path: Path) -> None:
    port, books = tmp_path / "port", tmp_path / "ledger.json"
    words = (
        *("--pty-link", str(port), "--ledger", str(books)),
        *("--state", str(tmp_path / "state.json"), "--time-scale", str(TIME_SCALE)),
    )
    till = Till(tmp_path / "till", f"serial:{port}", TIME_SCALE)
    with TerminalSimulator(*words) as terminal:
        assert till.import_sales([1234, 5000]).code == 0
        assert till.run(*till.refund("S2", "--amount", "12.50")).code == 0
        assert terminal.stop() == 0
    before = ledger(books)
    assert not port.is_symlink()
    with TerminalSimulator(*words) as terminal:
        assert outcome(till.run(*till.refund("S1", "--way", "void"))) == (0, "approved", "yes")
        after = ledger(books)
        assert after[:-1] == before
        assert int(after[-1].receipt_number) == int(before[-1].receipt_number) + 1
        assert terminal.stop() == 0
