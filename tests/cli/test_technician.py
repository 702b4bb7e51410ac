"""The technician's commands: none moves a refund."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from drivers.discovery import FoundPort, PortReport
from terminal_agent.cli import technician
from tests.cli.test_cases import CUT
from tests.cli.till import ONE_SALE, Till

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_last_transaction_is_shown(till: Till, language: str) -> None:
    ran = till.run("enquire", options=("--lang", language))
    assert ran.code == 0
    assert "0001" in ran.out
    assert "[" not in ran.out
    record = till.run("enquire", "--json").json["record"]
    assert isinstance(record, dict)
    assert (record["receipt_number"], record["amount_minor"]) == ("0001", 1234)


def test_a_terminal_without_a_transaction_says_so(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario="")
    ran = till.run("enquire")
    assert ran.code == 0
    assert ran.out in {
        "The terminal has no transaction to show.\n",
        "This terminal does not answer when asked for its last transaction.\n",
    }


@pytest.mark.parametrize(
    ("code", "state", "exit_code"),
    [("00", "Ready", 0), ("9C", "Busy", 7), ("CC", "Not ready", 7)],
)
def test_the_status_tells_state_line_and_advice(
    tmp_path: Path, code: str, state: str, exit_code: int
) -> None:
    step = f'[[step]]\non = "status"\nnth = "every"\ndo = "status"\ncode = "{code}"\n'
    till = Till(tmp_path, scenario=ONE_SALE + (step if code != "00" else ""))
    ran = till.run("terminal", "status")
    assert ran.code == exit_code
    assert state in ran.out
    assert "simulated line (serial)" in ran.out
    assert ("Put paper in the printer" in ran.out) == (code == "CC")
    found = till.run("terminal", "status", "--json").json
    assert (found["ok"], found["code"]) == (exit_code == 0, code)
    assert found["terminal_id"] == "52500038"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("initialise", "The terminal is initialised."),
        ("diagnose", "The terminal reaches its host."),
        ("end-of-day", "End of day is done."),
    ],
)
def test_initialise_diagnose_and_end_of_day(till: Till, what: str, said: str) -> None:
    ran = till.run("terminal", what)
    assert ran.code == 0
    assert said in ran.out
    ran = till.run("terminal", what, "--json")
    assert (ran.code, ran.json["ok"]) == (0, True)


def test_what_the_terminal_refuses_is_3_with_words_and_advice(tmp_path: Path) -> None:
    refuse = '[[step]]\non = "0670"\nnth = "every"\ndo = "refuse"\ncode = "B1"\n'
    till = Till(tmp_path, scenario=ONE_SALE + refuse)
    ran = till.run("terminal", "diagnose")
    assert ran.code == 3
    assert "The terminal refused: B1 " in ran.out
    assert "Let the supervisor run end of day" in ran.out
    found = till.run("terminal", "diagnose", "--json").json
    assert (found["ok"], found["outcome"], found["result_code"]) == (False, "not_sent", "B1")


def test_after_the_end_of_day_a_sale_is_refunded_not_voided(till: Till) -> None:
    ran = till.run("terminal", "end-of-day")
    assert ran.code == 0
    found = till.refund().json
    assert found["operation"] == "refund"


def test_end_of_day_is_refused_while_a_case_is_open(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=CUT)
    till.refund()
    till.line.plug()
    ran = till.run("terminal", "end-of-day", "--json")
    assert (ran.code, ran.error) == (6, "refusal.end_of_day_open")


def test_an_end_of_day_that_is_refused_closes_no_batch(tmp_path: Path) -> None:
    refuse = '[[step]]\non = "end_of_day"\ndo = "refuse"\ncode = "9C"\n'
    till = Till(tmp_path, scenario=ONE_SALE + refuse)
    assert till.run("terminal", "end-of-day").code == 3
    assert till.refund().json["operation"] == "void"


def test_a_dead_line_is_7_in_the_words_of_the_language(till: Till) -> None:
    till.line.pull()
    for argv in (("enquire",), ("terminal", "status"), ("terminal", "end-of-day")):
        ran = till.run(*argv, options=("--lang", "zh"))
        assert ran.code == 7
        assert "无法打开" in ran.err
        assert "Code for" not in ran.err


def test_a_silent_terminal_is_7(tmp_path: Path) -> None:
    silent = '[[step]]\non = "0600"\nnth = "every"\ndo = "ignore"\n'
    till = Till(tmp_path, scenario=ONE_SALE + silent)
    ran = till.run("enquire", "--json")
    assert (ran.code, ran.error) == (7, "link.no_answer")


def test_ctrl_c_is_9(till: Till) -> None:
    def pressed(_: object) -> None:
        raise KeyboardInterrupt

    till.line_maker = pressed  # type: ignore[assignment]
    assert till.run("enquire").code == 9


def test_a_trace_is_written_and_can_be_decoded(till: Till) -> None:
    trace = till.folder / "line.trace"
    assert till.refund("--trace", str(trace)).code == 0
    ran = till.run("decode", "--trace", str(trace))
    assert ran.code == 0
    assert "0630" in ran.out
    found = [
        json.loads(line)
        for line in till.run("decode", "--trace", str(trace), "--json").out.splitlines()
    ]
    assert {"to_terminal": ">", "to_ecr": "<"}["to_terminal"] in {one["way"] for one in found}
    assert "0630" in {one["command"] for one in found}
    assert all(one["ok"] for one in found)


def test_a_trace_that_cannot_be_written_is_2_before_anything_is_sent(till: Till) -> None:
    ran = till.refund("--trace", str(till.folder / "none" / "line.trace"))
    assert (ran.code, ran.error) == (2, "trace.cannot_open")
    assert till.bookings == []


def ports(*reports: PortReport) -> object:
    """What the system would list."""
    return lambda *, probe: reports


USABLE = PortReport(FoundPort("/dev/ttyUSB0", "FT232R", 0x0403, 0x6001, "A1"), usable=True)
LOCKED = PortReport(
    FoundPort("/dev/ttyS0"), usable=False, hint_code="link.no_permission", hint="Join dialout."
)


def test_ports_are_listed_with_plain_hints(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(technician, "list_ports", ports(USABLE, LOCKED))
    ran = till.run("ports", "--probe")
    assert ran.code == 0
    for word in ("/dev/ttyUSB0", "0403:6001", "FT232R", "yes", "no", "Join dialout."):
        assert word in ran.out
    found = [json.loads(line) for line in till.run("ports", "--json").out.splitlines()]
    assert [one["usable"] for one in found] == [True, False]
    assert found[0]["serial_number"] == "A1"


def test_no_port_is_said(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(technician, "list_ports", ports())
    assert till.run("ports").out == "No serial port was found.\n"


CONCERT = """
[terminal.till]
protocol = "concert"
link = "serial:/dev/nowhere"
"""


def test_a_protocol_without_a_status_says_so_and_is_not_called_ready(tmp_path: Path) -> None:
    till = Till(tmp_path, terminal=CONCERT)
    ran = till.run("terminal", "status")
    assert ran.code == 0
    assert "no such question" in ran.said
    assert "Ready" not in ran.out
    assert "Nothing was sent" in ran.said
    assert till.run("terminal", "status", "--json").json["state"] == "not_asked"
