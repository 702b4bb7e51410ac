"""What every command has: arguments, configuration, texts, a screen and a keyboard."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from drivers.clock import SystemClock
from terminal_agent.console.asker import Asker
from terminal_agent.console.screen import Screen
from terminal_agent.prompts.catalog import FALLBACK_LANGUAGE, LANGUAGES, Texts

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import ExitStack

    from drivers.clock import Clock
    from drivers.links.contract import Link
    from drivers.links.factory import LinkSettings
    from drivers.printers.contract import PrinterLink
    from terminal_agent.config import Loaded
    from terminal_agent.console.outcome import JsonValue
    from terminal_agent.journal.replay import Reader
    from terminal_agent.journal.store import Journal
    from terminal_agent.journal.witness import Witness
    from terminal_agent.runtime.print_jobs import Press
    from terminal_agent.runtime.station import Station


@dataclass
class Context:
    """One run of the program. Streams, clock, environment and what makes a line come in.

    `line_maker` and `printer_maker` None are the drivers' own; tests and simulations bring lines in
    memory.
    """

    arguments: argparse.Namespace
    environment: Mapping[str, str]
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    clock: Clock = field(default_factory=SystemClock)
    line_maker: Callable[[LinkSettings], Link] | None = None
    printer_maker: Callable[[str, Clock], PrinterLink] | None = None

    @classmethod
    def of_process(cls, arguments: argparse.Namespace) -> Context:
        """The real thing."""
        return cls(arguments, os.environ, sys.stdin, sys.stdout, sys.stderr)

    @property
    def as_json(self) -> bool:
        """Whether a script reads our output."""
        return bool(getattr(self.arguments, "json", False))

    @cached_property
    def config_path(self) -> Path:
        """Which configuration file is meant; it need not exist."""
        from terminal_agent.config import find

        return find(self.arguments.config, self.environment)

    @cached_property
    def loaded(self) -> Loaded:
        """The configuration. Raises ConfigError."""
        from terminal_agent.config import read

        loaded = read(self.config_path)
        if self.arguments.lang is None:
            self.texts = Texts.load(loaded.config.language)
        return loaded

    @cached_property
    def texts(self) -> Texts:
        """The words: `--lang`, then the configuration once it is read, then the environment."""
        return Texts.load(self.arguments.lang or _language_of(self.environment))

    @cached_property
    def screen(self) -> Screen:
        """Where results go."""
        return Screen.on(self.stdout, self.environment)

    @cached_property
    def progress_screen(self) -> Screen:
        """Where progress and errors go; results stay apart for scripts."""
        return Screen.on(self.stderr, self.environment)

    @cached_property
    def asker(self) -> Asker:
        """The keyboard. Where a script reads the results, questions stand beside the progress."""
        screen = self.progress_screen if self.as_json else self.screen
        return Asker(self.stdin, self.stdout, self.texts, screen=screen)

    @property
    def trace(self) -> Path | None:
        """Where to write a trace, if anywhere."""
        name = getattr(self.arguments, "trace", None)
        return Path(name) if name else None

    def station(self, undo: ExitStack, name: str | None = None, *, profile: str = "") -> Station:
        """The named terminal, or the one that is meant, not opened yet; `undo` closes its parts.

        `profile` goes before that of the configuration.

        Raises ConfigError, TraceError.
        """
        from drivers.links.factory import build_link
        from terminal_agent.runtime.assembly import build_station

        station = build_station(
            self.loaded,
            name or self.arguments.terminal,
            self.clock,
            undo,
            trace=self.trace,
            profile=profile,
            build=self.line_maker or build_link,
        )
        undo.callback(station.terminal.close)
        return station

    def press(self, name: str, undo: ExitStack) -> Press | None:
        """The named printer, not opened yet; None for "". `undo` gives its line back.

        Raises ConfigError.
        """
        if not name:
            return None
        from terminal_agent.runtime.printers import build_press

        press = build_press(self.loaded, name, self.clock, self.printer_maker)
        undo.callback(press.printer.close)
        return press

    def journal(self) -> Journal:
        """The journal, for writing. Raises ConfigError, JournalError."""
        from terminal_agent.runtime.assembly import open_journal

        return open_journal(self.loaded, self.clock)

    @property
    def witness(self) -> Witness | None:
        """The file of anchors, where one is configured. Raises ConfigError."""
        from terminal_agent.runtime.assembly import witness_of

        return witness_of(self.loaded)

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """The journal, for reading beside an agent that may be writing it."""
        from terminal_agent.journal.replay import open_reader
        from terminal_agent.runtime.assembly import journal_path

        with open_reader(journal_path(self.loaded)) as reader:
            yield reader

    def write_json(self, value: Mapping[str, JsonValue]) -> None:
        """One object on one line."""
        self.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
        self.stdout.flush()


def _language_of(environment: Mapping[str, str]) -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        told = environment.get(name, "")[:2]
        if told in LANGUAGES:
            return told
    return FALLBACK_LANGUAGE
