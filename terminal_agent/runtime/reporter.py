"""Who is told what is going on while it goes on; what is said decides nothing."""

from __future__ import annotations

from typing import Protocol


class Reporter(Protocol):
    """Shows progress to whoever waits, in their language."""

    def step(self, key: str, **params: str | int) -> None:
        """A step of ours, by its text key."""

    def terminal_says(self, key: str, text: str) -> None:
        """What the terminal is doing, by its text key, and its own words if it has any."""

    def technical(self, code: str, text: str) -> None:
        """Something odd on the line; for a technician."""

    def abort_wanted(self) -> bool:
        """Whether the person at the counter wants the terminal to stop."""


class Silent:
    """Tells nobody and never wants to stop."""

    def step(self, key: str, **params: str | int) -> None:
        """Say nothing."""

    def terminal_says(self, key: str, text: str) -> None:
        """Say nothing."""

    def technical(self, code: str, text: str) -> None:
        """Say nothing."""

    def abort_wanted(self) -> bool:
        """Never."""
        return False
