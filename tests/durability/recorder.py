"""Records what the real journal does to its folder: through SQLite, and through calls of its own.

SQLite is watched by a VFS; the files beside it by standing in the place of the system calls that
they use. Each operation can be made to fail, or be the last one before the process dies.
"""

from __future__ import annotations

import io
import itertools
import os
import pathlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from tests.durability.ops import LOOKS, Act, Image, Log, Op
from tests.durability.seam import PAGES, Connection
from tests.durability.vfs import RecordingVfs
from tests.setting import Killed

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, StrPath

# Told of each operation before it is carried out; `of_sqlite` says who asks. It may raise.
Before = Callable[[Op, bool], None]

_OPEN, _FSYNC, _UNLINK, _REPLACE, _MKDIR = os.open, os.fsync, os.unlink, os.replace, os.mkdir
_PATH_OPEN, _CONNECT = pathlib.Path.open, sqlite3.connect
_counter = itertools.count(1)


class Short(Exception):
    """Half of this write is carried out before the disk says `error`."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class Recorder:
    """One folder `root` under watch. `log` starts with what lies there."""

    def __init__(self, root: Path, *, wal_syncs_folder: bool = True) -> None:
        self.root = root
        self.log = Log(base=files_below(root))
        self.before: Before | None = None
        self.dead = False
        self.checkpoint_pages = PAGES
        self.wal_syncs_folder = wal_syncs_folder
        self.live: dict[str, int] = {name: -2 - i for i, name in enumerate(sorted(self.log.base))}
        self._inodes = itertools.count()
        self._vfs = RecordingVfs(self, f"recorded-{next(_counter)}")

    # -- what was promised --------------------------------------------------------------------

    def promise(self, records: int) -> None:
        """So many records are acknowledged from here on."""
        self.log.promises.append((len(self.log.ops), records))

    def sent(self, case_id: str) -> None:
        """A money message leaves here."""
        self.log.sent.append((len(self.log.ops), case_id))

    # -- what is done -------------------------------------------------------------------------

    def note(self, op: Op, do: Callable[[], object], *, of_sqlite: bool) -> None:
        """Carry an operation out and log it, unless the process is dead or something stops it."""
        if self.dead:
            return
        try:
            if self.before is not None:
                self.before(op, of_sqlite)
            do()
        except BaseException:
            if op.act is Act.SYNC and not self.dead:
                self.log.ops.append(replace(op, act=Act.SYNC_FAILED))
            raise
        if op.act not in LOOKS:
            self.log.ops.append(op)
            self._follow(op)

    def write(self, op: Op, do: Callable[[bytes], object], *, of_sqlite: bool) -> None:
        """Carry a write out: whole, not at all, or half where `Short` stops it."""
        try:
            self.note(op, lambda: do(op.data), of_sqlite=of_sqlite)
        except Short as short:
            half = replace(op, data=op.data[: len(op.data) // 2])
            with self.undisturbed():
                self.note(half, lambda: do(half.data), of_sqlite=of_sqlite)
            raise short.error from None

    def _follow(self, op: Op) -> None:
        match op.act:
            case Act.CREATE:
                self.live[op.name] = op.inode
            case Act.UNLINK:
                self.live.pop(op.name)
            case Act.RENAME:
                self.live[op.to] = self.live.pop(op.name)

    def die(self, error: type[BaseException] = Killed) -> None:
        """Nothing that follows reaches the folder."""
        self.dead = True
        raise error

    def revive(self) -> None:
        """A new process."""
        self.dead = False
        self.before = None

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """For what the tests themselves look at: it is not counted and never fails."""
        before, self.before = self.before, None
        try:
            yield
        finally:
            self.before = before

    def name_of(self, path: StrPath) -> str | None:
        """The name below the root; None for what is not ours."""
        where = os.fspath(path)
        root = str(self.root)
        if where == root:
            return ""
        if not where.startswith(root + os.sep):
            return None
        return where[len(root) + 1 :].replace(os.sep, "/")

    def create(self, name: str, do: Callable[[], object], *, of_sqlite: bool) -> None:
        """Make a file of that name."""
        op = Op(Act.CREATE, name, inode=next(self._inodes))
        self.note(op, do, of_sqlite=of_sqlite)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Stand in the place of the calls that the journal makes."""
        with ExitStack() as stack:
            for owner, name, ours in (
                (os, "open", self._open),
                (os, "fsync", self._fsync),
                (os, "unlink", self._unlink),
                (os, "replace", self._replace),
                (os, "mkdir", self._mkdir),
                (pathlib.Path, "open", self._path_open()),
                (sqlite3, "connect", self._connect),
            ):
                stack.enter_context(mock.patch.object(owner, name, ours))
            yield

    # -- in the place of the system -----------------------------------------------------------

    def _connect(self, database: object, timeout: float = 5.0, **more: object) -> object:
        if not isinstance(database, Path) or self.name_of(database) is None:
            return _CONNECT(database, timeout=timeout, **more)  # type: ignore[call-overload]
        return Connection(
            database,
            vfs=self._vfs.name,
            timeout_s=timeout,
            checkpoint_pages=self.checkpoint_pages,
        )

    def _open(
        self, path: StrPath, flags: int, mode: int = 0o777, *, dir_fd: int | None = None
    ) -> int:
        name = self.name_of(path)
        if name is None:
            return _OPEN(path, flags, mode, dir_fd=dir_fd)
        if self.dead:
            raise Killed
        handles: list[int] = []

        def do() -> None:
            handles.append(_OPEN(path, flags, mode))

        if flags & os.O_CREAT and not os.path.lexists(path):
            self.create(name, do, of_sqlite=False)
        else:
            self.note(Op(Act.OPEN, name), do, of_sqlite=False)
        return handles[0]

    def _fsync(self, handle: int) -> None:
        name = self._name_of_handle(handle)
        if name is None:
            _FSYNC(handle)
        elif name in self.live:
            op = Op(Act.SYNC, name, inode=self.live[name])
            self.note(op, lambda: None, of_sqlite=False)
        else:
            self.note(Op(Act.SYNC_FOLDER, name), lambda: None, of_sqlite=False)

    def _name_of_handle(self, handle: int) -> str | None:
        wanted = os.fstat(handle)
        for path in (self.root, *self.root.rglob("*")):
            if path.exists() and os.path.samestat(path.stat(), wanted):
                return self.name_of(path)
        return None

    def _unlink(self, path: StrPath, *, dir_fd: int | None = None) -> None:
        name = self.name_of(path)
        if name is None:
            _UNLINK(path, dir_fd=dir_fd)
        else:
            self.note(Op(Act.UNLINK, name), lambda: _UNLINK(path), of_sqlite=False)

    def _replace(self, old: StrPath, new: StrPath) -> None:
        name, to = self.name_of(old), self.name_of(new)
        if name is None or to is None:
            _REPLACE(old, new)
        else:
            op = Op(Act.RENAME, name, inode=self.live[name], to=to)
            self.note(op, lambda: _REPLACE(old, new), of_sqlite=False)

    def _mkdir(self, path: StrPath, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        name = self.name_of(path)
        if name is None:
            _MKDIR(path, mode, dir_fd=dir_fd)
        else:
            self.note(Op(Act.MKDIR, name), lambda: _MKDIR(path, mode), of_sqlite=False)

    def _path_open(self) -> Callable[..., object]:
        recorder = self

        def opened(path: Path, mode: str = "r", *args: object, **more: object) -> object:
            name = recorder.name_of(path)
            if name is None or mode != "r+b":
                return _PATH_OPEN(path, mode, *args, **more)  # type: ignore[call-overload]
            return io.BufferedRandom(_PlainFile(recorder, path, name))

        return opened


class _PlainFile(io.FileIO):
    """A file that the journal writes without SQLite."""

    def __init__(self, recorder: Recorder, path: Path, name: str) -> None:
        super().__init__(path, "r+b")
        self._recorder = recorder
        self._name_below = name
        self._inode = recorder.live[name]

    def write(self, data: ReadableBuffer, /) -> int:
        """One write call."""
        part = bytes(data)
        op = Op(Act.WRITE, self._name_below, inode=self._inode, at=self.tell(), data=part)
        self._recorder.write(op, lambda some: io.FileIO.write(self, some), of_sqlite=False)
        return len(part)


def files_below(root: Path) -> Image:
    """Every file below a folder, without SQLite's shared memory, which no start reads again."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }
