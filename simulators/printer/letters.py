"""The letters of the simulated printer: code pages by ESC t, Chinese by FS &."""

from __future__ import annotations

from typing import Final

# ESC t n; the numbers that most makers share.
CODE_PAGES: Final = {
    0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 13: "cp857", 14: "cp737",
    15: "iso8859-7", 16: "cp1252", 17: "cp866", 18: "cp852", 19: "cp858",
}  # fmt: skip
UNKNOWN: Final = "□"  # what a printer draws for a letter it does not have
_ASCII_END: Final = 0x80
_LEAD_FROM: Final = 0x81


class Letters:
    """Turns text bytes into characters; keeps the first half of a two-byte one."""

    def __init__(self, *, chinese: bool = False) -> None:
        self._chinese_at_start = chinese
        self.reset()

    def reset(self) -> None:
        """As after power-on and ESC @."""
        self.page = 0
        self.chinese = self._chinese_at_start
        self._lead: int | None = None

    def switch(self, *, chinese: bool) -> None:
        """FS & and FS ."""
        self.chinese = chinese
        self._lead = None

    def decode(self, data: bytes) -> list[str]:
        """The characters that these bytes complete, one each."""
        found: list[str] = []
        for byte in data:
            if self._lead is not None:
                pair, self._lead = bytes((self._lead, byte)), None
                found.append(_two_bytes(pair))
            elif byte < _ASCII_END:
                found.append(chr(byte) if byte < 0x7F else UNKNOWN)
            elif self.chinese and byte >= _LEAD_FROM:
                self._lead = byte
            else:
                found.append(self._one_byte(byte))
        return found

    def _one_byte(self, byte: int) -> str:
        page = CODE_PAGES.get(self.page)
        if page is None:
            return UNKNOWN
        return _printable(bytes((byte,)).decode(page, "replace"))


def _two_bytes(pair: bytes) -> str:
    """A letter of the two-byte part of GB18030; four-byte ones are in no printer of this kind."""
    try:
        return _printable(pair.decode("gb18030"))
    except UnicodeDecodeError:
        return UNKNOWN


def _printable(char: str) -> str:
    if char == "\xa0":
        return " "
    return char if len(char) == 1 and char.isprintable() and char != "\ufffd" else UNKNOWN
