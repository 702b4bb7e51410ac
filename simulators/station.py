"""Puts one simulated terminal together: bank, memory, device, personality, cable, files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from simulators import habits
from simulators import personality as registry
from simulators.bank import Bank, bookings_from
from simulators.cable import Cable
from simulators.errors import BadScenario, BadState, SimulatorError
from simulators.files import replace_json
from simulators.memory import Memory, memory_from
from simulators.personality import Personality, PersonalitySettings, PersonalitySpec
from simulators.scenario import Scenario
from simulators.splitter import Splitter
from simulators.steps import Script
from simulators.tables import Table
from simulators.terminal import SimTerminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from simulators.habits import Habits
    from simulators.hostline import HostLine
    from simulators.settings import TerminalSettings

STATE_VERSION: Final = 1
ACQUIRER: Final = "acquirer"  # where a deep terminal's state file keeps what is behind it
TRANSPORTS: Final = ("serial", "tcp")
_ODD: Final = "odd"


@dataclass(frozen=True, slots=True)
class StationSettings:
    """What one simulated terminal is to be. `char_s`: seconds a character takes on the cable.

    `deep` puts an acquirer behind it, as the scenario may too; `acquirer_tcp` a port in between.

    `printer`: who prints the receipts, "terminal" or "ecr" (then as the till registered).
    """

    protocol: str
    profile: str = ""
    transport: str = "serial"
    printer: str = "ecr"
    scenario: Scenario = field(default_factory=Scenario)
    seed: int = 0
    char_s: float = 0.0
    t1_floor_s: float = 0.0
    ledger: Path | None = None
    state: Path | None = None
    deep: bool = False
    acquirer_tcp: bool = False


@dataclass(frozen=True, slots=True)
class Station:
    """One terminal with everything that belongs to it."""

    spec: PersonalitySpec
    profile: str
    bank: Bank
    terminal: SimTerminal
    personality: Personality
    cable: Cable


def build(settings: StationSettings, *, wall: Callable[[], datetime]) -> Station:
    """A station, continued from its state file where there is one.

    Raises SimulatorError for a name that is not there, BadScenario and BadState.
    """
    spec = registry.load(settings.protocol)
    profile = settings.profile or spec.default_profile
    _check_names(profile, settings.transport, spec)
    scenario = settings.scenario
    _check_words(scenario, spec)
    device = _device(settings, spec, profile)
    bank, memory, acquirer = _remembered(settings, spec, wall, deep=device.deep)
    host = None
    if device.deep:
        host = _deep(settings, spec, bank, device=device, wall=wall, stored=acquirer)
    terminal = SimTerminal(
        bank=bank,
        wall=wall,
        settings=device,
        memory=memory,
        script=Script(scenario.steps),
        host=host,
    )
    terminal.save = _saver(settings, spec, bank, terminal)
    terminal.host.saves_by(terminal.save)
    if memory is None:
        terminal.preload(scenario.sales)
    else:
        terminal.save()
    framer = spec.framers[settings.transport]
    cable = Cable(
        faults=scenario.faults,
        splitters=lambda: Splitter(framer(), spec.names),
        seed=settings.seed,
        char_s=settings.char_s,
    )
    personality = spec.build(
        terminal,
        PersonalitySettings(
            profile=profile,
            transport=settings.transport,
            t1_floor_s=settings.t1_floor_s,
            habits=_habits(scenario, spec, profile),
        ),
    )
    return Station(spec, profile, bank, terminal, personality, cable)


def _device(settings: StationSettings, spec: PersonalitySpec, profile: str) -> TerminalSettings:
    """The profile's device, as scenario and command line want it otherwise."""
    device = settings.scenario.settings(spec.terminal(profile))
    return replace(
        device,
        own_printer=device.own_printer or settings.printer == "terminal",
        deep=device.deep or settings.deep,
    )


def _habits(scenario: Scenario, spec: PersonalitySpec, profile: str) -> Habits:
    """The profile's habits, as the scenario wants them otherwise."""
    table = Table(f"{scenario.name}, habits of {spec.protocol}", scenario.habits)
    return habits.read(table, spec.habits(profile))


