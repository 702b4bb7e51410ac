"""Shows progress on standard error; while money is on its way Ctrl-C is only a wish to stop."""

from __future__ import annotations

import signal
from collections import deque
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from terminal_agent.console.screen import Screen
    from terminal_agent.prompts.catalog import Texts


# Lines that take turns while a cable is out; a person needs each of them once.
_TURNS = 4


class ConsoleReporter:
    """Says each thing once; technical remarks only when asked for."""

    def __init__(self, screen: Screen, texts: Texts, *, verbose: bool) -> None:
        self._screen = screen
        self._texts = texts
        self._verbose = verbose
        self._recent: deque[str] = deque(maxlen=_TURNS)
        self._abort = False

    def step(self, key: str, **params: str | int) -> None:
        """A step of ours."""
        self._say(self._texts.line(key, **params))

    def terminal_says(self, key: str, text: str) -> None:
        """What the terminal shows, in its own words where it has any."""
        self._say(self._texts.line("terminal.display", text=text or self._texts.line(key)))

    def technical(self, code: str, text: str) -> None:
        """For the technician."""
        if self._verbose:
            self._say(f"[{code}] {text}")

    def abort_wanted(self) -> bool:
        """Whether Ctrl-C was pressed since this was asked last."""
        wanted, self._abort = self._abort, False
        return wanted

    def _say(self, line: str) -> None:
        if line not in self._recent:
            self._recent.append(line)
            # A closed window must not break off what goes on at the terminal.
            with suppress(OSError, ValueError):
                self._screen.say(line)

    @contextmanager
    def stopping_politely(self) -> Iterator[None]:
        """While money may be on its way Ctrl-C asks the terminal to stop and kills nothing."""

        def interrupted(signum: int, frame: FrameType | None) -> None:
            self._abort = True
            self._say(self._texts.line("step.stopping"))

        before = signal.signal(signal.SIGINT, interrupted)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
