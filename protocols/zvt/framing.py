"""APDUs to line bytes and back: DLE framing on the serial line, bare APDUs on TCP.

The framers judge starts, ends, check values and sizes; what an APDU says is not their business.
"""

from __future__ import annotations

from typing import Final

from protocols.kit.errors import BadFrame
from protocols.kit.framing import Control, Damaged, Payload, Piece, Stray, crc16_kermit

ACK: Final = b"\x06"
NAK: Final = b"\x15"
APDU_MAX: Final = 5 + 0xFFFF  # header with extended length + the most data it can announce
_DLE: Final = 0x10
_STX: Final = 0x02
_ETX: Final = 0x03
_START: Final = b"\x10\x02"
_END: Final = b"\x10\x03"
_CRC_SIZE: Final = 2
# Bounds a frame before its end is seen: every byte of the longest APDU doubled, and the marks.
_FRAME_MAX: Final = 2 * APDU_MAX + len(_START) + len(_END) + _CRC_SIZE
# How often one damaged frame is searched for a start inside it; bounds the work on hostile bytes.
_SEARCHES_MAX: Final = 8
_CONTROLS: Final = {0x06: Control(ACK, "ACK"), 0x15: Control(NAK, "NAK")}


def apdu_length(data: bytes | bytearray, at: int = 0) -> int | None:
    """How many bytes the APDU at `at` has by its length byte(s); None while those are missing.

    LEN is one byte 00..FE, or FF and two bytes, low byte first (PA00P015 section 2).
    """
    have = len(data) - at
    if have < 3:
        return None
    if data[at + 2] < 0xFF:
        return 3 + data[at + 2]
    if have < 5:
        return None
    return 5 + data[at + 3] + 256 * data[at + 4]


class TcpFramer:
    """Bare APDUs in a stream; takes any split or merge of segments.

    The stream has no marks, so nothing can be damaged and nothing be found again behind noise: a
    length that never fills up is for the timer of the session.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    def frame(self, payload: bytes) -> bytes:
        """The APDU itself. Raises BadFrame when its length byte does not fit it."""
        if apdu_length(payload) != len(payload):
            raise BadFrame("the length byte does not fit the APDU", offset=2)
        return payload

    def pieces(self, data: bytes) -> list[Piece]:
        """Every APDU that became whole."""
        buffer = self._buffer
        if not buffer and apdu_length(data) == len(data):
            return [Payload(data)]  # nearly always one segment is one APDU
        buffer += data
        found: list[Piece] = []
        at = 0
        while (length := apdu_length(buffer, at)) is not None and length <= len(buffer) - at:
            found.append(Payload(bytes(buffer[at : at + length])))
            at += length
        del buffer[:at]
        return found

    def reset(self) -> bytes:
        """Forget a begun APDU and give it back."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        return rest

    @property
    def pending(self) -> bool:
        """Whether an APDU has begun."""
        return bool(self._buffer)


