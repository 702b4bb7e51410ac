"""The acquirer's own index of what it approved: by key, by reference number, by batch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final

from simulators.acquirer.messages import Sums
from simulators.errors import BadState

if TYPE_CHECKING:
    from simulators.bank import BookingKind

STATE_VERSION: Final = 1
BATCHES: Final = 999_999
OVERTAKEN_KEPT: Final = 1_000  # reversals that found nothing; their originals are seconds away


@dataclass(slots=True)
class Entry:
    """One approved transaction. `standing` ends with a reversal, `voided` with a void of it.

    `card` is masked. `receipt` is the terminal's number, by which the bank's ledger knows it.
    """

    kind: BookingKind
    batch: str
    trace: str
    amount_minor: int
    currency: str
    card: str
    rrn: str
    receipt: str
    original_rrn: str = ""
    standing: bool = True
    voided: bool = False
    refunded_minor: int = 0


@dataclass(slots=True)
class Ledger:
    """Everything an acquirer has to remember; keys of messages are not in it, only their count."""

    batch_number: int = 1
    references: int = 0  # how many reference numbers were given
    keys: int = 0  # how many working keys were handed out
    entries: list[Entry] = field(default_factory=list)
    overtaken: list[str] = field(default_factory=list)  # keys whose reversal came first
    _by_key: dict[str, Entry] = field(default_factory=dict, repr=False)
    _by_rrn: dict[str, Entry] = field(default_factory=dict, repr=False)

    @property
    def batch(self) -> str:
        """The open batch."""
        return f"{self.batch_number:06d}"

    def close_batch(self) -> None:
        """What stands in the open batch cannot be voided any more."""
        self.batch_number = self.batch_number % BATCHES + 1

    def add(self, entry: Entry) -> None:
        """One more approved transaction."""
        self.entries.append(entry)
        self._index(entry)

    def _index(self, entry: Entry) -> None:
        self._by_key[entry.batch + entry.trace] = entry
        self._by_rrn[entry.rrn] = entry

    def by_key(self, key: str) -> Entry | None:
        """By batch and trace."""
        return self._by_key.get(key)

    def by_reference(self, rrn: str) -> Entry | None:
        """By the number that the acquirer gave it."""
        return self._by_rrn.get(rrn)

    def remember_overtaken(self, key: str) -> None:
        """Its reversal was here; the original must not be booked behind it."""
        if key not in self.overtaken:
            self.overtaken.append(key)
            del self.overtaken[:-OVERTAKEN_KEPT]

    def sums(self, batch: str) -> Sums:
        """What stands of a batch."""
        booked = [entry for entry in self.entries if entry.standing and entry.batch == batch]
        came = [entry.amount_minor for entry in booked if entry.kind == "sale"]
        gone = [entry.amount_minor for entry in booked if entry.kind != "sale"]
        return Sums(sum(came), len(came), sum(gone), len(gone))

    def to_json(self) -> dict[str, object]:
        """For the state file."""
        return {
            "version": STATE_VERSION,
            "batch_number": self.batch_number,
            "references": self.references,
            "keys": self.keys,
            "entries": [asdict(entry) for entry in self.entries],
            "overtaken": self.overtaken,
        }


def ledger_from(stored: object) -> Ledger:
    """The reverse of `to_json`. Raises BadState."""
    if not isinstance(stored, dict) or stored.get("version") != STATE_VERSION:
        raise BadState("the acquirer's books are not of version 1")
    try:
        ledger = Ledger(
            batch_number=stored["batch_number"],
            references=stored["references"],
            keys=stored["keys"],
            overtaken=list(stored["overtaken"]),
        )
        for row in stored["entries"]:
            ledger.add(Entry(**row))
    except (AttributeError, KeyError, TypeError) as error:
        raise BadState(f"the acquirer's books have a wrong field: {error}") from None
    return ledger
