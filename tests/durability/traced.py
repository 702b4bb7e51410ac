"""`python -m tests.durability.traced FOLDER`: a short life of a journal, to be watched by strace.

`calls` reads what strace wrote: the calls that change a disk, in the words of the recorder. So the
recorder, which watches apsw's SQLite, is held against the SQLite and the system that the shop has.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

from tests.durability.ops import Act, Op
from tests.journal import shelf
from tests.refund import story as s

# Act, name below the folder, offset or length, bytes written: what must be the same.
Call = tuple[str, str, int, int]

WATCHED: Final = "openat,mkdir,pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename"
JOURNAL: Final = "books/journal.db"
_CALL: Final = re.compile(r"(?P<name>\w+)\(.*\) += (?P<result>\d+)")
_NUMBERS: Final = re.compile(r", (\d+)(?:, (\d+))?\) +=")


def act(root: Path) -> None:
    """Two starts, one refund."""
    with shelf.opened(root / JOURNAL) as journal:
        journal.append(shelf.sale(), s.created(), s.authorised())
        journal.append(s.baselined(), s.armed())
    with shelf.opened(root / JOURNAL) as journal:
        journal.append(s.seen())
        journal.append(s.approved(), s.print_due())


def recorded_call(op: Op) -> Call:
    """An operation of the recorder's."""
    return op.act.value, op.name, op.at, len(op.data)


def calls(trace: str, root: Path) -> list[Call]:
    """What a trace with paths (`strace -y`) says was done below `root`."""
    there: set[str] = set()
    found: list[Call] = []
    path = re.compile(re.escape(str(root)) + r'/?([^">]*)')
    for line in trace.splitlines():
        where, call = path.search(line), _CALL.search(line)
        if where is None or call is None or where[1].endswith("-shm"):
            continue
        found += _calls(call["name"], where[1], line, int(call["result"]), there)
    return found


def _calls(name: str, file: str, line: str, result: int, there: set[str]) -> list[Call]:
    if name == "openat":
        makes = "O_CREAT" in line and file not in there
        there.add(file)
        return [(Act.CREATE.value, file, 0, 0)] if makes else []
    if name in {"fsync", "fdatasync"}:
        is_folder = file not in there or "." not in file
        return [((Act.SYNC_FOLDER if is_folder else Act.SYNC).value, file, 0, 0)]
    if name in {"unlink", "rename"}:
        there.discard(file)
    numbers = _NUMBERS.search(line)
    at = int(numbers[2] or numbers[1]) if numbers and name in {"pwrite64", "ftruncate"} else 0
    acts = {"pwrite64": Act.WRITE, "write": Act.WRITE, "ftruncate": Act.TRUNCATE}
    of = acts.get(name) or Act(name)
    return [(of.value, file, at, result if of is Act.WRITE else 0)]


if __name__ == "__main__":
    act(Path(sys.argv[1]))
