"""SQLite's own way to the files, with the recorder in between."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import apsw

from tests.durability.ops import Act, Op

if TYPE_CHECKING:
    from tests.durability.recorder import Recorder

# SQLite syncs the folder at the first sync of a file of these kinds that it may have made
# (os_unix.c: UNIXFILE_DIRSYNC), so that its name is durable too.
_SYNCS_FOLDER: Final = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL


class RecordingVfs(apsw.VFS):
    """SQLite's own way to the files, with the recorder in between."""

    def __init__(self, recorder: Recorder, name: str) -> None:
        super().__init__(name, "")
        self.name = name
        self._recorder = recorder

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        """Open a file, and make it where that is asked for."""
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        ours = self._recorder.name_of(path) if path is not None else None
        if ours is None:
            return apsw.VFSFile("", name, flags)
        if self._recorder.dead:
            raise apsw.CantOpenError
        opened: list[_File] = []

        def do() -> None:
            opened.append(_File(self._recorder, name, flags, ours))

        makes = flags[0] & apsw.SQLITE_OPEN_CREATE and not os.path.lexists(str(path))
        if makes:
            self._recorder.create(ours, do, of_sqlite=True)
        else:
            self._recorder.note(Op(Act.OPEN, ours), do, of_sqlite=True)
        opened[0].inode = self._recorder.live[ours]
        return opened[0]

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        """Remove a name; SQLite says whether that must be durable."""
        recorder = self._recorder
        name = recorder.name_of(filename)
        if name is None or not os.path.lexists(filename):
            apsw.VFS.xDelete(self, filename, syncdir)
            return
        op = Op(Act.UNLINK, name)
        recorder.note(op, lambda: apsw.VFS.xDelete(self, filename, False), of_sqlite=True)
        if syncdir:
            recorder.note(Op(Act.SYNC_FOLDER, op.folder), lambda: None, of_sqlite=True)

    def excepthook(self, *_: object) -> bool:
        """What SQLite could not be told, it was not told."""
        return True


class _File(apsw.VFSFile):
    """A file of SQLite's."""

    def __init__(
        self,
        recorder: Recorder,
        name: str | apsw.URIFilename | None,
        flags: list[int],
        below: str,
    ) -> None:
        asked = flags[0]
        super().__init__("", name, flags)
        self._recorder = recorder
        self._below = below
        self._folder_due = bool(
            recorder.wal_syncs_folder and asked & apsw.SQLITE_OPEN_CREATE and asked & _SYNCS_FOLDER
        )
        self.inode = -1

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        """Read; it is not logged, yet it can fail."""
        if self._recorder.before is not None:
            op = Op(Act.READ, self._below, inode=self.inode, at=offset)
            self._recorder.note(op, lambda: None, of_sqlite=True)
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        """One write."""
        part = bytes(data)
        op = Op(Act.WRITE, self._below, inode=self.inode, at=offset, data=part)
        self._recorder.write(
            op, lambda some: apsw.VFSFile.xWrite(self, some, offset), of_sqlite=True
        )

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        """Cut the file, or nothing where it is so long already."""
        op = Op(Act.TRUNCATE, self._below, inode=self.inode, at=newsize)
        self._recorder.note(op, lambda: apsw.VFSFile.xTruncate(self, newsize), of_sqlite=True)

    def xSync(self, _flags: int) -> None:  # noqa: N802
        """Make what was written durable; of a new file, its name too."""
        recorder, op = self._recorder, Op(Act.SYNC, self._below, inode=self.inode)
        recorder.note(op, lambda: None, of_sqlite=True)
        if self._folder_due and not recorder.dead:
            self._folder_due = False
            recorder.note(Op(Act.SYNC_FOLDER, op.folder), lambda: None, of_sqlite=True)

    def excepthook(self, *_: object) -> bool:
        """What SQLite could not be told, it was not told."""
        return True
