"""`python serve.py TILL PORT`, in the environment of a program of others: calls in, reports out.

TILL is a neighbour of this file whose class `Till` knows that program; PORT is where the terminal
is. A line in is `["method", {arguments}]`. A line out has `result`, or `error` ("Class: text"), and
in `log` the warnings that the program logged. What it prints goes to standard error.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys


class Kept(logging.Handler):
    """Keeps what the program logs as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.lines.append(record.getMessage())


def told(error: BaseException) -> str:
    """Class and text of an error, and those of its cause."""
    text = f"{type(error).__name__}: {error}"
    return f"{text} <- {told(error.__cause__)}" if error.__cause__ else text


def main(name: str, port: str) -> int:
    """Serve until the input ends."""
    out, sys.stdout = sys.stdout, sys.stderr
    kept = Kept()
    logging.getLogger().addHandler(kept)
    till = importlib.import_module(name).Till(port)
    for line in sys.stdin:
        method, arguments = json.loads(line)
        report: dict[str, object] = {}
        try:
            report["result"] = getattr(till, method)(**arguments)
        except Exception as error:  # whatever the program says is what the test wants to see
            report["error"] = told(error)
        report["log"], kept.lines = kept.lines, []
        print(json.dumps(report), file=out, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
