"""A process that writes a journal until it is killed or its disk is full; tests start it.

usage: python -m tests.journal.writer PATH [BYTES]   (BYTES: no file may grow beyond this)
It prints the number of the last record after each commit, flushed, and the error it ended with.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from terminal_agent.journal import JournalError
from tests.journal import shelf
from tests.refund import story as s


def main(path: Path, most: int | None) -> None:
    with shelf.opened(path) as journal:
        case_id = journal.next_case_id(s.AT.date())
        journal.append(shelf.sale(case_id))
        journal.append(replace(s.created(case_id, key=case_id), sale_id=case_id))
        if most is not None:
            limit(most)
        try:
            while True:
                journal.append(s.noted(case_id), s.noted(case_id))
                say(str(journal.tail()[0]))
        except JournalError as error:
            say(f"{type(error).__name__} {journal.tail()[0]}")


def limit(most: int) -> None:
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
