"""Targets of the simulated terminals: a hostile till on the line, people at the device."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from protocols.kit.errors import ProtocolError
from simulators.bank import Bank
from simulators.personality import PersonalitySettings
from simulators.scenario import Sale
from simulators.terminal import SimTerminal
from tests.fuzz.sessions import seeds
from tests.fuzz.target import Script, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulators.personality import Personality, PersonalitySpec

_FRAMED: Final = 3
# Bounds what a terminal may say to one input: far more than all of it acknowledged.
OUT_MAX: Final = 1 << 20
_MOMENT: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def targets(spec: PersonalitySpec) -> Iterator[Target]:
    """One for each transport."""
    for transport in spec.framers:
        name = f"{spec.protocol}-terminal-{transport}"
        yield Target(name, _terminal(spec, transport), lambda: seeds(spec.protocol), max_len=600)


def build(spec: PersonalitySpec, profile: str, transport: str) -> tuple[SimTerminal, Personality]:
    """A device with two sales in its memory, and its end of the line."""
    terminal = SimTerminal(bank=Bank(wall=_wall), wall=_wall, settings=spec.terminal(profile))
    terminal.preload([Sale(1234), Sale(5000)])
    return terminal, spec.build(terminal, PersonalitySettings(profile, transport))


def _wall() -> datetime:
    return _MOMENT


def _terminal(spec: PersonalitySpec, transport: str) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        script = Script(data)
        profile = spec.profiles[script.byte() % len(spec.profiles)]
        terminal, line = build(spec, profile, transport)
        now, said = 0.0, len(line.line_up(0.0))
        script.byte()  # the same scripts as a session's; its choice of a request means nothing here
        while script:
            choice = script.byte()
            now += 0.01
            match choice & 7:
                case 5:
                    due = line.deadline
                    now = max(now, due) if due is not None else now + 1.0
                    said += len(line.tick(now))
                case 6 if choice & 0xF8:
                    _people(terminal, choice >> 3, now)
                    said += len(line.tick(now))
                case 7 if choice & 0xF8:
                    said += len(line.line_down(now)) + len(line.line_up(now))
                case kind:
                    piece = script.take(script.byte())
                    bare = piece if kind < _FRAMED else _framed(spec, transport, piece)
                    said += len(line.receive(bare, now))
        assert said <= OUT_MAX

    return run


def _framed(spec: PersonalitySpec, transport: str, data: bytes) -> bytes:
    try:
        return spec.framers[transport]().frame(data)
    except ProtocolError:
        return data


def _people(terminal: SimTerminal, what: int, now: float) -> None:
    match what % 6:
        case 0:
            terminal.card_present(now)
        case 1:
            terminal.card_remove()
        case 2:
            terminal.press("stop")
        case 3:
            terminal.power_off(now, for_s=2.0)
        case 4:
            terminal.power_on(now)
        case _:
            terminal.keypad("sale", 100)
