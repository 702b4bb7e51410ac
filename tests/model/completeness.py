"""Whether the judge decides all that can be decided: what it saw, and which truths there were.

An observation is what a judgement looks at, with numbers as differences up to two: more foreign
bookings than a search allows must not make an observation look decidable.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from terminal_agent.refund.recovery import Verdict
from tests.model.records import Asked, judged
from tests.model.state import NO_RECORD, UNREAD, Look

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.model.explore import Found
    from tests.model.state import Record


class Seen(NamedTuple):
    """One record against its baseline. `steps` None: the numbers tell nothing."""

    before: str
    now: str
    reference: str
    steps: str
    unchanged: bool
    undid_next: bool

    def __str__(self) -> str:
        """In words."""
        told = [f"before: {self.before}", f"now: {self.now}"]
        if self.reference:
            told.append(f"reference: {self.reference}")
        if self.steps:
            told.append(f"number {self.steps}")
        if self.unchanged:
            told.append("unchanged")
        if self.undid_next:
            told.append("names what it undid")
        return ", ".join(told)


@dataclass(slots=True)
class Told:
    """What the judge says of an observation, why, and which truths were there."""

    verdicts: set[Verdict] = field(default_factory=set)
    reasons: set[str] = field(default_factory=set)
    truths: set[bool] = field(default_factory=set)


def seen(found: Found, asked: Asked) -> Seen:
    """The observation behind a question."""
    model, base, last = found.model, asked.base, asked.last
    before = "unread" if base == UNREAD else Look(base.look).name.lower()
    if last is None:
        return Seen(before, "cannot be asked", "", "", False, False)
    return Seen(
        before,
        Look(last.look).name.lower(),
        _reference(asked, base, last) if model.refers else "",
        _steps(base, last) if model.numbered and NO_RECORD not in {base, last} else "",
        last == base,
        model.numbered and last.look == Look.UNDOING and last.undone == base.num + 1,
    )


def _reference(asked: Asked, base: Record, last: Record) -> str:
    whose = "ours" if last.ref == asked.attempt else "other" if last.ref else "none"
    return f"{whose}, ours before" if base.ref else whose


def _steps(base: Record, last: Record) -> str:
    steps = last.num - base.num
    if base == UNREAD or last.batch != base.batch:
        return "of another batch"
    return "back" if steps < 0 else f"+{min(steps, 2)}" + (" or more" if steps > 1 else "")


def observations(found: Iterable[Found]) -> dict[tuple[Seen, ...], Told]:
    """Everything that was observed in those searches, which must be of one terminal."""
    known: dict[tuple[Seen, ...], Told] = {}
    for one in found:
        for asked, truths in one.observations.items():
            told = known.setdefault(tuple(seen(one, each) for each in asked), Told())
            judgement = judged(asked, one.model.frame)
            told.verdicts.add(judgement.verdict)
            told.reasons.update(judgement.reasons)
            told.truths |= truths
    return known


def undecided(known: dict[tuple[Seen, ...], Told]) -> dict[tuple[Seen, ...], Told]:
    """What the judge leaves to people although only one truth was possible."""
    return {
        chain: told
        for chain, told in known.items()
        if Verdict.CANNOT_TELL in told.verdicts and len(told.truths) == 1
    }


def contradicted(known: dict[tuple[Seen, ...], Told]) -> list[tuple[Seen, ...]]:
    """What the judge decides although the other truth was possible as well."""
    says = {Verdict.BOOKED: True, Verdict.NOT_BOOKED: False}
    return [
        chain
        for chain, told in known.items()
        for verdict in told.verdicts & says.keys()
        if told.truths != {says[verdict]}
    ]
