"""What can be wrong with what the simulator was asked to do; it never guesses."""

from __future__ import annotations

from protocols.kit.errors import RefundAgentError


class SimulatorError(RefundAgentError):
    """Root of the simulator's own errors."""


class BadScenario(SimulatorError):
    """A scenario that cannot be played; `where` names the table and the key."""

    def __init__(self, what_happened: str, *, where: str = "") -> None:
        place = f"{where}: " if where else ""
        super().__init__(
            "simulator.bad_scenario",
            f"{place}{what_happened}",
            what_to_do="Correct the scenario file, or see --list-scenarios.",
            details={"where": where},
        )


class BadState(SimulatorError):
    """A state file that is not one of ours, or belongs to another terminal."""

    def __init__(self, what_happened: str) -> None:
        super().__init__(
            "simulator.bad_state",
            what_happened,
            what_to_do="Name another state file, or remove this one to start a new terminal.",
        )
