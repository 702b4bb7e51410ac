"""The commands of people at the simulated printer, one a line: paper, cover, power, faults."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from simulators.printer.faults import parse_fault

if TYPE_CHECKING:
    from simulators.printer.device import FakePrinter
    from simulators.printer.paper import Paper

# What is typed, and what happens then.
COMMANDS: Final = {
    "paper [ROWS]": "a new roll, endless or of so many rows; what hangs out is torn off",
    "cover open, cover close": "the printer stops, and goes on",
    "power off, power on": "what is not on paper is lost",
    "pull, plug": "the cable (a pseudo terminal goes away and comes back)",
    "tear": "what hangs out is torn off",
    "fault NAME[=N]": "from now on this is wrong",
    "clear [NAME]": "this fault, or all of them, are gone",
    "papers": "what came out, as one line of JSON",
}


class People:
    """Carries commands out; gives what is to be printed on standard output, or raises ValueError
    with a sentence for the person who typed it."""

    def __init__(self, printer: FakePrinter) -> None:
        self._printer = printer

    def run(self, line: str, now: float) -> str:
        """One command. An empty line does nothing. Raises ValueError, BadFault."""
        printer = self._printer
        match line.split():
            case []:
                pass
            case ["paper"]:
                printer.load_paper(now)
            case ["paper", rows] if rows.isascii() and rows.isdecimal():
                printer.load_paper(now, int(rows))
            case ["cover", "open"]:
                printer.open_cover(now)
            case ["cover", "close"]:
                printer.close_cover(now)
            case ["power", "off"]:
                printer.power_off()
            case ["power", "on"]:
                printer.power_on(now)
            case ["pull"]:
                printer.pull()
            case ["plug"]:
                printer.plug()
            case ["tear"]:
                printer.tear()
            case ["fault", text]:
                printer.fault(*parse_fault(text), now)
            case ["clear", *names] if len(names) <= 1:
                printer.clear_fault(now, *(parse_fault(name)[0] for name in names))
            case ["papers"]:
                return json.dumps({"papers": self._papers()}, ensure_ascii=False)
            case _:
                raise ValueError(f"{line!r} is no command; there are: {'; '.join(COMMANDS)}")
        return ""

    def _papers(self) -> list[dict[str, object]]:
        uncut = self._printer.uncut
        papers = [*self._printer.papers, *([uncut] if uncut.rows else [])]
        return [_told(paper) for paper in papers]


def _told(paper: Paper) -> dict[str, object]:
    return {"number": paper.number, "cut": paper.cut, "lines": list(paper.lines)}
