"""What a folder under protocols/ must offer: one ProtocolSpec named PROTOCOL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from protocols.kit.capabilities import Capabilities
    from protocols.kit.framing import Piece
    from protocols.kit.messages import Message, MessageLayout
    from protocols.kit.session import Session, SessionSettings
    from protocols.kit.vocabulary import Outcome


class Framer(Protocol):
    """Payloads to line bytes and back, for one transport. Keeps what is not whole yet."""

    def frame(self, payload: bytes) -> bytes:
        """The bytes on the line for one payload. Raises BadFrame if it does not fit a frame."""

    def pieces(self, data: bytes) -> list[Piece]:
        """Take bytes in any portions; give what became whole, in order. Never raises."""

    def reset(self) -> bytes:
        """Forget what is not whole yet (a gap in a frame, a reopened line) and give it back."""

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended: the byte timer runs."""


@dataclass(frozen=True, slots=True)
class SerialDefaults:
    """Line settings a terminal of this protocol is delivered with."""

    baud: int = 9600
    bits: int = 8
    parity: str = "N"
    stop_bits: int = 1


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of terminal that speaks the protocol, and where it differs.

    `serial`: the line settings it is delivered with, where they are not the protocol's. `needs`:
    options without which it cannot be spoken to.
    """

    name: str
    title: str
    capabilities: Capabilities
    serial: SerialDefaults | None = None
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ResultMeaning:
    """What a result code means: outcome, the text key of its words and of what to do."""

    outcome: Outcome
    text: str
    advice: str
    already_done: bool = False


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """How to read bytes for a technician; `after` names the pending command (hex), if known."""

    layer: str
    profile: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Decoded:
    """One message in words; `fields` has the names of the decode reference, card data masked."""

    command: str
    name: str
    fields: Mapping[str, object]
    direction: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProtocolSpec:
    """The front door of one protocol.

    `decode` raises ProtocolError (with `offset`) when the bytes are not consumed exactly.
    `framers` maps a transport ("serial", "tcp") to a framer factory; `resynchronises` names the
    transports whose framing has a start mark, so that a frame is found behind noise.
    `mask` takes one payload and gives it back, same length, with card data and secrets hidden; it
    never raises, whatever the bytes are: the trace calls it before anything is kept.
    `redials` names the transports on which every request has a connection of its own. `reference`
    makes our reference of an attempt from a number below 36 ** 10 that never comes twice, where the
    wire has little room for it; None: the case and the attempt, in words. `self_delimiting`: a
    message itself shows that it was cut short; where not, only its frame does. `options` are names
    of settings that only this protocol has (SessionSettings.options).
    """

    name: str
    title: str
    profiles: Mapping[str, Profile]
    default_profile: str
    framers: Mapping[str, Callable[[], Framer]]
    session: Callable[[SessionSettings], Session]
    messages: tuple[MessageLayout, ...]
    parse: Callable[[bytes], Message]
    serialise: Callable[[Message], bytes]
    results: Mapping[str, ResultMeaning]
    mask: Callable[[bytes], bytes]
    layers: tuple[str, ...]
    default_layer: str
    decode: Callable[[bytes, DecodeOptions], Sequence[Decoded]]
    resynchronises: frozenset[str] = frozenset({"serial"})
    redials: frozenset[str] = frozenset()
    reference: Callable[[int], str] | None = None
    self_delimiting: bool = True
    options: frozenset[str] = frozenset()
    serial: SerialDefaults = SerialDefaults()
    tcp_port: int | None = None
