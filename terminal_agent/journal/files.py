"""The files beside the journal: private modes, folder sync, the space kept back, the marker.

The one call that exists on POSIX only (syncing a folder) stands here and nowhere else.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# Only the shop's own user may read what was refunded to whom.
PRIVATE = 0o600

# Room for the commits between ARMED and the outcome (three, each some 4 KiB pages), with plenty
# to spare for the pages of the computed tables and for a checkpoint.
RESERVE_BYTES = 512 * 1024

_FOLDERS_CAN_SYNC = os.name == "posix"


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable; Windows does this by itself and cannot be asked to."""
    if not _FOLDERS_CAN_SYNC:
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make durable what others, who may be dead, have written to a file; OSError.

    A file that is not there, or empty, has nothing that could be lost.
    """
    with suppress(FileNotFoundError):
        handle = os.open(path, os.O_RDWR)
        try:
            if os.fstat(handle).st_size:
                os.fsync(handle)
        finally:
            os.close(handle)


def sync_folders_above(folder: Path) -> None:
    """Make the names of a folder, and of all that it lies in, durable. OSError."""
    for one in (folder.resolve(), *folder.resolve().parents):
        with suppress(PermissionError):  # who may not look into it did not make a name in it
            sync_folder(one)


def create_private(path: Path) -> bool:
    """Make an empty file that only its owner may open; True when it was not there. OSError."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE)
    except FileExistsError:
        if path.stat().st_mode & 0o777 != PRIVATE:
            path.chmod(PRIVATE)
        return False
    os.close(handle)
    sync_folder(path.parent)
    return True


def write_whole(path: Path, data: bytes) -> None:
    """Replace a small private file so that a crash leaves the old one or the new one. OSError."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    create_private(fresh)
    with fresh.open("r+b") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


class Reserve:
    """Disk space kept back, so that an outcome can still be remembered when the disk is full."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def fill(self) -> None:
        """See that the space is there. Raises OSError when the disk will not give it."""
        if self._path.exists() and self._path.stat().st_size == RESERVE_BYTES:
            return
        try:
            create_private(self._path)
            with self._path.open("r+b") as file:
                # Not zeros: some file systems keep no room for those.
                file.write(b"\xa5" * RESERVE_BYTES)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            self.spend()
            raise

    def spend(self) -> bool:
        """Give the space back to the disk; True when there was some."""
        with suppress(OSError):
            self._path.unlink()
            return True
        return False


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the journal was known to reach, kept outside of it."""

    journal_id: str
    seq: int
    hash: str


class Marker:
    """Says that a journal is expected here, and how far it reached: a lost one is noticed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Mark | None:
        """What was known; None when no journal was ever here. Raises ValueError when damaged."""
        try:
            raw = json.loads(self._path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return None
        if not isinstance(raw, dict):
            raise ValueError("the marker is no object")
        match raw:
            case {"journal_id": str(journal_id), "seq": int(seq), "hash": str(digest)}:
                return Mark(journal_id, seq, digest)
        raise ValueError("the marker lacks a part")

    def write(self, mark: Mark) -> None:
        """Replace what is known. Raises OSError."""
        text = json.dumps({"journal_id": mark.journal_id, "seq": mark.seq, "hash": mark.hash})
        write_whole(self._path, text.encode("ascii"))
