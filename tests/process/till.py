"""A till of the tests: a folder with configuration, sale book and journal, and how to run it.

Also the bank's books as the simulator wrote them, read without any of the simulator's own code.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from terminal_agent.journal.replay import open_reader
from tests.process.agents import LIMIT_S, Ended, Running, cold

if TYPE_CHECKING:
    from terminal_agent.refund.nouns import RefundCase

TERMINAL: Final = "counter"
PEOPLE: Final = ("--reason", "complaint", "--cashier", "Anna", "--approver", "Bob", "--yes")


@dataclass
class Till:
    """`link` as in the configuration; `scale` as given to the simulator."""

    folder: Path
    link: str
    scale: float
    protocol: str = "zvt"
    keys: Mapping[str, object] = field(default_factory=dict)
    anchors: str = ""
    start: Callable[..., Running] = cold

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.configure()

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "config.toml"

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.folder / "books" / "journal.db"

    def configure(self) -> None:
        """Write the configuration."""
        keys: dict[str, object] = {
            "protocol": self.protocol,
            "link": self.link,
            "exclusive": True,
            "capabilities_confirmed": ["L", "N"],
            **self.keys,
        }
        lines = [
            "language = 'en'",
            f"[terminal.{TERMINAL}]",
            *(f"{name} = {json.dumps(value)}" for name, value in keys.items()),
            "[journal]",
            f"path = {json.dumps(str(self.journal))}",
            f"anchors = {json.dumps(self.anchors)}",
            "[time]",
            f"scale = {self.scale}",
        ]
        self.config.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def arguments(self, *arguments: str) -> tuple[str, ...]:
        """A whole command line."""
        return ("--config", str(self.config), *arguments)

    def begin(self, *arguments: str) -> Running:
        """Start the agent."""
        return self.start(*self.arguments(*arguments))

    def run(self, *arguments: str, limit_s: float = LIMIT_S) -> Ended:
        """Run the agent to its end."""
        return self.begin(*arguments).end(limit_s)

    def import_sales(self, amounts: Iterable[int]) -> Ended:
        """A sale book: sale S1 has receipt number 0001, and so on; amounts in cents."""
        sold = datetime.now(UTC) - timedelta(minutes=10)
        rows = ["sale_id,amount,sold_at,receipt_number,trace_number"]
        rows += [
            f"S{number},{amount // 100}.{amount % 100:02},{sold:%Y-%m-%dT%H:%M:%S+00:00},"
            f"{number:04},{number:06}"
            for number, amount in enumerate(amounts, start=1)
        ]
        book = self.folder / "sales.csv"
        book.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return self.run("sale", "import", str(book), "--json")

    def refund(self, sale: str, *options: str) -> tuple[str, ...]:
        """The words of a refund by options."""
        return ("refund", "--sale", sale, *PEOPLE, "--json", *options)

    def records(self) -> list[tuple[int, str, str]]:
        """Number, kind and hash of every record; each is checked as it is read."""
        if not self.journal.exists():
            return []
        with open_reader(self.journal) as journal:
            return [(row.seq, row.kind, row.hash.hex()) for row in journal.records()]

    def case_of(self, key: str) -> RefundCase | None:
        """What the journal knows under this key."""
        if not self.journal.exists():
            return None
        with open_reader(self.journal) as journal:
            return journal.case_by_key(key)

    def cases(self) -> list[RefundCase]:
        """All cases, newest first."""
        with open_reader(self.journal) as journal:
            return journal.cases()


@dataclass(frozen=True, slots=True)
class Row:
    """One booking of the ledger file."""

    kind: str
    amount_minor: int
    receipt_number: str
    original: str | None


def ledger(path: Path) -> list[Row]:
    """The ledger file, as contracts describe it."""
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["version"] == 1
    return rows_of(content["bookings"])


def rows_of(bookings: Iterable[Mapping[str, object]]) -> list[Row]:
    """Bookings as they stand in JSON."""
    return [
        Row(
            kind=str(row["kind"]),
            amount_minor=int(str(row["amount_minor"])),
            receipt_number=str(row["receipt_number"]),
            original=None
            if row["original_receipt_number"] is None
            else str(row["original_receipt_number"]),
        )
        for row in bookings
    ]


def standing(rows: Iterable[Row]) -> list[Row]:
    """Refunds and voids that no reversal has undone: money that customers really got."""
    left: list[Row] = []
    for row in rows:
        if row.kind == "auto_reversal":
            newest = max(i for i, old in enumerate(left) if old.receipt_number == row.original)
            del left[newest]
        elif row.kind in {"refund", "void"}:
            left.append(row)
    return left
