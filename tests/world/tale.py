"""What happened in a history, in lines that a person can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

# The longest pattern of lines that is told only once when it repeats.
PATTERN_MOST: Final = 12


@dataclass(slots=True)
class Tale:
    """Lines with their moment in virtual seconds."""

    now: Callable[[], float] = lambda: 0.0
    start: float = 0.0
    _told: list[tuple[float, str]] = field(default_factory=list)

    def begin(self, now: Callable[[], float]) -> None:
        """From here on time is told by this clock, from zero."""
        self.now, self.start = now, now()

    def tell(self, who: str, what: str) -> None:
        """One line."""
        self._told.append((self.now() - self.start, f"{who:<9} {what}"))

    def lines(self) -> list[str]:
        """All of it; a pattern that only repeats is told once and counted."""
        found: list[str] = []
        at = 0
        while at < len(self._told):
            length, times = self._repeats(at)
            found += [f"{when:10.3f} s  {what}" for when, what in self._told[at : at + length]]
            if times > 1:
                until = self._told[at + length * times - 1][0]
                found.append(f"{'':12}  … and so {times - 1} times more, until {until:.3f} s")
            at += length * times
        return found

    def _repeats(self, at: int) -> tuple[int, int]:
        """The length of the pattern that begins here, and how often it stands in a row."""
        words = [what for _, what in self._told[at : at + 600]]
        for length in range(1, PATTERN_MOST + 1):
            times = 1
            while words[times * length : (times + 1) * length] == words[:length]:
                times += 1
            if times > 2:
                return length, times
        return 1, 1
