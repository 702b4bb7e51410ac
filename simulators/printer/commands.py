"""Cuts what a printer receives into commands by their lengths; knows nothing of what they do.

Real-time commands are found wherever they stand, even inside of another command's data, as a
printer does: it looks at each byte as it comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

DLE, ESC, FS, GS = 0x10, 0x1B, 0x1C, 0x1D
_LEADS: Final = frozenset((DLE, ESC, FS, GS))
_TEXT_FROM: Final = 0x20

# Bytes behind the two that name a command, where the number never changes.
_PARAMETERS: Final = {
    ESC: {
        **dict.fromkeys(b"@2<LSimv", 0),
        **dict.fromkeys(b" !%-3=?ADEGJKMRTUVadertu{", 1),
        **dict.fromkeys(b"$\\cBC", 2),
        **dict.fromkeys(b"p", 3),
        **dict.fromkeys(b"W", 8),
    },
    FS: {
        **dict.fromkeys(b"&.", 0),
        **dict.fromkeys(b"!-WC", 1),
        **dict.fromkeys(b"Sp", 2),
    },
    GS: {
        **dict.fromkeys(b":", 0),
        **dict.fromkeys(b"!/BEHITabefhrw", 1),
        **dict.fromkeys(b"$PLW\\", 2),
        **dict.fromkeys(b"^", 3),
    },
    DLE: {0x04: 1, 0x05: 1},
}
_NAMES: Final = {DLE: "DLE", ESC: "ESC", FS: "FS", GS: "GS"}
# DLE DC4 has a length of its own for each function.
_PULSES: Final = {1: 3, 2: 3, 3: 6, 7: 2, 8: 8}
_CLEAR: Final = bytes((DLE, 0x14, 8, 1, 3, 20, 1, 6, 2, 8))
_CUT_AND_FEED: Final = frozenset((65, 66, 97, 98, 103, 104))
_BARCODE_COUNTED_FROM: Final = 65
_DENSE: Final = frozenset((32, 33))  # ESC * with three bytes a column


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name ("ESC @", "GS v", "LF", "text"), what follows it, and its bytes."""

    name: str
    data: bytes
    size: int


@dataclass(frozen=True, slots=True)
class RealTimeCommand:
    """A command that is obeyed as it comes: "ask" 1 to 4, "recover" 1 or 2, "clear"."""

    name: str
    value: int = 0


class Tokeniser:
    """From bytes in any portions to commands; holds the beginning of one that is not whole."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def held(self) -> int:
        """Bytes of a command that is not complete."""
        return len(self._held)

    def reset(self) -> None:
        """Forget them."""
        self._held.clear()

    def feed(self, data: bytes) -> Iterator[Command]:
        """The commands that these bytes complete."""
        self._held += data
        while self._held:
            size = _size(self._held)
            if size is None or size > len(self._held):
                return
            taken = bytes(self._held[:size])
            del self._held[:size]
            yield _command(taken)


def _command(taken: bytes) -> Command:
    lead = taken[0]
    if lead in _LEADS:
        second = taken[1]
        shown = chr(second) if _TEXT_FROM < second < 0x7F else f"{second:02X}"
        return Command(f"{_NAMES[lead]} {shown}", taken[2:], len(taken))
    if lead >= _TEXT_FROM:
        return Command("text", taken, len(taken))
    return Command(_CONTROLS.get(lead, "unknown"), b"", len(taken))


_CONTROLS: Final = {0x09: "HT", 0x0A: "LF", 0x0C: "FF", 0x0D: "CR", 0x18: "CAN"}


def _size(held: bytearray) -> int | None:
    """How long the command at the front is; None while that cannot be told."""
    lead = held[0]
    if lead >= _TEXT_FROM:
        return next((at for at, byte in enumerate(held) if byte < _TEXT_FROM), len(held))
    if lead not in _LEADS:
        return 1
    if len(held) < 2:
        return None
    parameters = _PARAMETERS[lead].get(held[1])
    if parameters is not None:
        return 2 + parameters
    own = _OWN_LENGTH.get((lead, held[1]))
    return 2 if own is None else own(held)


def _number(held: bytearray, at: int, size: int = 2) -> int | None:
    """A little-endian number of the command, once it is there."""
    part = held[at : at + size]
    return int.from_bytes(part, "little") if len(part) == size else None


def _counted(held: bytearray) -> int | None:
    """GS ( X and FS ( X: a two-byte count behind the letter."""
    count = _number(held, 3)
    return None if count is None else 5 + count


def _large(held: bytearray) -> int | None:
    """GS 8 L: a count of four bytes."""
    count = _number(held, 3, 4)
    return None if count is None else 7 + count


def _raster(held: bytearray) -> int | None:
    """GS v 0 m xL xH yL yH: x bytes a line, y lines."""
    width, height = _number(held, 4), _number(held, 6)
    return None if width is None or height is None else 8 + width * height


def _columns(held: bytearray) -> int | None:
    """ESC * m nL nH: n columns of one byte or three."""
    count = _number(held, 3)
    return None if count is None else 5 + count * (3 if held[2] in _DENSE else 1)


def _downloaded(held: bytearray) -> int | None:
    """GS * x y: a picture kept for later."""
    return None if len(held) < 4 else 4 + held[2] * held[3] * 8


def _until_nul(held: bytearray) -> int | None:
    """ESC D: tab stops up to a NUL."""
    end = held.find(0, 2)
    return None if end < 0 else end + 1


def _cut(held: bytearray) -> int | None:
    """GS V m, and for some m a distance to feed."""
    if len(held) < 3:
        return None
    return 4 if held[2] in _CUT_AND_FEED else 3


def _barcode(held: bytearray) -> int | None:
    """GS k: the old form ends with NUL, the new one counts."""
    if len(held) < 3:
        return None
    if held[2] < _BARCODE_COUNTED_FROM:
        end = held.find(0, 3)
        return None if end < 0 else end + 1
    return None if len(held) < 4 else 4 + held[3]


def _pulse(held: bytearray) -> int | None:
    """DLE DC4 fn."""
    if len(held) < 3:
        return None
    return 2 + _PULSES.get(held[2], 1)


_OWN_LENGTH: Final = {
    (DLE, 0x14): _pulse,
    (ESC, ord("*")): _columns,
    (ESC, ord("D")): _until_nul,
    (FS, ord("(")): _counted,
    (GS, ord("(")): _counted,
    (GS, ord("8")): _large,
    (GS, ord("*")): _downloaded,
    (GS, ord("V")): _cut,
    (GS, ord("k")): _barcode,
    (GS, ord("v")): _raster,
}


class RealTimeScanner:
    """Finds real-time commands in a stream, whatever stands around them."""

    def __init__(self) -> None:
        self._window = b""

    def reset(self) -> None:
        """Forget the beginning of one."""
        self._window = b""

    def feed(self, byte: int) -> RealTimeCommand | None:
        """The command that this byte completes."""
        self._window = (self._window + bytes((byte,)))[-len(_CLEAR) :]
        if self._window == _CLEAR:
            return RealTimeCommand("clear")
        match tuple(self._window[-3:]):
            case (0x10, 0x04, (1 | 2 | 3 | 4) as value):
                return RealTimeCommand("ask", value)
            case (0x10, 0x05, (1 | 2) as value):
                return RealTimeCommand("recover", value)
            case _:
                return None
