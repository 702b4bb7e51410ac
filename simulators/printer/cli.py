"""The command line of `printer-simulator`: starts one simulated receipt printer and serves it."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from protocols.kit.errors import RefundAgentError
from simulators.arguments import host_port, positive, positive_int, version
from simulators.printer.faults import FAULTS, parse_fault
from simulators.printer.people import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLUMNS: Final = (32, 42, 48)

_EPILOG: Final = f"""commands on standard input, one a line:
  {"; ".join(COMMANDS)}

The first line on standard output tells where to plug in:
  {{"listening": "127.0.0.1:9100", "columns": 32, "pid": 1, "version": 1}}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulator. 0 after SIGTERM, 2 for arguments that cannot be used."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    if options.list_faults:
        _list_faults()
        return 0
    if (options.tcp is None) == (not options.pty):
        parser.error("say where to listen: --pty or --tcp HOST:PORT")
    if options.pty_link is not None and not options.pty:
        parser.error("--pty-link belongs to --pty")
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="printer-simulator: %(message)s"
    )
    try:
        _serve(options)
    except RefundAgentError as error:
        parser.error(f"{error}. {error.what_to_do}")
    except OSError as error:
        parser.error(f"cannot start: {error}")
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
        prog="printer-simulator",
        description="A receipt printer in software (ESC/POS), with paper, a cable and faults.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    where = parser.add_argument_group("where the till plugs in")
    where.add_argument("--pty", action="store_true", help="on a new pseudo terminal (serial line)")
    where.add_argument("--pty-link", type=Path, metavar="PATH", help="a name for it that stays")
    where.add_argument("--tcp", type=host_port, metavar="HOST:PORT", help="port 0: any free one")
    what = parser.add_argument_group("what it plays")
    what.add_argument(
        "--columns", type=int, choices=_COLUMNS, default=32, help="letters in a line (32)"
    )
    what.add_argument(
        "--buffer", type=positive_int, default=4096, metavar="BYTES", help="what it holds (4096)"
    )
    what.add_argument("--chinese", action="store_true", help="starts in Chinese mode")
    what.add_argument("--no-cutter", action="store_true", help="has no knife")
    what.add_argument(
        *("--fault", "-f"),
        action="append",
        default=[],
        metavar="NAME[=N]",
        help="what is wrong from the start; may be given more than once",
    )
    what.add_argument("--seed", type=int, default=0, metavar="N", help="for the noise")
    what.add_argument("--time-scale", type=positive, default=1.0, metavar="X", help="hurry")
    kept = parser.add_argument_group("what it keeps")
    kept.add_argument(
        "--papers", type=Path, metavar="FOLDER", help="each paper as text and as a picture"
    )
    parser.add_argument("--list-faults", action="store_true", help="names and what they are")
    parser.add_argument("--version", action="version", version=f"%(prog)s {version()}")
    return parser


def _list_faults() -> None:
    for name, kind in FAULTS.items():
        shown = f"{name}[=N]" if kind.number else name
        sys.stdout.write(f"{shown:18} {kind.about}\n")


def _serve(options: argparse.Namespace) -> None:
    from simulators.clock import ScaledClock
    from simulators.endpoints import Endpoint, PtyEndpoint, TcpEndpoint
    from simulators.printer.device import FakePrinter
    from simulators.printer.serve import serve

    faults = [parse_fault(text) for text in options.fault]
    clock = ScaledClock(options.time_scale)
    printer = FakePrinter(
        options.columns,
        buffer=options.buffer,
        chinese=options.chinese,
        cutter=not options.no_cutter,
        seed=options.seed,
    )
    for name, number in faults:
        printer.fault(name, number, clock.monotonic())
    endpoint: Endpoint
    endpoint = PtyEndpoint(options.pty_link) if options.pty else TcpEndpoint(*options.tcp)
    serve(printer, endpoint, clock, serial=options.pty, folder=options.papers)
