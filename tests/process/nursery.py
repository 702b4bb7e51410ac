"""`python -m tests.process.nursery FD`: forks runs of the agent for the tests of this folder.

One request a message on the socket FD: the arguments as JSON, with descriptors for standard output
and standard error. The answer is two lines: the process's number, and in the end its exit code
(minus the signal where one ended it).
"""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
import traceback

from terminal_agent.cli import main

REQUEST_MAX = 65_536  # bounds one request
# What a run would import on its way.
_IMPORTS = (
    *(f"terminal_agent.cli.{name}" for name in ("parser", "refund", "recover", "verdicts")),
    *("terminal_agent.config", "terminal_agent.journal.store", "terminal_agent.installation"),
    *("drivers.links.serial", "drivers.links.tcp", "protocols.zvt", "protocols.zvt.session"),
    *("pydantic", "serial", "sqlite3", "importlib.metadata"),
)


def _run(arguments: list[str], pipes: list[int]) -> int:
    """The child: its output goes into the pipes; gives the exit code."""
    for pipe, number in zip(pipes, (1, 2), strict=True):
        os.dup2(pipe, number)
        os.close(pipe)
    try:
        return main(arguments)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def serve(line: socket.socket) -> None:
    """Fork for each request until the other side hangs up."""
    while True:
        request, pipes, _, _ = socket.recv_fds(line, REQUEST_MAX, 2)
        if not request:
            return
        child = os.fork()
        if child == 0:
            line.close()
            os._exit(_run(json.loads(request), pipes))
        for pipe in pipes:
            os.close(pipe)
        line.sendall(f"{child}\n".encode())
        _, status = os.waitpid(child, 0)
        line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    for module in _IMPORTS:
        importlib.import_module(module)
    serve(socket.socket(fileno=int(sys.argv[1])))
