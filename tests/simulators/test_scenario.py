"""Scenario files are strict: what cannot be played is refused with its place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from simulators import scenario as scenarios
from simulators.errors import BadScenario, SimulatorError
from simulators.scenario import Fault, Sale, Step
from simulators.settings import MissingAckHabit, TerminalSettings
from simulators.station import StationSettings, build
from tests.simulators.till import scene

if TYPE_CHECKING:
    from pathlib import Path


def wall() -> datetime:
    return datetime(2026, 3, 2, tzinfo=UTC)


def test_a_scenario_is_read_as_the_contract_writes_it() -> None:
    scenario = scene(
        """
        about = "all of it"
        [terminal]
        vote = "rec2"
        host_s = 3
        busy_while_settling = false
        store_max = 7
        terminal_id = "12345678"
        [[sale]]
        amount_minor = 1234
        receipt_number = "0021"
        [[step]]
        on = "0631"
        nth = 1
        do = "decline"
        code = "05"
        [[step]]
        on = "status"
        nth = "every"
        do = "status"
        code = "9C"
        [[fault]]
        direction = "to_ecr"
        byte = 17
        do = "cut"
        [[fault]]
        direction = "to_ecr"
        message = "040F"
        after = ["money", "answer"]
        nth = 2
        do = "split"
        seconds = 0.5
        """
    )
    assert scenario.sales == (Sale(1234, receipt_number="0021"),)
    assert scenario.steps == (
        Step("0631", "decline", code="05"),
        Step("status", "status", nth=None, code="9C"),
    )
    assert scenario.faults == (
        Fault("to_ecr", "cut", byte=17),
        Fault(
            "to_ecr",
            "split",
            message="040F",
            nth=2,
            after=("money", "answer"),
            seconds=0.5,
            count=2,
        ),
    )
    settings = scenario.settings(TerminalSettings(think_s=9.0))
    assert settings == TerminalSettings(
        vote=MissingAckHabit.REC2,
        host_s=3.0,
        busy_while_settling=False,
        store_max=7,
        terminal_id="12345678",
        think_s=9.0,
    )


STEP = '[[step]]\non = "money"\n'
FAULT = '[[fault]]\ndirection = "to_ecr"\n'


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("sale = 3", r"test, sale: write it as \[\[sale\]\]"),
        ("terminal = 3", r"test, terminal: write it as \[terminal\]"),
        ("sales = 3", "test: there is no sales here"),
        ("about = 3", "about: 3 cannot be used"),
        ('about = ""', "about: is empty"),
        ("[[sale]]\namount = 3", "sale 1, amount_minor: is needed"),
        ("[[sale]]\namount_minor = 0", "0 is no whole number from 1"),
        ("[[sale]]\namount_minor = true", "True is no whole number"),
        ("[[sale]]\namount_minor = 1\ncolour = 2", "sale 1: there is no colour here"),
        ('[[sale]]\namount_minor = 1\nreceipt_number = "x"', "not only digits"),
        ('[[sale]]\namount_minor = 1\ncurrency = "EUR"', "'EUR' is not 3 digits"),
        ('[[sale]]\namount_minor = 1\nstate = "lost"', "choose one of: open, voided, settled"),
        (STEP, "step 1, do: is needed; choose one of"),
        (STEP + 'do = "explode"', "'explode' cannot be used; choose one of"),
        (STEP + 'do = "decline"', "step 1, code: decline needs it"),
        (STEP + 'do = "silent"\ncode = "05"', "step 1, code: silent takes no code"),
        (STEP + 'do = "silent"\nnth = 0', "0 is no whole number from 1"),
        (STEP + 'do = "silent"\nnth = "all"', "'all' is no whole number"),
        (STEP + 'do = "host_delay"\nseconds = -1', "-1 are no seconds"),
        (STEP + 'do = "power_cut"\nseconds = 1\nwhen = "never"', "before_commit, after_commit"),
        (STEP + 'do = "keypad"\namount_minor = 1\nkind = "gift"', "choose one of: sale"),
        ('[[step]]\ndo = "silent"', "step 1, on: is needed"),
        (FAULT + 'do = "cut"', "at a byte or at a message"),
        (FAULT + 'do = "cut"\nbyte = 1\nmessage = "ACK"', "at a byte or at a message"),
        (FAULT + 'do = "drop"\nbyte = 0', "0 is no whole number from 1"),
        (FAULT + 'do = "drop"\nbyte = 1\nnth = 2', "nth and after belong to messages"),
        (FAULT + 'do = "delay"\nmessage = "ACK"', "seconds: delay needs it"),
        (FAULT + 'do = "drop"\nmessage = "ACK"\nkeep = 3', "drop takes no keep"),
        (FAULT + 'do = "drop"\nmessage = "ACK"\nafter = 3', "neither a name nor a list"),
        (FAULT + 'do = "drop"\nmessage = "ACK"\nafter = []', "neither a name nor a list"),
        ('[[fault]]\ndirection = "up"\ndo = "drop"\nbyte = 1', "to_ecr, to_terminal"),
        ("[terminal]\nvote = 1", "terminal, vote: 1 cannot be used"),
        ('[terminal]\nvote = "no"', "stay, same, rec1"),
        ("[terminal]\npaper = 1", "neither true nor false"),
        ("[terminal]\nspeed = 1", "terminal: there is no speed here"),
        ("[terminal]\nstore_max = 0", "whole number from 1"),
        ('[terminal]\nterminal_id = "12"', "must look like"),
        ("[terminal]\nhost_s = 1e9", "are no seconds"),
        pytest.param(
            "[terminal]\nhost_s = 0x" + "f" * 5000, "a number of thousands of digits", id="long"
        ),
    ],
)
def test_what_cannot_be_played_is_refused_with_its_place(text: str, what: str) -> None:
    with pytest.raises(BadScenario, match=what):
        scene(text)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "version: is needed"),
        ("version = 2", "version must be 1"),
        ("= 1", "not TOML"),
        pytest.param("version = " + "9" * 5000, "not TOML", id="long"),
        pytest.param("x = " + "[" * 3000, "not TOML", id="deep"),
    ],
)
def test_a_file_of_another_version_is_refused(text: str, what: str) -> None:
    with pytest.raises(BadScenario, match=what):
        scenarios.parse(text, "test")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[[step]]\non = "moeny"\ndo = "silent"', "zvt has no message 'moeny'"),
        ('[[step]]\non = "money"\ndo = "decline"\ncode = "5"', "zvt has no code '5'"),
        (FAULT + 'do = "drop"\nmessage = "rslt"', "fault 1: zvt has no message 'rslt'"),
        (FAULT + 'do = "drop"\nmessage = "ACK"\nafter = "moeny"', "no message 'moeny'"),
    ],
)
def test_a_name_that_the_protocol_does_not_have_is_refused(text: str, what: str) -> None:
    with pytest.raises(BadScenario, match=what):
        build(StationSettings("zvt", scenario=scene(text)), wall=wall)


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        (StationSettings("fax"), "no simulated terminal for 'fax'"),
        (StationSettings("zvt", profile="old"), "no profile 'old'"),
        (StationSettings("zvt", transport="smoke"), "does not run over smoke"),
    ],
)
def test_a_station_that_does_not_exist_is_refused(settings: StationSettings, what: str) -> None:
    with pytest.raises(SimulatorError, match=what):
        build(settings, wall=wall)


def test_every_scenario_that_comes_along_can_be_built_and_says_what_it_shows() -> None:
    assert len(scenarios.names()) > 30
    for name in scenarios.names():
        scenario = scenarios.load(name)
        assert scenario.about, name
        build(StationSettings("zvt", scenario=scenario), wall=wall)


def test_a_scenario_comes_from_a_file_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("version = 1\n", encoding="utf-8")
    assert scenarios.load(str(path)).name == "mine"


def test_a_name_or_a_file_that_is_not_there_is_refused_with_the_known_names(tmp_path: Path) -> None:
    with pytest.raises(BadScenario, match=r"no scenario 'aproved'; known: .*approved"):
        scenarios.load("aproved")
    with pytest.raises(BadScenario, match="cannot be read"):
        scenarios.load(str(tmp_path / "none.toml"))
    bad = tmp_path / "bad.toml"
    bad.write_bytes(b"\xff\xfe")
    with pytest.raises(BadScenario, match="cannot be read"):
        scenarios.load(str(bad))
