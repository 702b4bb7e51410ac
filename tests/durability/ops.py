"""What a program asks of its disk, one operation at a time, and what it had promised by then."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# The files of a folder by their names below the root of the recording ("books/journal.db").
Image = dict[str, bytes]


class Act(Enum):
    """The kinds of operation. The first row changes a file's content, the second one names."""

    WRITE, TRUNCATE = "write", "truncate"
    CREATE, UNLINK, RENAME, MKDIR = "create", "unlink", "rename", "mkdir"
    SYNC, SYNC_FOLDER, SYNC_FAILED = "sync", "sync folder", "failed sync"
    OPEN, READ = "open", "read"


NAMES = frozenset({Act.CREATE, Act.UNLINK, Act.RENAME, Act.MKDIR})
CONTENT = frozenset({Act.WRITE, Act.TRUNCATE})
# What leaves no trace on the disk, and can only fail.
LOOKS = frozenset({Act.OPEN, Act.READ})


@dataclass(frozen=True, slots=True)
class Op:
    """One operation on a name below the root; `inode` tells files of the same name apart.

    `at` is a byte offset (WRITE) or a length in bytes (TRUNCATE); `to` is the new name (RENAME).
    """

    act: Act
    name: str
    inode: int = -1
    at: int = 0
    data: bytes = b""
    to: str = ""

    @property
    def folder(self) -> str:
        """The folder that holds the name; "" is the root."""
        return self.name.rpartition("/")[0]


@dataclass(slots=True)
class Log:
    """A recorded life: what was there before, every operation, and what was promised when.

    `promises` are (operations so far, records acknowledged by then); `sent` are (operations so
    far, case) of each money message.
    """

    base: Mapping[str, bytes]
    ops: list[Op] = field(default_factory=list)
    promises: list[tuple[int, int]] = field(default_factory=list)
    sent: list[tuple[int, str]] = field(default_factory=list)

    def promised(self, position: int) -> int:
        """How many records were acknowledged when so many operations had been issued."""
        return max((count for at, count in self.promises if at <= position), default=0)

    def on_the_way(self, position: int) -> int:
        """How many records the next acknowledgement behind this position is about."""
        return next((count for at, count in self.promises if at > position), 0)
