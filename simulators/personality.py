"""What a personality must offer, and how one is found; nothing is listed by hand.

A personality is one protocol's way of speaking for a SimTerminal. It does no I/O: bytes and times
come in, bytes come out.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import simulators.personalities
from protocols.kit.contract import SerialDefaults
from simulators.errors import SimulatorError
from simulators.habits import Habits
from simulators.scenario import STEP_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from protocols.kit.contract import Framer
    from simulators.host import RelayHost
    from simulators.settings import TerminalSettings
    from simulators.terminal import SimTerminal


class Personality(Protocol):
    """The terminal's end of one line. Never raises for what the till sent."""

    @property
    def deadline(self) -> float | None:
        """When `tick` is due; the terminal's own timers included."""

    @property
    def listening(self) -> bool:
        """Whether the line can be used: a network terminal without power takes no connection."""

    def receive(self, data: bytes, now: float) -> bytes:
        """Bytes from the till; gives the bytes to the till."""

    def tick(self, now: float) -> bytes:
        """Time has passed, or somebody did something to the terminal."""

    def line_up(self, now: float) -> bytes:
        """A till connected (a serial terminal does not notice)."""

    def line_down(self, now: float) -> bytes:
        """The till is gone (a serial terminal does not notice)."""


@runtime_checkable
class Hosted(Protocol):
    """A personality whose terminal reaches its host through the till."""

    @property
    def host(self) -> RelayHost | None:
        """That host; None for a terminal with a line of its own."""


@dataclass(frozen=True, slots=True)
class PersonalitySettings:
    """How a personality is set up.

    `t1_floor_s` is the least gap between two bytes that may count as one: a busy computer needs
    more than a real line does. `habits`: None for those that the profile has.
    """

    profile: str
    transport: str = "serial"
    t1_floor_s: float = 0.0
    habits: Habits | None = None


def _no_habits(_profile: str) -> Habits:
    return Habits()


@dataclass(frozen=True, slots=True)
class PersonalitySpec:
    """The front door of one personality.

    `terminal` gives the device settings of a profile; `names` gives the code of a payload and the
    words it goes by in scenarios ("refund", "money", "result" …); `knows` says whether there is
    such a name, `is_code` whether a text is a result code of the protocol. `plays` are the steps
    of a scenario that this kind of terminal can do (a wire without NAK has no step "nak"). `votes`
    is False where the wire has no acknowledgement of a result, so that nobody is asked for a vote.

    `habits` gives what terminals differ in, as the profile has it. `odd`: the words of the step
    "odd" and what each does; without any there is no such step.
    """

    protocol: str
    profiles: tuple[str, ...]
    default_profile: str
    build: Callable[[SimTerminal, PersonalitySettings], Personality]
    terminal: Callable[[str], TerminalSettings]
    framers: Mapping[str, Callable[[], Framer]]
    names: Callable[[bytes], tuple[str, ...]]
    knows: Callable[[str], bool]
    is_code: Callable[[str], bool]
    plays: frozenset[str] = frozenset(STEP_KEYS)
    votes: bool = True
    habits: Callable[[str], Habits] = _no_habits
    odd: Mapping[str, str] = field(default_factory=dict)

    def check_profile(self, profile: str) -> None:
        """Raises SimulatorError for a kind of terminal that is not there."""
        if profile not in self.profiles:
            raise SimulatorError(
                "simulator.unknown_profile",
                f"{self.protocol} has no profile {profile!r}",
                what_to_do=f"Choose one of: {', '.join(self.profiles)}.",
            )

    serial: SerialDefaults = field(default_factory=SerialDefaults)


@cache
def names() -> tuple[str, ...]:
    """All personalities as the command line spells them, without importing them."""
    found = sorted(
        info.name.replace("_", "-")
        for info in pkgutil.iter_modules(simulators.personalities.__path__)
    )
    if not found:
        raise SimulatorError(
            "simulator.no_personalities",
            "no personality was found; the installation is incomplete",
            what_to_do="Install the simulator again.",
        )
    return tuple(found)


@cache
def load(name: str) -> PersonalitySpec:
    """The front door of one personality. Raises SimulatorError for a name that is not there."""
    if name not in names():
        raise SimulatorError(
            "simulator.unknown_protocol",
            f"there is no simulated terminal for {name!r}",
            what_to_do=f"Choose one of: {', '.join(names())}.",
            details={"name": name},
        )
    module = importlib.import_module(f"simulators.personalities.{name.replace('-', '_')}")
    spec: PersonalitySpec = module.PERSONALITY
    assert spec.protocol == name, f"the personality {name} calls itself {spec.protocol}"
    return spec
