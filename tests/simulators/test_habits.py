"""A scenario file can give a terminal each habit that its personality has, and no other."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from protocols.concert.layouts import SHAPE
from protocols.kit.stx import ACK, ENQ, EOT, ETX, NAK, STX, StxFramer
from simulators import cli, habits, personality
from simulators.errors import BadScenario
from simulators.personalities.ecr17.habits import Ecr17Habits, WhenBusy
from simulators.scenario import Scenario
from simulators.station import Station, StationSettings, build
from simulators.tables import Table
from tests.simulators.till import scene

if TYPE_CHECKING:
    from simulators.habits import Habits

MOMENT = datetime(2026, 3, 2, tzinfo=UTC)
PROTOCOLS = [personality.load(name) for name in personality.names()]
DAMAGED = bytes((STX, 0x30, ETX, 0x7E))


def station(protocol: str, text: str) -> Station:
    spec = personality.load(protocol)
    transport = "serial" if "serial" in spec.framers else "tcp"
    settings = StationSettings(protocol, transport=transport, scenario=scene(text))
    return build(settings, wall=lambda: MOMENT)


def other_than(value: object, possible: str) -> str:
    """TOML of another value that the habit may have."""
    if possible.startswith(("one of ", "some of ")):
        choices = possible.removeprefix("one of ").removeprefix("some of ").split(", ")
        other = next(choice for choice in choices if choice != habits.written(value))
        return f"[{other}]" if isinstance(value, frozenset) else other
    return "7.5" if possible == "seconds" else "7"


def every_habit() -> list[tuple[str, str]]:
    return [
        (spec.protocol, entry.name)
        for spec in PROTOCOLS
        for entry in fields(spec.habits(spec.default_profile))
    ]


@pytest.mark.parametrize(("protocol", "name"), every_habit())
def test_every_habit_can_be_chosen_by_a_scenario(protocol: str, name: str) -> None:
    spec = personality.load(protocol)
    usual: Habits = spec.habits(spec.default_profile)
    possible = {row[0]: row[2] for row in habits.told(usual)}[name]
    text = other_than(getattr(usual, name), possible)
    (chosen,) = (
        habits.read(Table("test", dict(scenario.habits)), usual)
        for scenario in [scene(f"[habits]\n{name} = {text}")]
    )
    assert habits.written(getattr(chosen, name)) == text
    assert replace(chosen, **{name: getattr(usual, name)}) == usual
    station(protocol, f"[habits]\n{name} = {text}")


def test_the_personalities_with_habits_are_those_whose_documents_leave_something_open() -> None:
    found = {protocol for protocol, _ in every_habit()}
    assert found == {"caisse-ap", "concert", "ecr17", "transbank"}


@pytest.mark.parametrize("spec", PROTOCOLS, ids=lambda spec: spec.protocol)
def test_every_profile_has_habits_of_one_kind_and_words_for_odd_answers(
    spec: personality.PersonalitySpec,
) -> None:
    kinds = {type(spec.habits(profile)) for profile in spec.profiles}
    assert len(kinds) == 1
    assert ("odd" in spec.plays) == bool(spec.odd)


@pytest.mark.parametrize(
    ("protocol", "text", "what"),
    [
        ("concert", "[habits]\nround = 3", "no habit round; known: refuses_damage, echoes, amount"),
        ("nexo", "[habits]\nechoes = true", "habits of nexo: there is no habit echoes; there are"),
        ("concert", "[habits]\nrounds = 0", "rounds: 0 is no whole number from 1"),
        ("concert", "[habits]\nechoes = 1", "echoes: 1 is neither true nor false"),
        ("ecr17", '[habits]\nlrc = "crc"', "lrc: 'crc' cannot be used; choose one of: std, stx"),
        ("ecr17", '[habits]\nwhen_busy = "wait"', "choose one of: nak, silence, old_result"),
        ("ecr17", '[habits]\nstan_shown = "unknown"', "choose one of: own, original"),
        ("ecr17", "[habits]\nprogress_s = -1", "-1 are no seconds"),
        ("ecr17", "[habits]\ntotals_sizes = [24]", r"\[24\] is no list of some of: 23, 26"),
        ("ecr17", "[habits]\ntotals_sizes = []", "is no list of some of"),
        ("ecr17", "[habits]\ntotals_sizes = 23", "is no list of some of"),
        ("concert", '[[step]]\non = "sale"\ndo = "odd"\ncode = "agian"', "known: blank_echo"),
        ("concert", '[[step]]\non = "sale"\ndo = "decline"\ncode = "again"', "no code 'again'"),
        ("aip", '[[step]]\non = "sale"\ndo = "odd"\ncode = "again"', "aip cannot play 'odd'"),
    ],
)
def test_what_a_terminal_does_not_have_is_refused_and_what_it_has_is_named(
    protocol: str, text: str, what: str
) -> None:
    with pytest.raises(BadScenario, match=what):
        station(protocol, text)


def test_habits_are_written_as_a_table() -> None:
    with pytest.raises(BadScenario, match=r"write it as \[habits\]"):
        scene("habits = 3")


def test_ecr17_habits_are_read_as_what_they_are() -> None:
    text = """
        [habits]
        lrc = "noext"
        when_busy = "old_result"
        hangs_up = true
        progress_s = 0
        totals_sizes = [26]
        """
    chosen = habits.read(Table("test", dict(scene(text).habits)), Ecr17Habits())
    assert chosen == Ecr17Habits(
        lrc="noext",
        when_busy=WhenBusy.OLD_RESULT,
        hangs_up=True,
        progress_s=0.0,
        totals_sizes=frozenset({26}),
    )


@pytest.mark.parametrize("protocol", ["concert", "ecr17", "transbank"])
@pytest.mark.parametrize("refuses", [True, False])
def test_a_damaged_frame_is_answered_as_the_scenario_says(protocol: str, refuses: bool) -> None:
    written = f"[habits]\nrefuses_damage = {habits.written(refuses)}"
    it = station(protocol, written).personality
    said = it.receive(DAMAGED, 0.0)
    assert (bytes((NAK,)) in said) == refuses


def test_a_terminal_offers_its_answer_as_often_as_the_scenario_says() -> None:
    """Played as a foreign program would: a Concert till that does not take the answer."""
    assert [count_of_offers(rounds) for rounds in (1, 3)] == [1, 3]


def count_of_offers(rounds: int) -> int:
    it = station("concert", f"[habits]\nrounds = {rounds}").personality
    frame = StxFramer(SHAPE).frame(b"010000125001" + b"1978" + b" " * 10 + b"A010B010")
    assert it.receive(bytes((ENQ,)), 0.0) == bytes((ACK,))
    said = it.receive(frame + bytes((EOT,)), 0.0)
    assert said == bytes((ACK,))
    now, offers = 0.0, 0
    while it.deadline is not None and now < 300.0:
        now = max(now, it.deadline)
        offers += it.tick(now).count(EOT)
    return offers


def test_habits_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["concert", "--list-habits"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("concert, profile ")
    assert "rounds = 1" in told
    assert "how often an answer that nobody takes is offered" in told
    assert "a whole number from 1" in told
    assert "blank_echo" in told
    assert "caisse-ap" not in told


def test_the_list_of_all_names_every_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--list-habits"]) == 0
    told = capsys.readouterr().out
    for spec in PROTOCOLS:
        assert f"{spec.protocol}, profile {spec.default_profile}\n" in told
    assert "no [habits]" in told
    assert 'no step "odd"' in told


def test_the_list_is_that_of_the_profile(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ecr17", "--list-habits", "--profile", "hangs-up"]) == 0
    assert "hangs_up = true" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [("fax", "--list-habits"), ("zvt", "--list-habits", "--profile", "old")]
)
def test_there_is_no_list_of_what_is_not_there(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(words)
    assert stop.value.code == 2
    assert "there is no" in capsys.readouterr().err or "old" in words


def test_the_help_says_where_habits_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["concert", "--help"])
    assert "terminal-simulator PROTOCOL --list-habits" in capsys.readouterr().out


def test_a_personality_is_not_given_the_habits_of_another() -> None:
    with pytest.raises(AssertionError, match="these are not Ecr17Habits"):
        habits.own(habits.LineHabits(), Ecr17Habits())


def test_a_scenario_without_habits_changes_nothing() -> None:
    assert Scenario().habits == {}
