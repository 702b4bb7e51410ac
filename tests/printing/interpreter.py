"""A small printer of the tests: reads a job back, byte by byte, and knows nothing of the composer.

What it does not know raises. It counts on Epson's rule that the last size command holds for both
kinds of letters, and on other makers' rule that each kind has its own; both must come out the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from printing.sheet import Block, Cut, Qr, Row

# What two bytes are, and how many more belong to the command.
_SIMPLE = {
    b"\x1b@": 0, b"\x1bR": 1, b"\x1bt": 1, b"\x1bE": 1, b"\x1ba": 1, b"\x1bJ": 1, b"\x1bd": 1,
    b"\x1c&": 0, b"\x1c.": 0, b"\x1c!": 1, b"\x1d!": 1, b"\x1dV": 2, b"\x1b$": 2,
}  # fmt: skip


class Refused(Exception):
    """Bytes that no job of ours may hold."""


@dataclass(slots=True)
class Paper:
    """What a job did. `dots` are the rows of its pictures and feeds, without the text."""

    pages: dict[int, str]  # which code page a number selects
    line_bytes: int = 0
    blocks: list[Block] = field(default_factory=list)
    dots: list[bytes] = field(default_factory=list)
    cut_at: list[int] = field(default_factory=list)
    resets: int = 0
    _charset: str = ""
    _bold: bool = False
    _latin: tuple[int, int] = (1, 1)
    _chinese: tuple[int, int] = (1, 1)
    _last: tuple[int, int] = (1, 1)
    _line: bytearray = field(default_factory=bytearray)
    _qr: bytes = b""

    def take(self, job: bytes) -> Paper:
        """The whole job, to its last byte."""
        at = 0
        while at < len(job):
            at += self._one(job[at:])
        if self._line:
            raise Refused("a line without an end")
        return self

    def _one(self, job: bytes) -> int:
        if job[0] >= 0x20:
            self._line.append(job[0])
            return 1
        if job[:1] == b"\n":
            self._end_line()
            return 1
        if job[:3] == b"\x1d(k":
            return self._symbol(job)
        if job[:3] == b"\x1dv0":
            return self._picture(job)
        name = job[:2]
        if name not in _SIMPLE or len(job) < 2 + _SIMPLE[name]:
            raise Refused(job[:8].hex(" "))
        self._obey(name, job[2 : 2 + _SIMPLE[name]])
        return 2 + _SIMPLE[name]

    def _obey(self, name: bytes, values: bytes) -> None:
        if name == b"\x1b$":
            self._jump(int.from_bytes(values, "little"))
            return
        if self._line and name not in {b"\x1bE", b"\x1d!", b"\x1c!"}:
            raise Refused(f"{name.hex()} in the middle of a line")
        value = values[0] if values else 0
        if name == b"\x1b@":
            self.resets += 1
        elif name in {b"\x1c&", b"\x1c."}:
            self._charset = "gb18030" if name == b"\x1c&" else "unset"
        elif name == b"\x1bt":
            self._charset = self.pages[value]
        elif name == b"\x1bE":
            self._bold = bool(value)
        elif name == b"\x1d!":
            self._latin = self._last = (value >> 4) + 1, (value & 0x0F) + 1
        elif name == b"\x1c!":
            self._chinese = self._last = 2 if value & 4 else 1, 2 if value & 8 else 1
        elif name == b"\x1bJ":
            self.dots += [bytes(self.line_bytes)] * value
        elif name in {b"\x1dV", b"\x1bd"}:
            if values not in {b"\x42\x00", b"\x05"}:
                raise Refused(values.hex())
            self.cut_at.append(len(self.dots))
            self.blocks.append(Cut())

    def _jump(self, dots: int) -> None:
        """One byte is 12 dots of the size that is on."""
        cell = 12 * self._latin[0]
        if dots % cell or dots // cell <= len(self._line):
            raise Refused(f"a jump to {dots}")
        self._line += b" " * (dots // cell - len(self._line))

    def _end_line(self) -> None:
        text = self._line.decode(self._charset)
        self._line.clear()
        if not text:
            self.blocks.append(Row())
            return
        if self._charset == "gb18030":
            assert self._last == self._latin
            assert self._chinese == (min(self._latin[0], 2), min(self._latin[1], 2))
        self.blocks.append(Row(text, self._bold, *self._latin))

    def _symbol(self, job: bytes) -> int:
        size = int.from_bytes(job[3:5], "little")
        kind, function, content = job[5:6], job[6:7], job[7 : 5 + size]
        if kind != b"1" or len(job) < 5 + size:
            raise Refused(job[:8].hex(" "))
        if function == b"P":
            assert content[:1] == b"0"
            self._qr = content[1:]
        elif function == b"Q":
            self.blocks.append(Qr(self._qr.decode("ascii")))
        elif function not in {b"A", b"C", b"E"}:
            raise Refused(job[:8].hex(" "))
        return 5 + size

    def _picture(self, job: bytes) -> int:
        if self._line:
            raise Refused("a picture in the middle of a line")
        times = {0: 1, 3: 2}[job[3]]
        across, down = int.from_bytes(job[4:6], "little"), int.from_bytes(job[6:8], "little")
        size = across * down
        if not size or len(job) < 8 + size:
            raise Refused(job[:8].hex(" "))
        for start in range(8, 8 + size, across):
            row = _doubled(job[start : start + across]) if times == 2 else job[start:][:across]
            self.dots += [row.ljust(self.line_bytes, b"\0")] * times
        return 8 + size


def _doubled(row: bytes) -> bytes:
    bits = "".join(2 * bit for byte in row for bit in f"{byte:08b}")
    return int(bits, 2).to_bytes(2 * len(row), "big")
