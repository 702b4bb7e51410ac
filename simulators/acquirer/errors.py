"""What can be wrong on the line to the acquirer."""

from __future__ import annotations

from simulators.errors import SimulatorError


class BadMessage(SimulatorError):
    """Bytes that are no message of the layout. The text never holds a field's value."""

    def __init__(self, what_happened: str, *, field: str = "") -> None:
        place = f"field {field}: " if field else ""
        super().__init__(
            "simulator.bad_message",
            f"{place}{what_happened}",
            what_to_do="Compare the message with the field table in simulators/acquirer/layout.py.",
            details={"field": field},
        )


class NoIso8583(SimulatorError):
    """The library for ISO 8583 is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "simulator.no_iso8583",
            "a deep terminal needs the package pyiso8583, which is not installed",
            what_to_do="Install the simulator with its extra: pip install 'pos-refund-agent[sim]'.",
        )
