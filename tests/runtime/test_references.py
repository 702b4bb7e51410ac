"""What tells attempts and messages apart: references from the journal, ids from the opening."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from protocols.kit import registry
from protocols.kit.session import SessionSettings
from terminal_agent.policy.rules import PolicyRules
from terminal_agent.runtime import assembly
from terminal_agent.runtime.agent import Agent
from terminal_agent.runtime.reporter import Silent
from tests.drivers.fakes import FakeClock
from tests.runtime.floor import Floor

if TYPE_CHECKING:
    from pathlib import Path

    from protocols.kit.session import Session


def test_a_short_reference_is_made_of_the_clock_and_the_journals_length(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    given: list[int] = []

    def make(number: int) -> str:
        given.append(number)
        return f"{number:x}"

    station = replace(floor.station, reference=make)
    agent = Agent(floor.journal, station, PolicyRules(), Silent())
    case = floor.wish(1234)
    before = floor.journal.tail()[0]
    now = int(floor.till.clock.wall().timestamp())
    armed = agent.carry_out(case).case.attempts[0].armed
    assert armed is not None
    assert armed.reference == f"{given[-1]:x}"
    seconds, length = divmod(given[-1], 36**4)
    assert now <= seconds <= now + 60
    assert length == before
    assert given[-1] < 36**10


def test_without_a_short_form_the_reference_can_be_read(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    case = floor.refund().case
    armed = case.attempts[0].armed
    assert armed is not None
    assert armed.reference == f"{case.case_id}-1"


def test_every_opening_is_later_than_the_one_before_even_where_the_clock_goes_back() -> None:
    opened: list[int] = []

    def session(settings: SessionSettings) -> Session:
        opened.append(settings.opened)
        return registry.load("zvt").session(settings)

    spec = replace(registry.load("zvt"), session=session)
    clock = FakeClock(100.0)
    make = assembly._factory(spec, SessionSettings("generic", "serial"), clock)
    make()
    make()
    clock.now = 50.0
    make()
    clock.now = 900.0
    make()
    assert opened[1:3] == [opened[0] + 1, opened[0] + 2]
    assert opened[3] == opened[0] + 800_000