class SerialFramer:
    """`10 02 | APDU, each 10 doubled | 10 03 | CRC low, CRC high` (PA00P016).

    The CRC covers the APDU and the 03 and is never doubled: exactly two bytes follow DLE ETX,
    whatever they are. Outside of a frame only ACK and NAK mean something.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0  # inside of a frame: everything before this was looked at

    def frame(self, payload: bytes) -> bytes:
        """The frame of one APDU. Raises BadFrame for no bytes or more than APDU_MAX."""
        if not 0 < len(payload) <= APDU_MAX:
            raise BadFrame(f"a frame holds 1 to {APDU_MAX} bytes, not {len(payload)}")
        body = payload.replace(b"\x10", b"\x10\x10")
        return _START + body + _END + _crc(payload)

    def pieces(self, data: bytes) -> list[Piece]:
        """Every frame, control byte and stray run that became whole."""
        found: list[Piece] = []
        if not self._buffer:
            data = data[_plain(data, found) :]
        self._buffer += data
        while self._buffer:
            in_frame = self._buffer.startswith(_START)
            piece = self._next_in_frame() if in_frame else self._next_outside()
            if piece is None:
                break
            found.append(piece)
        return found

    def reset(self) -> bytes:
        """Forget a begun frame and give its bytes back."""
        return self._take(len(self._buffer))

    @property
    def pending(self) -> bool:
        """Whether a frame (or its first DLE) has begun."""
        return bool(self._buffer)

    def _next_outside(self) -> Piece | None:
        buffer = self._buffer
        control = _CONTROLS.get(buffer[0])
        if control is not None:
            self._take(1)
            return control
        for at, byte in enumerate(buffer):
            starts = byte == _DLE and (at + 1 == len(buffer) or buffer[at + 1] == _STX)
            if starts or byte in _CONTROLS:
                return Stray(self._take(at)) if at else None
        return Stray(self._take(len(buffer)))

    def _next_in_frame(self) -> Piece | None:
        """The frame at the start of the buffer, once its end or a fault in it is seen."""
        buffer = self._buffer
        at = max(self._scanned, len(_START))
        while (at := buffer.find(_DLE, at)) >= 0 and at + 1 < len(buffer):
            mark = buffer[at + 1]
            if mark == _ETX:
                return self._ended(at)
            if mark == _STX:
                return Damaged(self._take(at), "a new frame began before the end of this one")
            if mark != _DLE:
                return Damaged(self._take(at + 2), f"DLE {mark:02X} inside of a frame")
            at += 2
        self._scanned = at if at >= 0 else len(buffer)
        if len(buffer) > _FRAME_MAX:
            return Damaged(self._take(len(buffer)), "a frame without an end")
        return None

    def _ended(self, at: int) -> Piece | None:
        """The frame whose DLE ETX stands at `at`, once its two CRC bytes are there."""
        self._scanned = at
        crc_at = at + len(_END)
        stop = crc_at + _CRC_SIZE
        if stop > len(self._buffer):
            return None
        apdu = self._carried(0, at)
        if apdu:
            self._take(stop)
            return Payload(apdu)
        return Damaged(self._take(self._end_of_damage(at, stop)), "the check value does not fit")

    def _carried(self, start: int, at: int) -> bytes:
        """The APDU between the start mark at `start` and the end mark at `at`; b"" if not right."""
        body = bytes(self._buffer[start + len(_START) : at])
        apdu = body.replace(b"\x10\x10", b"\x10")
        crc_at = at + len(_END)
        fits = _crc(apdu) == self._buffer[crc_at : crc_at + _CRC_SIZE]
        return apdu if fits and len(apdu) <= APDU_MAX else b""

    def _end_of_damage(self, at: int, stop: int) -> int:
        """Where to go on behind a bad frame with its end mark at `at`, that ends at `stop`.

        Noise may have looked like a start, so that the real frame begins inside: then one of the
        starts gives the right check value. Or the next frame began in place of the check value.
        """
        start = 0
        for _ in range(_SEARCHES_MAX):
            start = self._buffer.find(_START, start + 1, at)
            if start < 0:
                break
            if self._carried(start, at):
                return start
        start = self._buffer.find(_START, at + len(_END), stop + 1)
        if start > 0:
            return start
        half_a_start = stop == len(self._buffer) and self._buffer[stop - 1] == _DLE
        return stop - 1 if half_a_start else stop

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._scanned = 0
        return taken


def _plain(data: bytes, found: list[Piece]) -> int:
    """Add what needs no search to `found` and give the offset behind it.

    Nearly all that comes is control bytes and whole, right frames without a DLE in the APDU; at
    the first byte of anything else this stops, and the framer looks closer.
    """
    at, end = 0, len(data)
    while at < end:
        control = _CONTROLS.get(data[at])
        if control is not None:
            found.append(control)
            at += 1
            continue
        if not data.startswith(_START, at):
            break
        start = at + len(_START)
        mark = data.find(_DLE, start)
        if not (start < mark <= start + APDU_MAX and data.startswith(_END, mark)):
            break
        apdu = data[start:mark]
        crc_at = mark + len(_END)
        stop = crc_at + _CRC_SIZE
        if _crc(apdu) != data[crc_at:stop]:
            break
        found.append(Payload(apdu))
        at = stop
    return at


def _crc(apdu: bytes) -> bytes:
    return crc16_kermit(apdu + b"\x03").to_bytes(2, "little")
