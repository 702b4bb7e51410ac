"""The console script `refund-agent`: reads the command line, runs one command, gives an exit code.

Only what `--help` needs is imported here; each command imports its own parts.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from terminal_agent.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the result is the process's exit code."""
    from terminal_agent.cli.parser import build_parser

    arguments = build_parser().parse_args(argv)
    from terminal_agent.cli.context import Context
    from terminal_agent.cli.running import run

    try:
        return int(run(arguments.command_path, Context.of_process(arguments)))
    except BrokenPipeError:
        # Whoever read our output is gone; nothing else is wrong.
        sys.stderr.close()
        return int(ExitCode.APPROVED)


if __name__ == "__main__":
    sys.exit(main())
