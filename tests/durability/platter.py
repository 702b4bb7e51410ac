"""A disk that keeps what was synced, and of the rest whatever a power cut happens to leave.

The rules are the worst that POSIX allows and SQLite is built for:
* content of a file is durable when that file was synced, names in a folder when the folder was;
* everything else may be there or not, in any combination, and a write may be there in parts;
* a write harms no byte outside of it, and a rename happens or does not;
* what a failed sync should have kept is never kept by a later one, unless it is written again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from tests.durability.ops import CONTENT, NAMES, Act, Image, Op


@dataclass(frozen=True, slots=True)
class State:
    """The disk at one moment: what is durable, and what is on its way, in order."""

    names: Mapping[str, int]
    folders: frozenset[str]
    contents: Mapping[int, bytes]
    pending: tuple[Op, ...]

    def image(self, arrived: Iterable[Op]) -> Image:
        """What is found after the cut, when these operations had arrived and no other."""
        names, folders = dict(self.names), set(self.folders)
        contents: dict[int, bytearray] = {}
        for op in arrived:
            if op.act in CONTENT:
                if op.inode not in contents:
                    contents[op.inode] = bytearray(self.contents.get(op.inode, b""))
                _change(contents[op.inode], op)
            else:
                _rename(names, folders, op)
        return {
            name: bytes(contents[inode]) if inode in contents else self.contents.get(inode, b"")
            for name, inode in names.items()
            if _reachable(name, folders)
        }


class Platter:
    """Follows a log.

    `own_name_too`: syncing a file makes its own name durable as well, with the folders that lead
    to it, and nothing else in the folder: what some file systems do beyond POSIX.
    """

    def __init__(self, base: Mapping[str, bytes], *, own_name_too: bool = False) -> None:
        self._own_name_too = own_name_too
        # As the recorder numbers what it finds.
        found = {name: -2 - i for i, name in enumerate(sorted(base))}
        self._names: dict[str, int] = dict(found)
        self._folders = {"", *(folder for name in base for folder in _folders_of(name))}
        self._contents = {found[name]: data for name, data in base.items()}
        self._pending: list[Op] = []
        self._given_up: set[int] = set()  # ids of pending operations that no sync keeps any more

    def take(self, op: Op) -> None:
        """The next operation."""
        match op.act:
            case Act.SYNC:
                self._sync(op)
            case Act.SYNC_FAILED:
                self._given_up |= {id(old) for old in self._of_content(op.inode)}
            case Act.SYNC_FOLDER:
                self._settle([old for old in self._pending if _names_in(old, op.name)])
            case _:
                self._pending.append(op)

    def _sync(self, sync: Op) -> None:
        inode = sync.inode
        mine = [op for op in self._of_content(inode) if id(op) not in self._given_up]
        if mine:
            data = bytearray(self._contents.get(inode, b""))
            for op in mine:
                _change(data, op)
                self._write_over(op)
            self._contents[inode] = bytes(data)
            self._forget(mine)
        if self._own_name_too:
            above = _folders_of(sync.name)
            names = [op for op in self._pending if op.act in NAMES]
            self._settle([op for op in names if _makes(op, inode) or op.name in above])

    def _of_content(self, inode: int) -> list[Op]:
        return [op for op in self._pending if op.inode == inode and op.act in CONTENT]

    def _write_over(self, new: Op) -> None:
        """What was given up is no longer in doubt where a later write was kept."""
        pending: list[Op] = []
        for old in self._pending:
            if id(old) not in self._given_up or old.inode != new.inode:
                pending.append(old)
                continue
            parts = list(_outside(old, new))
            self._given_up |= {id(part) for part in parts}
            pending += parts
        self._pending = pending

    def _settle(self, ops: list[Op]) -> None:
        for op in ops:
            _rename(self._names, self._folders, op)
        self._forget(ops)

    def _forget(self, ops: list[Op]) -> None:
        gone = {id(op) for op in ops}
        self._pending = [op for op in self._pending if id(op) not in gone]

    def state(self) -> State:
        """The disk as it is now."""
        return State(
            dict(self._names), frozenset(self._folders), dict(self._contents), tuple(self._pending)
        )


def _outside(old: Op, new: Op) -> Iterator[Op]:
    """The parts of an old write that a new operation on the same file leaves alone."""
    if old.act is Act.TRUNCATE:
        yield old
        return
    low = new.at - old.at
    high = len(old.data) if new.act is Act.TRUNCATE else low + len(new.data)
    if low > 0:
        yield replace(old, data=old.data[:low])
    if high < len(old.data):
        high = max(high, 0)
        yield replace(old, at=old.at + high, data=old.data[high:])


def _makes(op: Op, inode: int) -> bool:
    return op.act is Act.CREATE and op.inode == inode


def _names_in(op: Op, folder: str) -> bool:
    return op.act in NAMES and op.folder == folder


def _folders_of(name: str) -> list[str]:
    parts = name.split("/")[:-1]
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _reachable(name: str, folders: set[str]) -> bool:
    return folders.issuperset(_folders_of(name))


def _change(data: bytearray, op: Op) -> None:
    if len(data) < op.at:
        data.extend(bytes(op.at - len(data)))
    if op.act is Act.TRUNCATE:
        del data[op.at :]
        return
    data[op.at : op.at + len(op.data)] = op.data


def _rename(names: dict[str, int], folders: set[str], op: Op) -> None:
    match op.act:
        case Act.CREATE:
            names[op.name] = op.inode
        case Act.UNLINK:
            names.pop(op.name, None)
        case Act.RENAME:
            names.pop(op.name, None)
            names[op.to] = op.inode
        case Act.MKDIR:
            folders.add(op.name)
