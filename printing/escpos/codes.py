"""The few ESC/POS commands that a slip needs, by name; each is sent as it stands.

Named after Epson's command reference. Measurements in docs/explanation/printing.md say why they are
written here and not composed by a library.
"""

from __future__ import annotations

from typing import Final

LF: Final = b"\n"
"""End of a line: prints it and feeds."""

INITIALISE: Final = b"\x1b@"
"""ESC @: forgets every style and setting of the job before; also turns automatic status off."""

PLAIN_ASCII: Final = b"\x1bR\x00"
"""ESC R 0: no national letters in ASCII's places. A printer set for China prints ¥ for $."""

CHINESE_ON: Final = b"\x1c&"
"""FS &: two bytes from 81h on are one Chinese character."""

CHINESE_OFF: Final = b"\x1c."
"""FS .: every byte is a letter. Printers made for China start the other way."""

BOLD: Final = {False: b"\x1bE\x00", True: b"\x1bE\x01"}
"""ESC E: bold off, on; of Latin and Chinese letters."""

CENTRE: Final = {False: b"\x1ba\x00", True: b"\x1ba\x01"}
"""ESC a: what follows stands at the left, in the middle; only at the start of a line."""

FEED_AND_CUT: Final = b"\x1dVB\x00"
"""GS V 66 0: feeds what is printed past the knife and cuts, but for one point."""

FEED_TO_TEAR: Final = b"\x1bd\x05"
"""ESC d 5: five lines, which is as far as a tear bar is from the last line."""

REAL_TIME: Final = tuple(b"\x10" + code for code in (b"\x04", b"\x05", b"\x14"))
"""DLE EOT, DLE ENQ, DLE DC4: obeyed at once wherever they stand, in pictures too. DLE DC4 can open
the drawer, so no job may hold one."""

MOST_BLANK_DOTS: Final = 255
"""What one ESC J feeds at most."""

_QR_MODEL_2: Final = b"\x1d(k\x04\x001A2\x00"
_QR_CORRECTION_M: Final = b"\x1d(k\x03\x001E1"
_QR_PRINT: Final = b"\x1d(k\x03\x001Q0"
_QR_STORE: Final = b"1P0"


def code_page(number: int) -> bytes:
    """ESC t: which letters stand above 7Fh; the numbers are each maker's own."""
    return b"\x1bt" + bytes([number])


def size(wide: int, tall: int) -> bytes:
    """GS !: 1 to 8 times the usual size; Epson's printers size Chinese letters by it too."""
    return b"\x1d!" + bytes([(wide - 1) << 4 | (tall - 1)])


def chinese_size(wide: int, tall: int) -> bytes:
    """FS !: the same for Chinese letters on printers that keep them apart; double is the most."""
    return b"\x1c!" + bytes([(0x04 if wide > 1 else 0) | (0x08 if tall > 1 else 0)])


def move_to(dots: int) -> bytes:
    """ESC $: what follows is printed that many dots from the left edge."""
    return b"\x1b$" + dots.to_bytes(2, "little")


def feed_dots(count: int) -> bytes:
    """ESC J: feeds `count` dots (1 to 255) of blank paper."""
    return b"\x1bJ" + bytes([count])


def picture(width_bytes: int, height: int, dots: bytes, *, doubled: bool = False) -> bytes:
    """GS v 0: rows of dots from the left edge, a set bit is black; `doubled` makes 2x2 of each."""
    header = b"\x1dv0" + (b"\x03" if doubled else b"\x00")
    return header + width_bytes.to_bytes(2, "little") + height.to_bytes(2, "little") + dots


def qr(data: bytes, module: int) -> bytes:
    """GS ( k: a QR code of model 2 with error correction M, drawn by the printer; `module` dots."""
    dots = b"\x1d(k\x03\x001C" + bytes([module])
    store = b"\x1d(k" + (len(data) + len(_QR_STORE)).to_bytes(2, "little") + _QR_STORE + data
    return _QR_MODEL_2 + dots + _QR_CORRECTION_M + store + _QR_PRINT
