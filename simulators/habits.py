"""In what simulated terminals of one protocol differ, and how a scenario's `[habits]` chooses.

Each personality has its own. What it does not have is refused, and so is a value of another kind.
"""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields, replace
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from simulators.tables import Table

_ABOUT: Final = "about"
_CHOICES: Final = "choices"
_Habits = TypeVar("_Habits", bound="Habits")


def about(sentence: str, choices: Collection[object] = ()) -> Mapping[str, object]:
    """What is told of one habit, as the metadata of its field. `choices`: all that it can be."""
    return {_ABOUT: sentence, _CHOICES: tuple(choices)}


@dataclass(frozen=True, slots=True)
class Habits:
    """What terminals of a protocol differ in: nothing. A personality adds fields, each with what
    is `about` it."""


@dataclass(frozen=True, slots=True)
class LineHabits(Habits):
    """What terminals with STX frames differ in, whatever they speak."""

    refuses_damage: bool = field(
        default=True, metadata=about("a damaged frame is answered with NAK, or else not at all")
    )


def read(table: Table, usual: _Habits) -> _Habits:
    """The usual habits with what the table wants otherwise. Raises BadScenario."""
    table.only([entry.name for entry in fields(usual)], "habit")
    wanted = {
        entry.name: table.like(
            entry.name, getattr(usual, entry.name), choices=entry.metadata.get(_CHOICES, ())
        )
        for entry in fields(usual)
        if entry.name in table
    }
    return replace(usual, **wanted)


def own(wanted: Habits | None, usual: _Habits) -> _Habits:
    """The habits that a personality was given, as its own kind; its usual ones where none were."""
    if wanted is None:
        return usual
    assert isinstance(wanted, type(usual)), f"these are not {type(usual).__name__}: {wanted}"
    return wanted


def told(habits: Habits) -> list[tuple[str, str, str, str]]:
    """Name, usual value as TOML writes it, what else it can be, and the sentence, of each."""
    return [
        (entry.name, written(value), _possible(entry, value), str(entry.metadata[_ABOUT]))
        for entry in fields(habits)
        for value in [getattr(habits, entry.name)]
    ]


def written(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return written(value.value)
    if isinstance(value, frozenset):
        return f"[{', '.join(sorted(map(written, value)))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _possible(entry: Field[object], value: object) -> str:
    choices = entry.metadata.get(_CHOICES) or (type(value) if isinstance(value, Enum) else ())
    if isinstance(value, bool):
        choices = (True, False)
    if choices:
        several = "some of" if isinstance(value, frozenset) else "one of"
        return f"{several} {', '.join(written(choice) for choice in choices)}"
    return "seconds" if isinstance(value, float) else "a whole number from 1"
