"""Which rare lives are meaningful at which terminal; the others are skipped and say why."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

from protocols.kit.capabilities import Capability
from simulators import personality
from simulators.scenario import Fault, Scenario
from simulators.settings import MissingAckHabit
from tests.conformance.lives import Subject, opened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocols.kit.vocabulary import Operation

_PLACES_MAX: Final = 40  # about so many of its bytes a wire with long messages is cut at
STAY: Final[dict[str, object]] = {"vote": MissingAckHabit.STAY}


def meant(
    subject: Subject,
    *,
    way: Operation | None = None,
    habit: MissingAckHabit | None = None,
    plays: str = "",
    sign: Capability | None = None,
    decides: bool = False,
) -> None:
    """Skip where this terminal has no such way to give money back, cannot have this habit, has no
    form for this step, does not declare this sign, or (`decides`) proves nothing without people."""
    reasons = {
        f"it cannot be asked for a {way.value if way else ''}": way and way not in subject.ways,
        "its wire has no acknowledgement that it could miss": (
            habit is not None and habit is not MissingAckHabit.STAY and not subject.votes
        ),
        "a booking stays there": habit is not None and not subject.has_habit(habit),
        f"its wire has no form for {plays!r}": plays and plays not in subject.plays,
        f"it has no sign {sign.value if sign else ''}": (
            sign is not None and sign not in subject.capabilities.declared
        ),
        "after a lost answer people decide": (
            decides and not subject.needs_nobody(usual_way(subject))
        ),
    }
    for reason, holds in reasons.items():
        if holds:
            pytest.skip(f"{subject}: {reason}")


def usual_way(subject: Subject) -> Operation:
    """How money is given back there: a refund, or else a void."""
    return subject.ways[0]


@cache
def lost_answer(subject: Subject) -> Fault:
    """The line dies with the message that ends a money dialogue: the terminal has booked, and
    nobody was told. Which message that is shows a life in which it is lost."""
    knows = personality.load(subject.protocol).knows
    for message in filter(knows, ("completion", "result")):
        fault = Fault(direction="to_ecr", do="cut", message=message, after=("money",))
        setting = replace(subject.setting, scenario=Scenario(faults=(fault,), terminal=STAY))
        with opened(setting) as shop:
            if shop.refund(shop.sale(), usual_way(subject)).open_attempts:
                return fault
    raise AssertionError(f"{subject} answers a money message with neither of these")


def some(places: Sequence[tuple[str, int]], every: int) -> Sequence[tuple[str, int]]:
    """Every so many of them, and fewer of a wire with long messages."""
    return places[:: max(every, len(places) // _PLACES_MAX)]
