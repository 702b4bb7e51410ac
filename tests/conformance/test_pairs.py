"""Two cuts: one while the money message is under way, one at a byte of the recovery from it.

`make sweep` takes every byte of both (`PAIR_STRIDE` in the environment: every so many of each);
`make test` takes a few. Of a recovery the first and the last bytes count: between them lies only
waiting, where each question is like the one before. Pairs at messages are in test_kills.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

import pytest

from simulators.cable import Way
from simulators.scenario import Fault
from terminal_agent.refund.states import CaseState
from tests.conformance.lives import FULL, LINES, WAYS, Subject, cut_at, measure, opened, pressed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from protocols.kit.vocabulary import Operation
    from tests.setting import Setting

Item = TypeVar("Item")

EDGE: Final = 260  # bytes in each direction: fence, sign-on, first status; last status and enquiry
SHARDS: Final = 4
# Not a divisor of each other, so that a sample meets different pairs.
STRIDES: Final = (int(os.environ.get("PAIR_STRIDE", "1")),) * 2 if FULL else (137, 211)
# The second cable is back quickly: what a longer one does is what the first one did.
SECOND_S: Final = 3.0


def recovery_bytes(setting: Setting, way: Operation, first: tuple[str, int]) -> list[Fault]:
    """A cut at each byte of the recovery behind this first cut; bytes count from the start."""
    with opened(once_back(setting, first)) as shop:
        pressed(shop, way)
        begun = dict(shop.device.cable.counts)
        shop.plug()
        shop.recover()
        ended = dict(shop.device.cable.counts)
    found: list[Fault] = []
    for direction in Way:
        # The byte that the press ended with would cut it short there, not in the recovery.
        at = range(begun[direction] + 1, ended[direction] + 1)
        edges = [byte for byte in at if byte - at.start < EDGE or at.stop - byte <= EDGE]
        found += [
            Fault(direction=direction.value, do="cut", byte=byte, seconds=SECOND_S)
            for byte in edges
        ]
    return found


def once_back(setting: Setting, first: tuple[str, int]) -> Setting:
    """Cut there, and nobody plugs the cable in before the recovery is asked for."""
    return replace(cut_at(setting, first), cut_for_s=0.0)


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.value)
@pytest.mark.parametrize("subject", LINES, ids=str)
def test_a_second_cut_in_the_recovery_from_the_first(
    subject: Subject, way: Operation, shard: int, lives: Callable[[int], None]
) -> None:
    setting = subject.setting
    count = 0
    for first in _every(measure(setting, way).money_bytes[shard::SHARDS], STRIDES[0]):
        for second in _every(recovery_bytes(setting, way, first), STRIDES[1], skip=first[1]):
            cut = once_back(setting, first)
            faults = (*cut.scenario.faults, second)
            played = replace(cut, scenario=replace(cut.scenario, faults=faults))
            with opened(played) as shop:
                pressed(shop, way)
                case = shop.to_the_end(recoveries=3)
                assert subject.ends_well(way, case, CaseState.REFUNDED), (first, second)
            count += 1
    lives(count)


def _every(items: Sequence[Item], stride: int, *, skip: int = 0) -> Sequence[Item]:
    """Every so many; `skip` moves the start, so that neighbours are met by different samples."""
    return items[skip % stride :: stride]
