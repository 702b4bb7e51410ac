"""The console script `refund-agent`: reads the command line, runs one command, gives an exit code.

Only what `--help` needs is imported here; each command imports its own parts.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the result is the process's exit code."""
    from terminal_agent.cli.parser import build_parser

    arguments = build_parser().parse_args(argv)
    from terminal_agent.cli.context import Context
    from terminal_agent.cli.running import run

    code = run(arguments.command_path, Context.of_process(arguments))
    for stream in (sys.stdout, sys.stderr):
        _flush(stream)
    return int(code)


def _flush(stream: TextIO) -> None:
    """Where the reader is gone, let the rest go nowhere: it must not change the exit code."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
