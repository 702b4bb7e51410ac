"""What the simulated printer's commands do to its line of letters: commands in, effects out.

It draws, feeds and cuts nothing itself: the device does so, one effect after the other, as long as
there is paper. An unknown command changes nothing, as on a real printer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from simulators.printer.letters import Letters
from simulators.printer.paper import CELL, GLYPH, Band, Feed, Glyph, QrRow, TextRow

if TYPE_CHECKING:
    from simulators.printer.commands import Command

LINE_SPACING: Final = 30  # dots, as after power-on (1/6 inch)
_TAB: Final = 8
_QR_BYTES_MAX: Final = 7_089
_WIDE: Final = 2


@dataclass(frozen=True, slots=True)
class Print:
    """Put this on the paper."""

    row: TextRow | Band | QrRow | Feed


@dataclass(frozen=True, slots=True)
class CutNow:
    """Cut."""


@dataclass(frozen=True, slots=True)
class Say:
    """Send bytes to the till, now that everything before is done."""

    data: bytes


@dataclass(frozen=True, slots=True)
class SayEcho:
    """GS ( H function 48."""

    process_id: bytes


@dataclass(frozen=True, slots=True)
class SayPaper:
    """GS r: the paper as it is at this moment."""


@dataclass(frozen=True, slots=True)
class Watch:
    """GS a: tell changes by yourself; 0 ends it."""

    what: int


@dataclass(frozen=True, slots=True)
class Notices:
    """GS ( H function 49: tell when you stop (0 not, 1 plainly, 2 with the cause)."""

    how: int


Effect = Print | CutNow | Say | SayEcho | SayPaper | Watch | Notices


@dataclass(frozen=True, slots=True)
class Style:
    """How letters look."""

    bold: bool = False
    underline: bool = False
    reverse: bool = False
    wide: int = 1
    tall: int = 1


class Interpreter:
    """The state between commands. `dots` is the width of a line."""

    def __init__(self, dots: int, *, chinese: bool = False, model: str = "SIM-80") -> None:
        self.dots = dots
        self._model = model
        self._letters = Letters(chinese=chinese)
        self._pictures = 0
        self._qr_data = b""
        self._qr_module = 3
        self.reset()

    def reset(self) -> None:
        """ESC @ and power-on: every setting is as at first, an unfinished line is gone."""
        self._letters.reset()
        self._style = Style()
        self._align = 0
        self._spacing = LINE_SPACING
        self.drop_line()

    def drop_line(self) -> None:
        """Forget the letters of the line that was not printed yet."""
        self._glyphs: list[Glyph] = []
        self._x = 0

    def run(self, command: Command) -> list[Effect]:
        """Carry out one command."""
        name, data = command.name, command.data
        if name == "GS (":  # the letter behind it names the command, then comes a count
            name, data = f"GS ( {chr(data[0])}", data[3:]
        own = _COMMANDS.get(name)
        return own(self, data) if own is not None else []

    # -- letters ---------------------------------------------------------------------------------

    def text(self, data: bytes) -> list[Effect]:
        """Letters into the line; a full line prints itself."""
        effects: list[Effect] = []
        for char in self._letters.decode(data):
            width = CELL * _cells(char) * self._style.wide
            if self._x + width > self.dots:
                effects += self.line_feed(b"")
            style = self._style
            self._glyphs.append(
                Glyph(
                    *(char, self._x, width, GLYPH * style.tall),
                    *(style.bold, style.underline, style.reverse),
                )
            )
            self._x += width
        return effects

    def tab(self, _data: bytes) -> list[Effect]:
        """HT: to the next eighth column."""
        stop = CELL * _TAB
        self._x = min((self._x // stop + 1) * stop, self.dots)
        return []

    def line_feed(self, _data: bytes) -> list[Effect]:
        """LF: print the line."""
        return [Print(self._line())]

    def _line(self) -> TextRow:
        shift = 0
        if self._glyphs:
            shift = (0, (self.dots - self._x) // 2, self.dots - self._x)[self._align]
        glyphs = tuple(replace(glyph, x=glyph.x + shift) for glyph in self._glyphs)
        tallest = max((glyph.height for glyph in glyphs), default=0)
        self.drop_line()
        return TextRow(glyphs, max(self._spacing, tallest))

    def _unfinished(self) -> list[Effect]:
        return self.line_feed(b"") if self._glyphs else []

    def feed_lines(self, data: bytes) -> list[Effect]:
        """ESC d n."""
        first: list[Effect] = [Print(self._line())] if data[0] else self._unfinished()
        return first + [Print(self._line()) for _ in range(1, data[0])]

    def feed_dots(self, data: bytes) -> list[Effect]:
        """ESC J n: the line if there is one, then n dots."""
        return [*self._unfinished(), *([Print(Feed(data[0]))] if data[0] else [])]

    # -- settings --------------------------------------------------------------------------------

    def initialise(self, _data: bytes) -> list[Effect]:
        """ESC @."""
        self.reset()
        return [Watch(0), Notices(0)]

    def mode(self, data: bytes) -> list[Effect]:
        """ESC ! n."""
        bits = data[0]
        self._style = replace(
            self._style,
            bold=bool(bits & 0x08),
            tall=2 if bits & 0x10 else 1,
            wide=2 if bits & 0x20 else 1,
            underline=bool(bits & 0x80),
        )
        return []

    def chinese_mode(self, data: bytes) -> list[Effect]:
        """FS ! n."""
        wide, tall = (2 if data[0] & bit else 1 for bit in (0x04, 0x08))
        self._style = replace(self._style, wide=wide, tall=tall, underline=bool(data[0] & 0x80))
        return []

    def chinese_double(self, data: bytes) -> list[Effect]:
        """FS W n."""
        times = 2 if data[0] & 1 else 1
        self._style = replace(self._style, wide=times, tall=times)
        return []

    def size(self, data: bytes) -> list[Effect]:
        """GS ! n."""
        self._style = replace(self._style, wide=(data[0] >> 4 & 7) + 1, tall=(data[0] & 7) + 1)
        return []

    def bold(self, data: bytes) -> list[Effect]:
        """ESC E n, ESC G n."""
        self._style = replace(self._style, bold=bool(data[0] & 1))
        return []

    def underline(self, data: bytes) -> list[Effect]:
        """ESC - n."""
        self._style = replace(self._style, underline=data[0] in b"\x01\x0212")
        return []

    def reverse(self, data: bytes) -> list[Effect]:
        """GS B n."""
        self._style = replace(self._style, reverse=bool(data[0] & 1))
        return []

    def align(self, data: bytes) -> list[Effect]:
        """ESC a n; only where a line begins."""
        if not self._glyphs and data[0] % 48 in (0, 1, 2):
            self._align = data[0] % 48
        return []

    def position(self, data: bytes) -> list[Effect]:
        """ESC $ nL nH."""
        self._x = min(int.from_bytes(data, "little"), self.dots)
        return []

    def spacing(self, data: bytes) -> list[Effect]:
        """ESC 3 n."""
        self._spacing = data[0]
        return []

    def usual_spacing(self, _data: bytes) -> list[Effect]:
        """ESC 2."""
        self._spacing = LINE_SPACING
        return []

    def code_page(self, data: bytes) -> list[Effect]:
        """ESC t n."""
        self._letters.page = data[0]
        return []

    def chinese_on(self, _data: bytes) -> list[Effect]:
        """FS &."""
        self._letters.switch(chinese=True)
        return []

    def chinese_off(self, _data: bytes) -> list[Effect]:
        """FS ."""
        self._letters.switch(chinese=False)
        return []

    # -- pictures and codes ----------------------------------------------------------------------

    def raster(self, data: bytes) -> list[Effect]:
        """GS v 0 m xL xH yL yH d...: dots as they are; m doubles them."""
        times_x, times_y = 1 + (data[1] & 1), 1 + (data[1] >> 1 & 1)
        width = int.from_bytes(data[2:4], "little")
        dots = data[6:]
        lines = [dots[at : at + width] for at in range(0, len(dots), width)] if width else []
        rows = [_times(line, times_x) for line in lines for _ in range(times_y)]
        return [*self._unfinished(), *self._bands(rows, width * 8 * times_x)]

    def _bands(self, rows: list[bytes], width: int) -> list[Effect]:
        self._pictures += 1
        shift = max(0, (0, (self.dots - width) // 2, self.dots - width)[self._align])
        return [
            Print(Band(shift, width, tuple(rows[at : at + GLYPH]), self._pictures, len(rows)))
            for at in range(0, len(rows), GLYPH)
        ]

    def functions(self, data: bytes) -> list[Effect]:
        """GS ( k: the QR code's functions; other codes are not drawn."""
        if len(data) < 2 or data[0] != 49:
            return []
        match data[1]:
            case 67 if len(data) > 2:
                self._qr_module = min(max(data[2], 1), 16)
            case 80 if len(data) > 3:
                self._qr_data = data[3:][:_QR_BYTES_MAX]
            case 81 if self._qr_data:
                return [*self._unfinished(), Print(self._qr())]
            case _:
                pass
        return []

    def _qr(self) -> QrRow:
        from qrcode import QRCode
        from qrcode.constants import ERROR_CORRECT_M

        code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
        code.add_data(self._qr_data)
        code.make()
        modules = tuple(tuple(bool(dot) for dot in line) for line in code.modules)
        room = self.dots - len(modules) * self._qr_module
        shift = max(0, (0, room // 2, room)[self._align])
        return QrRow(self._qr_data.decode("utf-8", "replace"), shift, modules, self._qr_module)

    # -- the rest --------------------------------------------------------------------------------

    def cut(self, data: bytes) -> list[Effect]:
        """GS V: feed what is asked for, then cut."""
        feed: list[Effect] = [Print(Feed(data[1]))] if len(data) > 1 and data[1] else []
        return [*self._unfinished(), *feed, CutNow()]

    def cut_at_once(self, _data: bytes) -> list[Effect]:
        """ESC i, ESC m."""
        return [*self._unfinished(), CutNow()]

    def host(self, data: bytes) -> list[Effect]:
        """GS ( H: answers that come when everything before is done."""
        match tuple(data):
            case (48, 48, *process_id) if len(process_id) == 4:
                return [SayEcho(bytes(process_id))]
            case (49, 48, how):
                return [Notices(how % 48)]
            case _:
                return []

    def watch(self, data: bytes) -> list[Effect]:
        """GS a n."""
        return [Watch(data[0])]

    def paper(self, data: bytes) -> list[Effect]:
        """GS r n: 1 the paper; 2 the drawer, which nobody has plugged in."""
        return [SayPaper()] if data[0] % 48 == 1 else [Say(b"\x00")]

    def identity(self, data: bytes) -> list[Effect]:
        """GS I n: what kind of printer this is."""
        texts = {65: "1.00", 66: "SIMULATED", 67: self._model, 68: "0001", 69: "GB18030"}
        text = texts.get(data[0])
        return [Say(b"_" + text.encode("ascii") + b"\0")] if text is not None else []


def _cells(char: str) -> int:
    from wcwidth import wcwidth

    return _WIDE if wcwidth(char) == _WIDE else 1


def _times(line: bytes, times: int) -> bytes:
    """The dots of a line, each doubled where `times` is 2."""
    if times == 1:
        return line
    bits = "".join(bit * times for byte in line for bit in f"{byte:08b}")
    return int(bits, 2).to_bytes(len(bits) // 8, "big") if bits else b""


_COMMANDS: Final[dict[str, Callable[[Interpreter, bytes], list[Effect]]]] = {
    "text": Interpreter.text, "HT": Interpreter.tab, "LF": Interpreter.line_feed,
    "ESC @": Interpreter.initialise, "ESC !": Interpreter.mode, "ESC -": Interpreter.underline,
    "ESC 2": Interpreter.usual_spacing, "ESC 3": Interpreter.spacing,
    "ESC E": Interpreter.bold, "ESC G": Interpreter.bold, "ESC J": Interpreter.feed_dots,
    "ESC d": Interpreter.feed_lines, "ESC a": Interpreter.align, "ESC t": Interpreter.code_page,
    "ESC $": Interpreter.position, "ESC i": Interpreter.cut_at_once,
    "ESC m": Interpreter.cut_at_once,
    "FS &": Interpreter.chinese_on, "FS .": Interpreter.chinese_off,
    "FS !": Interpreter.chinese_mode, "FS W": Interpreter.chinese_double,
    "GS !": Interpreter.size, "GS B": Interpreter.reverse, "GS v": Interpreter.raster,
    "GS ( H": Interpreter.host, "GS ( k": Interpreter.functions, "GS V": Interpreter.cut,
    "GS a": Interpreter.watch, "GS r": Interpreter.paper, "GS I": Interpreter.identity,
}  # fmt: skip
