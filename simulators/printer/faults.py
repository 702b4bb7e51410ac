"""The faults of the simulated printer, by name. Without one it is truthful in everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulators.errors import SimulatorError


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One fault. `number` says what N of NAME=N means ("" for none), `usual` is N if not given."""

    about: str
    number: str = ""
    usual: int = 0


FAULTS: Final[dict[str, FaultKind]] = {
    "paper-out": FaultKind("the roll ends after N printed rows", "rows"),
    "near-end": FaultKind("the roll is near its end"),
    "cover-open": FaultKind("the cover opens when N more bytes have come", "bytes"),
    "cutter": FaultKind("the knife jams at the next cut, until the fault is cleared"),
    "power-loss": FaultKind(
        "the power goes when N more bytes have come; what is not on paper is lost", "bytes"
    ),
    "pull": FaultKind("the cable is out when N more bytes have come; the printer goes on", "bytes"),
    "stall": FaultKind("takes no byte any more when N more have come", "bytes"),
    "slow": FaultKind("a printed row takes N milliseconds", "milliseconds", 500),
    "late": FaultKind("everything it says comes N milliseconds late", "milliseconds", 500),
    "silent": FaultKind("says nothing at all"),
    "no-process-id": FaultKind("knows no process id, as many printers"),
    "constant-id": FaultKind("lies: echoes the same process id, whatever it was sent"),
    "early-echo": FaultKind("lies: echoes a process id when it comes, not when it is on paper"),
    "says-paper": FaultKind("lies: says that there is paper when there is none"),
    "noise": FaultKind("bytes without meaning between its answers"),
    "status-noise": FaultKind("status groups that nobody asked for, some of them untrue"),
}


class BadFault(SimulatorError):
    """A fault that cannot be had."""

    def __init__(self, text: str) -> None:
        super().__init__(
            "simulator.bad_fault",
            f"{text!r} is no fault of a printer",
            what_to_do=f"There are: {', '.join(FAULTS)}; some take a number: power-loss=100.",
            details={"fault": text},
        )


def parse_fault(text: str) -> tuple[str, int]:
    """ "power-loss=100" as its name and number. Raises BadFault."""
    name, equals, number = text.strip().partition("=")
    kind = FAULTS.get(name)
    if kind is None or bool(equals) > bool(kind.number):
        raise BadFault(text)
    if not equals:
        return name, kind.usual
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise BadFault(text)
    return name, int(number)
