"""Asks typed questions over two text streams; it never waits and never answers for a person."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO, TypeVar

from terminal_agent.console.screen import Screen
from terminal_agent.prompts.questions import Choice, Confirm, Wrong

if TYPE_CHECKING:
    from terminal_agent.prompts.catalog import Texts
    from terminal_agent.prompts.questions import Question

T = TypeVar("T")

# Wrong answers in a row before the dialogue ends: a cat on the keyboard, or a script gone astray.
TRIES = 10
# Longest line that is read; the rest of a longer one is thrown away, not taken as the next answer.
LINE_LONGEST = 1000
LEAVE = frozenset({"q"})


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The person left at this question. Nothing was decided, nothing was sent."""

    at: str


class Asker:
    """A line-based dialogue: works at a keyboard, over SSH and with piped input alike."""

    def __init__(
        self,
        input_stream: TextIO,
        output_stream: TextIO,
        texts: Texts,
        *,
        screen: Screen | None = None,
    ) -> None:
        self._input = input_stream
        self._texts = texts
        self.screen = screen or Screen(output_stream)

    def ask(self, question: Question[T]) -> T | Cancelled:
        """The checked answer. Wrong answers are told why and asked again, TRIES times at most.

        An empty line (where there is no default), "q", the end of the input and Ctrl-C leave.
        """
        self._introduce(question)
        for _ in range(TRIES):
            self.screen.prompt(self._prompt(question))
            typed = self._read()
            if typed is None or _leaves(typed):
                return Cancelled(question.key)
            if isinstance(typed, str) and not typed.strip():
                return Cancelled(question.key) if question.default is None else question.default
            answer = typed if isinstance(typed, Wrong) else question.validate(typed)
            if not isinstance(answer, Wrong):
                return answer
            self.screen.say(self._texts.line(answer.key, **answer.params))
        self.screen.say(self._texts.line("answer.too_many"))
        return Cancelled(question.key)

    def _introduce(self, question: Question[T]) -> None:
        if not isinstance(question, Choice):
            return
        self.screen.say(self._texts.line(question.key, **question.params))
        for number, option in enumerate(question.options, start=1):
            text = self._texts.line(option.key, **option.params)
            self.screen.say(self._texts.line("ask.option", number=number, text=text))

    def _prompt(self, question: Question[T]) -> str:
        key, params = question.key, question.params
        if isinstance(question, Choice):
            key, params = "ask.choose", {}
        text = self._texts.line(key, **params)
        if isinstance(question, Confirm):
            return self._texts.line("ask.yes_no", question=text)
        if question.default is not None:
            return self._texts.line("ask.with_default", question=text, default=question.default)
        return self._texts.line("ask.prompt", question=text)

    def _read(self) -> str | Wrong | None:
        """One line without its end; None at the end of the input."""
        try:
            line = self._input.readline(LINE_LONGEST)
            if len(line) == LINE_LONGEST and not line.endswith("\n"):
                self._skip_line()
                return Wrong("answer.too_long")
        except UnicodeDecodeError:
            return Wrong("answer.unreadable")
        except KeyboardInterrupt:
            self.screen.say()
            return None
        return line if line else None

    def _skip_line(self) -> None:
        while True:
            rest = self._input.readline(LINE_LONGEST)
            if not rest or rest.endswith("\n"):
                return


def _leaves(typed: str | Wrong) -> bool:
    if isinstance(typed, Wrong):
        return False
    return unicodedata.normalize("NFKC", typed).strip().casefold() in LEAVE
