"""Histories by seed: a fixed slice of them in every run, on every protocol that is registered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocols.kit import registry
from tests.conformance.lives import DEFAULTS, measure
from tests.world.many import batch
from tests.world.options import Options

# Blocks of so many seeds are one test, so that two processes share the work.
BLOCK = 250
BLOCKS = 8
# Seeds of `make test` lie apart from those that `make prove` begins with.
FIRST = 50_000_000
# A dialogue of so many moments (messages and writes) has one wherever a fault or a blow may fall.
LONG_MOMENTS = 90


@pytest.mark.parametrize("block", range(BLOCKS))
@pytest.mark.parametrize("protocol", registry.names())
def test_every_history_keeps_every_promise(protocol: str, block: int) -> None:
    options = replace(Options(), protocols=(protocol,), sqlite=0.02)
    first = FIRST + block * BLOCK
    found = batch(range(first, first + BLOCK), options)
    assert not found.failures, (
        f"{found.failures}; shown by: python -m tests.world --protocol {protocol} --sqlite 0.02"
        f" --seed {found.failures[0][0]}"
    )
    assert found.histories == BLOCK
    assert found.faulty > BLOCK * least_bad_luck(protocol), "most histories meet bad luck"


def least_bad_luck(protocol: str) -> float:
    """The share of histories that must meet some: on a wire of few and short messages many a fault
    stands behind the last byte, or at a message that there is not."""
    subject = next(one for one in DEFAULTS if one.protocol == protocol)
    moments = len(measure(subject.setting, subject.ways[0]).points)
    return 0.6 if moments >= LONG_MOMENTS else 0.42


def test_the_same_seed_lives_the_same_history_again() -> None:
    options = Options()
    first, second = (batch(range(700, 760), options) for _ in range(2))
    first.cpu_s = second.cpu_s = 0.0
    assert first == second


def test_terminals_with_an_acquirer_behind_them_keep_every_promise_too() -> None:
    found = batch(range(9_000, 9_200), Options(deep=1.0))
    assert not found.failures, f"shown by: python -m tests.world --deep 1 --seed {found.failures}"
    assert set(found.hits) >= {"acquirer: lose_answer", "acquirer: code", "acquirer: overtaken"}


def test_the_slips_of_any_history_come_out_and_never_twice_alike() -> None:
    found = batch(range(40_000, 40_120), Options(printer=1.0))
    assert not found.failures, (
        f"shown by: python -m tests.world --printer 1 --seed {found.failures}"
    )
    faults = ("power-loss", "pull", "stall", "cover-open", "paper-out")
    assert set(found.hits) >= {f"printer: {name}" for name in faults}


def test_a_printer_moves_nothing_about_the_money() -> None:
    with_paper, without = (
        batch(range(40_000, 40_040), Options(printer=share)) for share in (1.0, 0.0)
    )
    assert with_paper.ends == without.ends
    money = {name: count for name, count in with_paper.hits.items() if "printer" not in name}
    assert money == dict(without.hits)


def test_every_kind_of_bad_luck_and_of_end_is_met() -> None:
    found = batch(range(2_000, 2_500), Options(sqlite=0.1))
    assert set(found.hits) >= {
        *("kill", "pull", "power", "disk", "keypad", "stop_key", "hand_end", "clock"),
        *("cut", "mute", "drop", "duplicate", "swap", "delay", "garble", "split", "noise", "echo"),
    }
    assert set(found.ends) >= {
        "booked (live)",
        "booked (recovered)",
        "booked (people)",
        "not booked (recovered)",
        "not_booked (people)",
        "declined",
        "never sent",
    }
    assert found.real_journal > 20
    assert found.hits["computer_off"] > 3
