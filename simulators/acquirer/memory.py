"""What the terminal's end of the acquirer line keeps without power: numbers, and what it may owe.

Neither card numbers nor keys are in it: the card is the simulated one, and a terminal that starts
signs on anew.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Final

from simulators.acquirer.messages import TRACE_DIGITS, Money
from simulators.errors import BadState

STATE_VERSION: Final = 1
DONE_KEPT: Final = 3_000  # approved transactions that a void or refund may name
INCIDENTS_KEPT: Final = 100


@dataclass(frozen=True, slots=True)
class Pending:
    """A reversal that may be owed. `reason` is "" while the original is on its way.

    `day` is the date on which it began (YYYY-MM-DD).
    """

    money: Money
    day: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """An approved transaction; `date` (MMDD) as the acquirer gave it."""

    money: Money
    date: str

    @property
    def original(self) -> str:
        """F61 of whatever refers to it."""
        return self.money.batch + self.money.trace + self.date


@dataclass(slots=True)
class LineMemory:
    """Durable; `done` by the acquirer's reference number."""

    trace: int = 0
    batch: str = "000001"
    pending: Pending | None = None
    done: dict[str, Done] = field(default_factory=dict)
    incidents: list[str] = field(default_factory=list)

    def next_trace(self) -> str:
        """One that was not used before in this batch."""
        self.trace = self.trace % (10**TRACE_DIGITS - 1) + 1
        return f"{self.trace:0{TRACE_DIGITS}d}"

    def keep(self, rrn: str, done: Done) -> None:
        """Remember it; the oldest is forgotten when there are too many."""
        self.done[rrn] = done
        if len(self.done) > DONE_KEPT:
            del self.done[next(iter(self.done))]

    def note(self, what: str) -> None:
        """Something that a person should hear of."""
        self.incidents.append(what)
        del self.incidents[:-INCIDENTS_KEPT]

    def copy(self) -> LineMemory:
        """As it is now."""
        return replace(self, done=dict(self.done), incidents=list(self.incidents))

    def to_json(self) -> dict[str, object]:
        """For the state file."""
        return {"version": STATE_VERSION, **asdict(self)}


def line_memory_from(stored: object) -> LineMemory:
    """The reverse of `to_json`. Raises BadState."""
    if not isinstance(stored, dict) or stored.get("version") != STATE_VERSION:
        raise BadState("the memory of the acquirer line is not of version 1")
    try:
        waiting = stored["pending"]
        return LineMemory(
            trace=stored["trace"],
            batch=stored["batch"],
            pending=None if waiting is None else Pending(**{**waiting, "money": _money(waiting)}),
            done={
                rrn: Done(money=_money(row), date=row["date"])
                for rrn, row in stored["done"].items()
            },
            incidents=list(stored["incidents"]),
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise BadState(f"the memory of the acquirer line has a wrong field: {error}") from None


def _money(row: dict[str, dict[str, str]]) -> Money:
    values: dict[str, object] = dict(row["money"])
    return Money(**values)  # type: ignore[arg-type]
