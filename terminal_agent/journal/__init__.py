"""The memory: an append-only, hash-chained SQLite file with one writer and any number of readers.

Facts go in, cases come out. It refuses to forget, to change, and to remember what would pay twice.
"""

from terminal_agent.journal.errors import (
    JournalCorrupt,
    JournalError,
    JournalFull,
    JournalLocked,
    JournalMissing,
    JournalReadOnly,
    JournalRefusal,
)
from terminal_agent.journal.replay import Reader, SaleState, open_reader
from terminal_agent.journal.store import Journal

__all__ = [
    "Journal",
    "JournalCorrupt",
    "JournalError",
    "JournalFull",
    "JournalLocked",
    "JournalMissing",
    "JournalReadOnly",
    "JournalRefusal",
    "Reader",
    "SaleState",
    "open_reader",
]
