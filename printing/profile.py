"""What one printer can do, as probed or declared; what is not proved counts as absent."""

from __future__ import annotations

from dataclasses import dataclass

from printing.errors import BadSheet
from printing.sheet import DOTS

# The letters a printer has of its own: "cp858" (with the number that its ESC t gives it),
# "gb18030" (two-byte letters after FS &), or "" for none, which makes every slip a picture.
CHARSETS = frozenset({"", "cp437", "cp850", "cp858", "cp1252", "gb18030"})

_CODE_PAGES = 256  # ESC t takes one byte


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterProfile:
    """One printer.

    `answers`: it says something on its back channel; without it the printer is blind, and a person
    confirms every slip. `process_id`: it echoes GS ( H function 48, the only proof of paper.
    `picture`: it draws GS v 0. `native_qr`: it draws QR codes itself (GS ( k). `cutter`: it cuts.
    """

    columns: int = 32
    charset: str = "cp858"
    code_page: int = 19
    answers: bool = False
    process_id: bool = False
    picture: bool = True
    native_qr: bool = False
    cutter: bool = True

    def __post_init__(self) -> None:
        if self.columns not in DOTS:
            raise BadSheet(f"a printer of {self.columns} columns")
        if self.charset not in CHARSETS:
            raise BadSheet(f"a printer with the letters {self.charset!r}")
        if not 0 <= self.code_page < _CODE_PAGES:
            raise BadSheet(f"a printer with code page {self.code_page}")

    @property
    def dots(self) -> int:
        """Dots in a line."""
        return DOTS[self.columns]
