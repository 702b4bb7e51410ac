"""A power cut at any moment takes back nothing that was acknowledged, and blocks nobody.

This is a slice of `python -m tests.durability`, which goes through many more cuts.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocols.kit.vocabulary import Operation
from terminal_agent.refund.facts import AttemptArmed
from tests.durability import controls
from tests.durability.__main__ import campaign, work_folder
from tests.durability.lives import at_the_counter, first_day
from tests.durability.stage import recorded

IMAGES = 1_000
SEED = 20_261


@pytest.fixture
def work() -> Iterator[Path]:
    with work_folder() as folder:
        yield folder


def test_no_power_cut_loses_what_was_acknowledged(work: Path) -> None:
    figures = campaign(work, images=IMAGES, seed=SEED, kills_every=15)
    assert figures.breaches == []
    assert figures.images >= IMAGES
    assert len(figures.distinct) >= 11, "every way to cut was tried"
    # Empty ones in the place of a journal that is missed: few, and nothing was promised by them.
    assert figures.rightly_refused <= IMAGES // 100


@pytest.mark.parametrize("control", controls.CONTROLS, ids=lambda control: control.name)
def test_the_same_cuts_find_what_is_done_wrong(control: controls.Control, work: Path) -> None:
    figures = controls.run(control, work / "control", images=300, seed=SEED)
    assert bool(figures.broken["lost"]) == control.loses, figures.broken
    assert control.loses or figures.breaches == []


def test_no_money_message_leaves_before_its_intent_was_acknowledged(work: Path) -> None:
    ways = (Operation.REFUND, Operation.VOID)
    life = recorded("counter", work / "counter", lambda stage: at_the_counter(stage, *ways))
    assert len(life.log.sent) == 3
    for position, case_id in life.log.sent:
        durable = [record.fact for record in life.truth[: life.log.promised(position)]]
        armed = [fact for fact in durable if isinstance(fact, AttemptArmed)]
        assert armed[-1].case_id == case_id


def test_every_acknowledgement_stands_behind_a_sync(work: Path) -> None:
    """Between two acknowledgements the WAL was synced: none is given on trust."""
    life = recorded("day", work / "day", first_day)
    syncs = [at for at, op in enumerate(life.log.ops) if op.act.value == "sync"]
    counts = [(at, count) for at, count in life.log.promises if count]
    for (before, low), (after, high) in itertools.pairwise(counts):
        if high > low:
            assert any(before <= at < after for at in syncs), (low, high)
