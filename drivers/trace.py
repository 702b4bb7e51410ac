"""The trace tap: a link that writes down, masked, what passes through another link.

Both directions run through a framer of the protocol, so that card data is masked in whole messages
before anything is kept, however the bytes were split. The tap never changes the exchange: when the
file cannot be written it warns once and lets the bytes pass.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, Protocol

from drivers.errors import LinkLost, TraceError
from drivers.trace_mask import UnknownBytesMask
from protocols.kit.errors import ProtocolError
from protocols.kit.framing import Control, Damaged, Payload, quieted

if TYPE_CHECKING:
    from drivers.clock import Clock
    from drivers.links.contract import Link
    from protocols.kit.contract import Framer
    from protocols.kit.errors import ProtocolError
from protocols.kit.framing import Piece

_P = ParamSpec("_P")
_LOG = logging.getLogger(__name__)

TRACE_VERSION = 1
TO_TERMINAL = "to_terminal"
TO_ECR = "to_ecr"
# Bytes of an unfinished frame are given up as damaged when nothing follows for so long.
_GAP_S = 2.0
_WRITE_ANEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)


class TraceSink(Protocol):
    """Takes one line of text at a time."""

    def write_line(self, line: str) -> None:
        """Keep it; raises OSError when it cannot."""

    def close(self) -> None:
        """No more lines will come."""


class TraceFile:
    """A trace file that only its owner can read. An existing file is written over."""

    def __init__(self, path: Path) -> None:
        try:
            self._fd = os.open(path, _WRITE_ANEW, 0o600)
            if hasattr(os, "fchmod"):
                os.fchmod(self._fd, 0o600)
        except OSError as error:
            raise TraceError(
                "trace.cannot_open", f"the trace cannot be written: {error}", path=str(path)
            ) from error
        self._open = True

    def write_line(self, line: str) -> None:
        """One line, handed to the system at once: a killed agent leaves whole lines."""
        rest = line.encode() + b"\n"
        while rest:
            rest = rest[os.write(self._fd, rest) :]

    def close(self) -> None:
        """May be called twice."""
        if self._open:
            self._open = False
            os.close(self._fd)


@dataclass(frozen=True, slots=True)
class TraceFormat:
    """What the tap must know of the protocol: the name of it, a framer factory for the link's
    transport, and the mask for one payload (`ProtocolSpec.framers`, `ProtocolSpec.mask`)."""

    protocol: str
    framer: Callable[[], Framer]
    mask: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class MaskedPiece:
    """A piece of a line as it may be kept: `data` is line bytes, a payload in its frame."""

    kind: str
    data: bytes
    masked: bool = False


class FrameMasker:
    """One direction of a line: bytes in any portions come out as masked, whole pieces."""

    def __init__(self, fmt: TraceFormat) -> None:
        self._framer = fmt.framer()
        self._mask = fmt.mask
        self._unknown = UnknownBytesMask()

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._framer.pending

    def take(self, data: bytes) -> list[MaskedPiece]:
        """What became whole."""
        return [self._masked(piece) for piece in self._framer.pieces(data)]

    def settle(self) -> list[MaskedPiece]:
        """Where only silence ends a message: that silence has come."""
        return [self._masked(piece) for piece in quieted(self._framer)]

    def flush(self) -> list[MaskedPiece]:
        """Give up on an unfinished frame."""
        settled = self.settle()
        rest = self._framer.reset()
        return [*settled, self._unknown_bytes("damaged", rest)] if rest else settled

    def _masked(self, piece: Piece) -> MaskedPiece:
        if isinstance(piece, Payload):
            return self._payload(piece.data)
        if isinstance(piece, Control):
            return MaskedPiece("control", piece.data)
        kind = "damaged" if isinstance(piece, Damaged) else "stray"
        return self._unknown_bytes(kind, piece.data)

    def _payload(self, data: bytes) -> MaskedPiece:
        kept = self._mask(data)
        try:
            return MaskedPiece("payload", self._framer.frame(kept), masked=kept != data)
        except ProtocolError:
            # A payload that nobody can read may be masked in its very length bytes.
            return MaskedPiece("damaged", kept, masked=True)

    def _unknown_bytes(self, kind: str, data: bytes) -> MaskedPiece:
        kept = self._unknown.mask(data)
        return MaskedPiece(kind, kept, masked=kept != data)


class TracedLink:
    """`link`, written down. `sink` takes the lines; the caller closes it."""

    def __init__(self, link: Link, *, clock: Clock, sink: TraceSink, fmt: TraceFormat) -> None:
        self._link = link
        self._clock = clock
        self._sink = sink
        self._directions = {TO_TERMINAL: FrameMasker(fmt), TO_ECR: FrameMasker(fmt)}
        self._last_at = {TO_TERMINAL: 0.0, TO_ECR: 0.0}
        self._started = clock.monotonic()
        self._broken = False
        header = {
            "trace": TRACE_VERSION,
            "protocol": fmt.protocol,
            "transport": link.transport,
            "link": link.description,
            "started": clock.wall().isoformat(timespec="seconds"),
        }
        self._guard(sink.write_line, json.dumps(header, ensure_ascii=False))

    @property
    def transport(self) -> str:
        """That of the link behind."""
        return self._link.transport

    @property
    def description(self) -> str:
        """That of the link behind."""
        return self._link.description

    def open(self) -> None:
        """Opens the link behind."""
        self._link.open()
        self._guard(self._event, "open")

    def close(self) -> None:
        """Closes the link behind."""
        self._link.close()
        self._guard(self._event, "closed")

    def write(self, data: bytes) -> None:
        """Writes to the link behind; the line of the trace comes after the bytes."""
        try:
            self._link.write(data)
        except LinkLost as error:
            self._guard(self._bytes, TO_TERMINAL, data)
            self._guard(self._lost, "write", error)
            raise
        self._guard(self._bytes, TO_TERMINAL, data)

    def read(self, timeout_s: float) -> bytes:
        """Reads from the link behind."""
        try:
            data = self._link.read(timeout_s)
        except LinkLost as error:
            self._guard(self._lost, "read", error)
            raise
        if data:
            self._guard(self._bytes, TO_ECR, data)
        return data

    def _guard(self, record: Callable[_P, None], *args: _P.args, **more: _P.kwargs) -> None:
        """Nothing that goes wrong here may reach the exchange, whatever it is."""
        if self._broken:
            return
        try:
            record(*args, **more)
        except Exception as error:  # a full disk, a mask that fails: no trace is better than a leak
            self._broken = True
            _LOG.warning("the trace ends here, the exchange goes on: %s", error)

    def _lost(self, during: str, error: LinkLost) -> None:
        self._event("lost", during=during, nothing_written=error.nothing_written)

    def _event(self, kind: str, **more: str | bool) -> None:
        now = self._clock.monotonic()
        for direction, masker in self._directions.items():
            self._keep(direction, masker.flush(), now)
        self._line(now, {"kind": kind, **more})

    def _bytes(self, direction: str, data: bytes) -> None:
        now = self._clock.monotonic()
        masker = self._directions[direction]
        if masker.pending and now - self._last_at[direction] > _GAP_S:
            self._keep(direction, masker.flush(), now)
        self._last_at[direction] = now
        if direction == TO_TERMINAL:  # one write is one message, and what was said before is over
            self._keep(TO_ECR, self._directions[TO_ECR].settle(), now)
            self._keep(direction, [*masker.take(data), *masker.settle()], now)
        else:
            self._keep(direction, masker.take(data), now)

    def _keep(self, direction: str, pieces: list[MaskedPiece], now: float) -> None:
        for piece in pieces:
            kept = piece.data.hex()
            line = {"dir": direction, "kind": piece.kind, "hex": kept, "masked": piece.masked}
            self._line(now, line)

    def _line(self, now: float, values: Mapping[str, object]) -> None:
        self._sink.write_line(json.dumps({"t": round(now - self._started, 6), **values}))
