"""The command line of `terminal-simulator`: starts one simulated terminal and serves it."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from protocols.kit.errors import RefundAgentError
from simulators import habits
from simulators import personality as registry
from simulators import scenario as scenarios
from simulators.arguments import host_port, positive, positive_int, version
from simulators.commands import HELP
from simulators.errors import SimulatorError
from simulators.personality import Hosted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulators.hostport import HostPort
    from simulators.personality import PersonalitySpec
    from simulators.station import Station

_LOG = logging.getLogger(__name__)
EXIT_USAGE: Final = 2
# A gap shorter than this in real time is the computer's, not the line's.
T1_FLOOR_REAL_S: Final = 0.1
_SHOW_VERSION: Final = "--version"

_EPILOG: Final = f"""commands on standard input, one a line:
  {HELP}

What a terminal does in its own way stands in a scenario file, under [habits]:
  terminal-simulator PROTOCOL --list-habits

The first line on standard output tells where to plug in:
  {{"listening": "/dev/pts/3", "protocol": "zvt", "profile": "generic", "pid": 1, "seed": 0, "version": 1}}
"""  # noqa: E501 - shown as it is


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulator. 0 after SIGTERM, 2 for arguments that cannot be used."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list_scenarios:
        _list_scenarios()
        return 0
    if options.list_habits:
        return _list_habits(parser, options)
    if options.protocol is None:
        parser.error(f"name a protocol: {', '.join(registry.names())}")
    if (options.tcp is None) == (not options.pty):
        parser.error("say where to listen: --pty or --tcp HOST:PORT")
    if options.tcp is not None and (options.baud or options.pty_link):
        parser.error("--baud and --pty-link belong to --pty")
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="terminal-simulator: %(message)s"
    )
    try:
        _serve(options)
    except RefundAgentError as error:
        parser.error(f"{error}. {error.what_to_do}")
    except OSError as error:
        parser.error(f"cannot start: {error}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="terminal-simulator",
        description="A payment terminal in software, with a bank, a cable and faults.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("protocol", nargs="?", metavar="PROTOCOL", help=_known_protocols())
    where = parser.add_argument_group("where the till plugs in")
    where.add_argument("--pty", action="store_true", help="on a new pseudo terminal (serial line)")
    where.add_argument("--pty-link", type=Path, metavar="PATH", help="a name for it that stays")
    where.add_argument("--tcp", type=host_port, metavar="HOST:PORT", help="port 0: any free one")
    where.add_argument("--baud", type=positive_int, metavar="N", help="pace bytes at this rate")
    what = parser.add_argument_group("what it plays")
    what.add_argument("--profile", default="", metavar="P", help="kind of terminal")
    what.add_argument("--scenario", default="approved", metavar="NAME|FILE", help="what happens")
    what.add_argument("--seed", type=int, default=0, metavar="N", help="for noise on the cable")
    what.add_argument("--time-scale", type=positive, default=1.0, metavar="X", help="hurry")
    what.add_argument("--deep", action="store_true", help="with an acquirer behind it (ISO 8583)")
    what.add_argument("--printer", choices=("ecr", "terminal"), default="ecr")
    what.add_argument(
        "--host",
        type=host_port,
        metavar="HOST:PORT",
        help="where its host listens, if it reaches it through the till (aip, profile relay)",
    )
    kept = parser.add_argument_group("what it keeps")
    kept.add_argument("--ledger", type=Path, metavar="FILE", help="the bank's bookings, as JSON")
    kept.add_argument("--state", type=Path, metavar="FILE", help="memory that survives a restart")
    parser.add_argument("--list-scenarios", action="store_true", help="names and what they show")
    parser.add_argument(
        "--list-habits",
        action="store_true",
        help="what terminals of PROTOCOL (without one: of each) differ in, and their odd answers",
    )
    parser.add_argument(_SHOW_VERSION, action="version", version=f"%(prog)s {version()}")
    return parser


def _known_protocols() -> str:
    return f"one of: {', '.join(registry.names())}"


def _list_scenarios() -> None:
    for name in scenarios.names():
        sys.stdout.write(f"{name:28} {scenarios.load(name).about}\n")


def _list_habits(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    """What a scenario may say under [habits], and behind `do = "odd"`."""
    try:
        specs = [registry.load(name) for name in _wanted(options.protocol)]
        for spec in specs:
            sys.stdout.write(_told_habits(spec, options.profile or spec.default_profile))
    except RefundAgentError as error:
        parser.error(f"{error}. {error.what_to_do}")
    return 0


def _wanted(protocol: str | None) -> tuple[str, ...]:
    return registry.names() if protocol is None else (protocol,)


def _told_habits(spec: PersonalitySpec, profile: str) -> str:
    spec.check_profile(profile)
    rows = habits.told(spec.habits(profile))
    lines = [f"{spec.protocol}, profile {profile}"]
    lines += ["  [habits]" if rows else "  no [habits]"]
    for name, usual, possible, about in rows:
        lines += [f"    {f'{name} = {usual}':26} {about}", f"    {'':26} ({possible})"]
    lines += ['  do = "odd", code =' if spec.odd else '  no step "odd"']
    lines += [f"    {word:26} {about}" for word, about in spec.odd.items()]
    return "\n".join(lines) + "\n"


def _serve(options: argparse.Namespace) -> None:
    from simulators.clock import ScaledClock
    from simulators.endpoints import Endpoint, PtyEndpoint, TcpEndpoint
    from simulators.serve import serve
    from simulators.station import StationSettings, build

    scale: float = options.time_scale
    settings = StationSettings(
        protocol=options.protocol,
        profile=options.profile,
        transport="serial" if options.pty else "tcp",
        printer=options.printer,
        scenario=scenarios.load(options.scenario),
        seed=options.seed,
        char_s=_char_s(registry.load(options.protocol), options.baud) * scale,
        t1_floor_s=T1_FLOOR_REAL_S * scale,
        ledger=options.ledger,
        state=options.state,
        deep=options.deep,
        acquirer_tcp=True,
    )
    clock = ScaledClock(scale)
    station = build(settings, wall=clock.wall)
    host_port = _listening(station, options.host)
    endpoint: Endpoint
    endpoint = PtyEndpoint(options.pty_link) if options.pty else TcpEndpoint(*options.tcp)
    serve(station, endpoint, clock, seed=options.seed, serial=options.pty, host_port=host_port)


def _listening(station: Station, wanted: tuple[str, int] | None) -> HostPort | None:
    """The port of the terminal's host, which is told of it. Raises SimulatorError and OSError."""
    from simulators.host import KeptHost
    from simulators.hostport import HostPort

    host = station.personality.host if isinstance(station.personality, Hosted) else None
    if wanted is None:
        if host is not None:
            _LOG.info("its host is at %s:%d, where --host starts one", *host.address)
        return None
    if host is None:
        raise SimulatorError(
            "simulator.no_host",
            f"{station.spec.protocol}, profile {station.profile}, reaches its host by itself",
            what_to_do="Leave --host away, or choose a profile that reaches it through the till.",
        )
    port = HostPort(*wanted, KeptHost(host, station.terminal.save))
    host.address = (port.host, port.port)
    return port


def _char_s(spec: PersonalitySpec, baud: int | None) -> float:
    """Seconds of one character: a start bit, the data bits, parity and the stop bits."""
    if baud is None:
        return 0.0
    serial = spec.serial
    bits = 1 + serial.bits + (serial.parity != "N") + serial.stop_bits
    return bits / baud