def _deep(
    settings: StationSettings,
    spec: PersonalitySpec,
    bank: Bank,
    *,
    device: TerminalSettings,
    wall: Callable[[], datetime],
    stored: object,
) -> HostLine:
    """The acquirer behind a deep terminal; only these need its package."""
    from simulators.acquirer.assembly import deep_host

    return deep_host(
        bank,
        device=device,
        settings=settings.scenario.host,
        wall=wall,
        known=spec.is_code,
        stored=stored,
        tcp=settings.acquirer_tcp,
    )


def _check_names(profile: str, transport: str, spec: PersonalitySpec) -> None:
    spec.check_profile(profile)
    if transport not in spec.framers:
        raise SimulatorError(
            "simulator.no_transport",
            f"{spec.protocol} does not run over {transport}",
            what_to_do=f"Choose one of: {', '.join(spec.framers)}.",
        )


def _check_words(scenario: Scenario, spec: PersonalitySpec) -> None:
    """Names and codes must be the protocol's: a misspelt one would just never happen."""
    for number, step in enumerate(scenario.steps, start=1):
        where = f"{scenario.name}, step {number}"
        if not spec.knows(step.on):
            raise BadScenario(f"{spec.protocol} has no message {step.on!r}", where=where)
        if step.do not in spec.plays:
            raise BadScenario(f"{spec.protocol} cannot play {step.do!r}", where=where)
        if step.do == _ODD and step.code not in spec.odd:
            known = ", ".join(spec.odd)
            raise BadScenario(
                f"{spec.protocol} has no odd way {step.code!r}; known: {known}", where=where
            )
        if step.code and step.do != _ODD and not spec.is_code(step.code):
            raise BadScenario(f"{spec.protocol} has no code {step.code!r}", where=where)
    for number, fault in enumerate(scenario.faults, start=1):
        for name in (*fault.after, fault.message):
            if name and not spec.knows(name):
                where = f"{scenario.name}, fault {number}"
                raise BadScenario(f"{spec.protocol} has no message {name!r}", where=where)


def _remembered(
    settings: StationSettings, spec: PersonalitySpec, wall: Callable[[], datetime], *, deep: bool
) -> tuple[Bank, Memory | None, object]:
    """The bank, the terminal's memory, and what a deep one's acquirer keeps. Raises BadState."""
    path = settings.state
    if path is None or not path.exists():
        return Bank(wall=wall), None, None
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadState(f"{path} cannot be read: {error}") from error
    if not isinstance(stored, dict) or stored.get("version") != STATE_VERSION:
        raise BadState(f"{path} is no state file of version {STATE_VERSION}")
    if stored.get("protocol") != spec.protocol:
        raise BadState(f"{path} belongs to a terminal that speaks {stored.get('protocol')}")
    bank = Bank(wall=wall, bookings=bookings_from(stored.get("bank")))
    acquirer: object = stored.get(ACQUIRER)
    if deep != (acquirer is not None):
        has = "has no" if deep else "has an"
        raise BadState(f"{path} belongs to a terminal that {has} acquirer behind it")
    return bank, memory_from(stored.get("memory")), acquirer


def _saver(
    settings: StationSettings, spec: PersonalitySpec, bank: Bank, terminal: SimTerminal
) -> Callable[[], None]:
    """Memory and books go into one file, so that they never contradict; the ledger is a copy."""
    state, ledger = settings.state, settings.ledger
    written = -1

    def save() -> None:
        nonlocal written
        if state is not None:
            content: dict[str, object] = {
                "version": STATE_VERSION,
                "protocol": spec.protocol,
                "memory": terminal.memory.to_json(),
                "bank": bank.ledger(),
            }
            acquirer = terminal.host.to_json()
            if acquirer is not None:
                content[ACQUIRER] = acquirer
            replace_json(state, content)
        if ledger is not None and written != len(bank.bookings):
            written = len(bank.bookings)
            replace_json(ledger, bank.ledger())

    return save
