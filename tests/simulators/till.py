"""A till made of raw frames: it knows nothing of the project's sessions and drivers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from protocols.kit.framing import Control, Payload
from protocols.kit.tlv import Tlv, constructed, primitive
from protocols.zvt.framing import ACK, SerialFramer, TcpFramer
from protocols.zvt.messages import build, parse, serialise
from simulators import scenario as scenarios
from simulators import station as stations
from simulators.clock import SimulatedClock
from simulators.line import SimulatedLine
from simulators.scenario import Scenario
from simulators.station import Station, StationSettings
from simulators.terminal import Phase

if TYPE_CHECKING:
    from protocols.kit.fields import Value
    from protocols.kit.messages import Message
    from simulators.bank import Bank
    from simulators.terminal import SimTerminal

OK = bytes.fromhex("800000")
SILENCE_S = 400.0
BLOCK = Tlv.of(constructed(0x26, primitive(0x0A, b"\x06\xd3")))


def scene(text: str) -> Scenario:
    """A scenario from the text of a file, without its first line."""
    return scenarios.parse("version = 1\n" + text, "test")


ONE_SALE = scene("[[sale]]\namount_minor = 1234")


@dataclass
class Till:
    """One till on one simulated line. `refuses` and `mute_on` are codes it answers badly."""

    scenario: Scenario = ONE_SALE
    transport: str = "serial"
    profile: str = "generic"
    printer: str = "ecr"
    state: Path | None = None
    ledger: Path | None = None
    clock: SimulatedClock = field(default_factory=SimulatedClock)
    refuses: dict[str, str] = field(default_factory=dict)
    mute_on: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.station: Station = stations.build(
            StationSettings(
                "zvt",
                profile=self.profile,
                transport=self.transport,
                printer=self.printer,
                scenario=self.scenario,
                state=self.state,
                ledger=self.ledger,
            ),
            wall=self.clock.wall,
        )
        self.line = SimulatedLine(self.clock, self.station)
        self.framer: SerialFramer | TcpFramer = (
            SerialFramer() if self.transport == "serial" else TcpFramer()
        )
        self.controls: list[str] = []
        self.line.open()

    @property
    def terminal(self) -> SimTerminal:
        """The device."""
        return self.station.terminal

    @property
    def bank(self) -> Bank:
        """The truth."""
        return self.station.bank

    def reopen(self) -> None:
        """Close and open the line."""
        self.line.close()
        self.framer.reset()
        self.line.open()

    def send(self, apdu: bytes) -> None:
        """One frame, as it is."""
        self.line.write(self.framer.frame(apdu))

    def next_apdus(self, wait_s: float = SILENCE_S) -> list[bytes]:
        """The APDUs of the next portion; control bytes are collected in `controls`."""
        apdus = []
        for piece in self.framer.pieces(self.line.read(wait_s)):
            if isinstance(piece, Payload):
                apdus.append(piece.data)
            elif isinstance(piece, Control):
                self.controls.append(piece.name)
        return apdus

    def command(self, code: str, **values: Value | None) -> list[Message]:
        """Send a command and live through its dialogue; gives what the terminal said."""
        self.send(serialise(build(code, **values)))
        return self.listen(code)

    def listen(self, code: str) -> list[Message]:
        """Answer everything until the dialogue of `code` is over or the terminal is silent."""
        said: list[Message] = []
        start = self.clock.monotonic()
        while self.clock.monotonic() - start < SILENCE_S:
            for apdu in self.next_apdus():
                said.append(parse(apdu, after=bytes.fromhex(code)))
                if self.answer(apdu):
                    self.next_apdus(0.0)
                    return said
        return said

    def answer(self, apdu: bytes) -> bool:
        """Acknowledge and answer one APDU; whether the dialogue is over with it."""
        code = apdu[:2].hex().upper()
        if self.transport == "serial" and code not in self.mute_on:
            self.line.write(ACK)
        if apdu[0] in {0x80, 0x84}:
            return apdu[0] == 0x84
        if code not in self.mute_on:
            self.send(bytes.fromhex(self.refuses.get(code, "800000")))
        return code in {"060F", "061E"}

    def register(self, config: str = "BE", tlv: Tlv | None = BLOCK) -> list[Message]:
        """06 00 with the usual wishes."""
        return self.command(
            "0600",
            password="000000",
            config_byte=config,
            currency="0978",
            service_byte="00",
            tlv=tlv,
        )

    def refund(self, amount_minor: int = 500) -> list[Message]:
        """06 31."""
        return self.command("0631", password="000000", amount_minor=amount_minor, currency="0978")

    def void(self, receipt_number: str, amount_minor: int | None = None) -> list[Message]:
        """06 30."""
        return self.command(
            "0630", password="000000", receipt_number=receipt_number, amount_minor=amount_minor
        )

    def enquire(self) -> Message | None:
        """06 20, silently: the last record."""
        return result(self.command("0620", password="000000", service_byte="03"))

    def status(self) -> str | None:
        """05 01: the status code."""
        return self.command("0501")[-1].text("terminal_status")


def codes(said: list[Message]) -> list[str]:
    """The codes of messages; a refusal with its reason."""
    return [
        message.layout.code.hex().upper()
        + (message.text("result_code") or "" if message.layout.code == b"\x84" else "")
        for message in said
    ]


def result(said: list[Message]) -> Message | None:
    """The first status information among messages."""
    return next((message for message in said if message.layout.code == b"\x04\x0f"), None)


def ok_frame() -> bytes:
    """80 00 00 as it stands on a serial line."""
    return SerialFramer().frame(OK)


def a_till(text: str = "[[sale]]\namount_minor = 1234", **kind: str) -> Till:
    till = Till(
        scene(text),
        transport=kind.get("transport", "serial"),
        profile=kind.get("profile", "generic"),
    )
    till.register()
    return till


def running(till: Till, phase: Phase) -> None:
    """Start a refund and live up to a phase."""
    till.send(bytes.fromhex("06310A00000004000000000500"))
    while till.terminal.phase is not phase:
        for apdu in till.next_apdus(0.5):
            till.answer(apdu)
