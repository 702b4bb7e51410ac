"""Reads what a printer says: every stream of bytes becomes replies, and what is none becomes Noise.

A printer mixes answers of one byte, status groups of four and blocks that end with NUL, at any
moment and in any order. Noise proves nothing. How the bytes are cut into portions changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# Longest block that is waited for; GS I gives 80 bytes at the most.
BLOCK_MAX: Final = 128

_XON, _XOFF = 0x11, 0x13
# Fixed bits tell the kinds apart (mask 93h): 0xx1xx10 answers DLE EOT, 0xx1xx00 begins the four
# bytes of GS a, 0xx0xx00 answers GS r. The three bytes behind a group's first are 0xx0xxxx.
_KIND_BITS: Final = 0x93
_REALTIME, _GROUP, _ANSWER = 0x12, 0x10, 0x00
GROUP_BYTES: Final = 4
_GROUP_REST_BITS: Final = 0x90
_BLOCK_HEADERS: Final = frozenset((0x37, 0x3D, 0x5F))
_TEXT_FROM: Final = 0x20
_PROCESS: Final = 0x37
_ECHO, _OFFLINE, _CLEARED = 0x22, 0x23, 0x25
_ID_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class RealTime:
    """The answer to one DLE EOT; only the order of the questions tells to which."""

    value: int


@dataclass(frozen=True, slots=True)
class StatusGroup:
    """Four bytes that GS a lets the printer send by itself whenever something changes."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to GS r (or to a GS I of one byte): the commands before it have been read."""

    value: int


@dataclass(frozen=True, slots=True)
class Echo:
    """A process id: the printer says that everything before it is on paper."""

    process_id: bytes


@dataclass(frozen=True, slots=True)
class WentOffline:
    """The printer stopped (GS ( H function 49); `causes` as it names them, often none."""

    causes: bytes


@dataclass(frozen=True, slots=True)
class Cleared:
    """The printer threw its buffers away (DLE DC4 function 8)."""


@dataclass(frozen=True, slots=True)
class Text:
    """Any other block, such as the model's name; `header` is its first byte."""

    header: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Flow:
    """XON (`go`) or XOFF: how a serial printer holds the line."""

    go: bool


@dataclass(frozen=True, slots=True)
class Noise:
    """Bytes that are no reply of any kind, or the beginning of one that was broken off."""

    data: bytes


Reply = RealTime | StatusGroup | Answer | Echo | WentOffline | Cleared | Text | Flow | Noise


class ReplyReader:
    """One back channel; holds at most a block that is not complete yet."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def pending(self) -> bytes:
        """The beginning of a reply whose rest has not come."""
        return bytes(self._held)

    def feed(self, data: bytes) -> list[Reply]:
        """The replies that these bytes complete, in their order."""
        return [reply for byte in data for reply in self._take(byte)]

    def reset(self) -> bytes:
        """Forget what is pending, since the line was lost; gives it."""
        held = self.pending
        self._held.clear()
        return held

    def _take(self, byte: int) -> Iterator[Reply]:
        if byte in (_XON, _XOFF):  # may stand anywhere, even inside of a block
            yield Flow(byte == _XON)
        elif not self._held:
            yield from self._begin(byte)
        elif self._held[0] in _BLOCK_HEADERS:
            yield from self._block(byte)
        else:
            yield from self._group(byte)

    def _begin(self, byte: int) -> Iterator[Reply]:
        kind = byte & _KIND_BITS
        if byte in _BLOCK_HEADERS or kind == _GROUP:
            self._held.append(byte)
        elif kind == _REALTIME:
            yield RealTime(byte)
        elif kind == _ANSWER:
            yield Answer(byte)
        else:
            yield Noise(bytes((byte,)))

    def _group(self, byte: int) -> Iterator[Reply]:
        if byte & _GROUP_REST_BITS:
            yield from self._broken(byte)
            return
        self._held.append(byte)
        if len(self._held) == GROUP_BYTES:
            yield StatusGroup(self.reset())

    def _block(self, byte: int) -> Iterator[Reply]:
        if byte == 0:
            yield _meaning(self.reset())
        elif byte < _TEXT_FROM or len(self._held) == BLOCK_MAX:
            yield from self._broken(byte)
        else:
            self._held.append(byte)

    def _broken(self, byte: int) -> Iterator[Reply]:
        """All that was held is nothing; the byte that does not fit begins something new."""
        yield Noise(self.reset())
        yield from self._begin(byte)


def _meaning(block: bytes) -> Reply:
    """A complete block without its NUL."""
    header, kind, rest = block[0], block[1:2], block[2:]
    if header == _PROCESS and kind == bytes((_ECHO,)) and len(rest) == _ID_BYTES:
        return Echo(rest)
    if header == _PROCESS and kind == bytes((_OFFLINE,)):
        return WentOffline(rest)
    if header == _PROCESS and kind == bytes((_CLEARED,)) and not rest:
        return Cleared()
    return Text(header, block[1:])
