"""A terminal that can tell nothing shows its last slip to people, and nobody waits for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from drivers.errors import LinkError
from protocols.kit import registry
from protocols.kit.capabilities import Capability
from protocols.kit.vocabulary import Operation
from simulators.scenario import Fault, Scenario
from terminal_agent.runtime.conversation import Conversation
from tests.harness import Shop
from tests.setting import Setting

if TYPE_CHECKING:
    from pathlib import Path

    from protocols.kit.vocabulary import TransactionRecord

TELLING_NOTHING = [
    name
    for name, spec in registry.installed().items()
    if not spec.profiles[spec.default_profile].capabilities.declared
]
LOST = Fault(direction="to_ecr", do="cut", message="result", after=("money",), seconds=1.0)


def test_there_are_terminals_that_tell_nothing() -> None:
    assert TELLING_NOTHING


@pytest.mark.parametrize("name", TELLING_NOTHING)
@pytest.mark.parametrize("given", [True, False])
def test_with_or_without_a_copy_people_are_asked(
    name: str, given: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    copy = Conversation.duplicate

    def duplicate(talk: Conversation) -> TransactionRecord | None:
        asked.append(name)
        if not given:
            raise LinkError("no copy", code="link.no_answer")
        return copy(talk)

    monkeypatch.setattr(Conversation, "duplicate", duplicate)
    spec = registry.load(name)
    setting = Setting(protocol=name, transport=next(iter(spec.framers)))
    shop = Shop(tmp_path, replace(setting, scenario=Scenario(faults=(LOST,))))
    shop.refund(shop.sale(), Operation.REFUND)
    shop.let_settle()
    shop.recover()
    assert shop.parked
    assert asked
    shop.check(settled=True)
    shop.close()


def test_a_terminal_that_shows_its_last_record_is_not_made_to_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_talk: Conversation) -> None:
        raise AssertionError("it has a record to ask for")

    monkeypatch.setattr(Conversation, "duplicate", never)
    shop = Shop(tmp_path, replace(Setting(protocol="zvt"), scenario=Scenario(faults=(LOST,))))
    declared = shop.station.capabilities.declared
    assert Capability.LAST in declared
    shop.refund(shop.sale(), Operation.REFUND)
    shop.let_settle()
    shop.recover()
    assert shop.case is not None
    assert shop.case.attempts
    assert not shop.case.open_attempts
    shop.close()
