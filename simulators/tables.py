"""Reads one TOML table strictly: every key must be asked for, every value be of its kind."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from simulators.errors import BadScenario

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

WHOLE_MAX: Final = 999_999_999_999  # what an amount field of any terminal can carry
SECONDS_MAX: Final = 86_400.0  # no scenario waits longer than a day


class Table:
    """One table of a scenario; errors name its place."""

    def __init__(self, where: str, values: Mapping[str, object]) -> None:
        self.where = where
        self._values = dict(values)
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def _get(self, key: str) -> object:
        self._asked.add(key)
        return self._values.get(key)

    def wrong(self, key: str, what: str) -> BadScenario:
        """The error of one key."""
        return BadScenario(what, where=f"{self.where}, {key}")

    def text(self, key: str, default: str | None = None, choices: Sequence[str] = ()) -> str:
        """A text; needed when there is no default, one of `choices` if there are any."""
        value = self._get(key)
        if value is None and default is not None:
            return default
        if value is None:
            raise self.wrong(key, "is needed" + _choices(choices))
        if not isinstance(value, str) or (choices and value not in choices):
            raise self.wrong(key, f"{_told(value)} cannot be used" + _choices(choices))
        if not value:
            raise self.wrong(key, "is empty")
        return value

    def digits(self, key: str, default: str, length: int = 0) -> str:
        """Digits as a text, so many if `length` says so."""
        value = self.text(key, default)
        good = value.isascii() and value.isdecimal() and length in {0, len(value)}
        if value != default and not good:
            raise self.wrong(key, f"{_told(value)} is not {length or 'only'} digits")
        return value

    def whole(
        self, key: str, default: int | None = None, *, least: int = 0, most: int = WHOLE_MAX
    ) -> int:
        """A whole number within its bounds."""
        value = self._get(key)
        if value is None and default is not None:
            return default
        if value is None:
            raise self.wrong(key, "is needed")
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.wrong(key, f"{_told(value)} is no whole number from {least} to {most}")
        return value

    def seconds(self, key: str, default: float | None = None, *, most: float) -> float:
        """A time in seconds."""
        value = self._get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
            raise self.wrong(key, f"{_told(value)} are no seconds from 0 to {most:g}")
        return float(value)

    def flag(self, key: str) -> bool:
        """true or false."""
        value = self._get(key)
        if not isinstance(value, bool):
            raise self.wrong(key, f"{_told(value)} is neither true nor false")
        return value

    def some(self, key: str, choices: Collection[object]) -> frozenset[object]:
        """A list of at least one of these."""
        value = self._get(key)
        if not isinstance(value, list) or not value or not all(entry in choices for entry in value):
            raise self.wrong(key, f"{_told(value)} is no list of some of: {_listed(choices)}")
        return frozenset(value)

    def like(self, key: str, default: object, *, choices: Collection[object] = ()) -> object:
        """A value of the kind that the default has; one of `choices`, or some, if there are any."""
        if isinstance(default, Enum):
            members = {
                str(member.value): member
                for member in type(default)
                if not choices or member in choices
            }
            return members[self.text(key, choices=tuple(members))]
        if isinstance(default, bool):
            return self.flag(key)
        if isinstance(default, float):
            return self.seconds(key, most=SECONDS_MAX)
        if isinstance(default, int):
            return self.whole(key, least=1, most=WHOLE_MAX)
        if isinstance(default, frozenset):
            return self.some(key, choices)
        return self.text(key, choices=tuple(str(choice) for choice in choices))

    def nth(self) -> int | None:
        """Which occurrence: a number from 1 (default), or "every" (None)."""
        if self._values.get("nth") == "every":
            self._asked.add("nth")
            return None
        return self.whole("nth", 1, least=1)

    def names(self, key: str) -> tuple[str, ...]:
        """One name or a list of names; none when it is not there."""
        value = self._get(key)
        if value is None:
            return ()
        listed = value if isinstance(value, list) else [value]
        if not listed or not all(isinstance(name, str) and name for name in listed):
            raise self.wrong(key, f"{_told(value)} is neither a name nor a list of names")
        return tuple(listed)

    def tables(self, key: str) -> list[Table]:
        """An array of tables."""
        value = self._get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise self.wrong(key, f"write it as [[{key}]]")
        return [
            Table(f"{self.where}, {key} {number}", row) for number, row in enumerate(value, start=1)
        ]

    def table(self, key: str) -> Table:
        """One table, empty when it is not there."""
        value = self._get(key)
        if value is not None and not isinstance(value, dict):
            raise self.wrong(key, f"write it as [{key}]")
        return Table(f"{self.where}, {key}", value or {})

    def allow(self, keys: Sequence[str], *, what: str) -> frozenset[str]:
        """Check the keys that depend on `do`: "name!" is needed, others may be there."""
        allowed = frozenset(key.removesuffix("!") for key in keys)
        for key in keys:
            if key.endswith("!") and key[:-1] not in self._values:
                raise self.wrong(key[:-1], f"{what} needs it")
        for key in ("code", "seconds", "amount_minor", "kind", "when", "count", "keep"):
            if key in self._values and key not in allowed:
                raise self.wrong(key, f"{what} takes no {key}")
        return allowed

    def all(self) -> Mapping[str, object]:
        """Everything as it stands, for whoever knows what may stand there."""
        self._asked.update(self._values)
        return MappingProxyType(self._values)

    def only(self, known: Sequence[str], what: str) -> None:
        """Check that there is nothing but these. Raises BadScenario, and lists what is known."""
        if strange := sorted(self._values.keys() - set(known)):
            listed = f"known: {', '.join(known)}" if known else "there are none"
            told = f"there is no {what} {', '.join(strange)}; {listed}"
            raise BadScenario(told, where=self.where)

    def finish(self) -> None:
        """Everything was asked for; what is left is not known. Raises BadScenario."""
        if strange := sorted(self._values.keys() - self._asked):
            raise BadScenario(f"there is no {', '.join(strange)} here", where=self.where)


def _told(value: object) -> str:
    """A value as it may stand in an error; Python refuses to write out the very long numbers."""
    try:
        return repr(value)
    except ValueError:
        return "a number of thousands of digits"


def _choices(choices: Sequence[str]) -> str:
    return f"; choose one of: {_listed(choices)}" if choices else ""


def _listed(choices: Collection[object]) -> str:
    return ", ".join(str(choice) for choice in choices)
