"""What is printed to find out what a printer can: rulers, letters, a square, a QR code, the knife.

These are looked at by a person; nothing here is a slip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from printing.escpos import codes
from printing.escpos.charset import encode
from printing.sheet import DOTS

_FEED_LINES: Final = 2
_SQUARE_BYTES, _SQUARE_DOTS = 8, 64
_QR_MODULE: Final = 5
_QR_TEXT: Final = b"PRINTER TEST"


@dataclass(frozen=True, slots=True)
class Letters:
    """One way to print letters: a charset, the number that ESC t gives it, and a sample of it."""

    charset: str
    code_page: int
    sample: str


# The numbers are those that most makers share; a printer that differs is named by its own table.
CANDIDATES: Final = (
    Letters("gb18030", 0, "退款 壹贰叁 ￥12.50，编号：7"),
    Letters("cp858", 19, "ÄÖÜß àéèñ ç £ €"),
    Letters("cp1252", 16, "ÄÖÜß àéèñ ç £ €"),
    Letters("cp850", 2, "ÄÖÜß àéèñ ç £ ©"),
    Letters("cp437", 0, "ÄÖÜß àéèñ ç £ ½"),
)


def ruler(columns: int) -> str:
    """A line of so many cells whose last one is a bar: "32-------…|"."""
    return f"{columns}".ljust(columns - 1, "-") + "|"


def rulers() -> bytes:
    """One ruler for each width of paper; those that are too long for the printer break."""
    lines = b"".join(ruler(columns).encode("ascii") + codes.LF for columns in DOTS)
    return _START + codes.CHINESE_OFF + lines


def letters(candidates: tuple[Letters, ...] = CANDIDATES) -> bytes:
    """One numbered line for each way to print letters."""
    lines = bytearray(_START)
    for number, way in enumerate(candidates, 1):
        if way.charset == "gb18030":
            lines += codes.CHINESE_ON
        else:
            lines += codes.CHINESE_OFF + codes.code_page(way.code_page)
        lines += f"{number}. ".encode("ascii") + encode(way.sample, way.charset) + codes.LF
    return bytes(lines) + codes.CHINESE_OFF


def square() -> bytes:
    """A black square, by the command that pictures use."""
    dots = b"\xff" * (_SQUARE_BYTES * _SQUARE_DOTS)
    return codes.picture(_SQUARE_BYTES, _SQUARE_DOTS, dots) + codes.LF


def code() -> bytes:
    """A QR code that the printer draws by itself."""
    return codes.qr(_QR_TEXT, _QR_MODULE) + codes.LF


def cut() -> bytes:
    """Feed and cut."""
    return codes.LF * _FEED_LINES + codes.FEED_AND_CUT


_START: Final = codes.INITIALISE + codes.PLAIN_ASCII
