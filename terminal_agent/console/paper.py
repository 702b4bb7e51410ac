"""Talks about paper with whoever stands at the printer; the journal decides what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal_agent.prompts.questions import Confirm

if TYPE_CHECKING:
    from terminal_agent.console.asker import Asker
    from terminal_agent.console.screen import Screen
    from terminal_agent.prompts.catalog import Texts
    from terminal_agent.runtime.print_jobs import PaperPeople


class Told:
    """Tells on a screen what the printer needs; what is asked, another one answers."""

    def __init__(self, people: PaperPeople, screen: Screen, texts: Texts) -> None:
        self._people = people
        self._screen = screen
        self._texts = texts

    def printing(self, copy: str, code: str) -> None:
        """Which copy is on its way."""
        shown = self._texts.line(f"paper.copy.{copy}")
        self._screen.say(self._texts.line("paper.printing", copy=shown, code=code))

    def printer_needs(self, need: str, code: str, *, held: bool) -> bool:
        """What has to be done at the printer."""
        self._screen.say(self._texts.line(need))
        return self._people.printer_needs(need, code, held=held)

    def came_out(self, copy: str, code: str) -> bool | None:
        """Whether it did, as far as the other one knows."""
        return self._people.came_out(copy, code)

    def wants_copy(self, copy: str, number: int) -> bool:
        """Whether the other one wants it."""
        return self._people.wants_copy(copy, number)


class Asked:
    """Asks at the keyboard; whoever leaves a question leaves the copy as it is."""

    def __init__(self, asker: Asker, texts: Texts) -> None:
        self._asker = asker
        self._texts = texts

    def printing(self, copy: str, code: str) -> None:
        """Nothing to ask."""

    def printer_needs(self, need: str, code: str, *, held: bool) -> bool:
        """Whether it was done."""
        key = "paper.held" if held else "paper.again"
        return self._asker.ask(Confirm(key=key, params={"code": code})) is True

    def came_out(self, copy: str, code: str) -> bool | None:
        """Whether the person holds the complete slip."""
        shown = self._texts.line(f"paper.copy.{copy}")
        question = Confirm(key="paper.came_out", params={"copy": shown, "code": code})
        answer = self._asker.ask(question)
        return answer if isinstance(answer, bool) else None

    def wants_copy(self, copy: str, number: int) -> bool:
        """Whether to print one more now."""
        shown = self._texts.line(f"paper.copy.{copy}")
        params = {"copy": shown, "number": number}
        return self._asker.ask(Confirm(key="paper.wants_copy", params=params)) is True
