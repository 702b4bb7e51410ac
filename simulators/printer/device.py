"""The simulated printer: takes bytes, prints at its speed, answers, runs out of paper, breaks.

It has no clock and no line of its own: whoever moves it says what time it is, and carries the
bytes. What it has printed is true in every fault; only what it says may be a lie.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Final

from simulators.printer.commands import RealTimeCommand, RealTimeScanner, Tokeniser
from simulators.printer.faults import FAULTS, parse_fault
from simulators.printer.interpreter import (
    CutNow,
    Effect,
    Interpreter,
    Notices,
    Print,
    Say,
    SayEcho,
    SayPaper,
    Watch,
)
from simulators.printer.paper import GLYPH, Paper
from simulators.printer.state import State

if TYPE_CHECKING:
    from simulators.printer.commands import Command
    from simulators.printer.paper import PaperRow

DOTS: Final = {32: 384, 42: 512, 48: 576}
BUFFER: Final = 4_096
ROW_S: Final = 0.02
CUT_S: Final = 0.3
_CONSTANT_ID: Final = b"1234"
_NOISE_BYTES: Final = 3
_UNSAID_MAX: Final = 65_536  # what waits to be said; bounds memory where nobody listens


class FakePrinter:
    """One printer. `columns` is 32, 42 or 48; `buffer` bytes wait; a row takes `row_s` seconds.

    `chinese`: it starts in Chinese mode, as several do. `cutter`: it has a knife.
    """

    def __init__(
        self,
        columns: int = 32,
        *,
        buffer: int = BUFFER,
        row_s: float = ROW_S,
        chinese: bool = False,
        cutter: bool = True,
        seed: int = 0,
    ) -> None:
        self.columns = columns
        self.dots = DOTS[columns]
        self.papers: list[Paper] = []
        self.powered = True
        self.plugged = True
        self.received = 0  # bytes since it was made
        self._buffer = buffer
        self._row_s = row_s
        self._has_cutter = cutter
        self._state = State()
        self._interpreter = Interpreter(self.dots, chinese=chinese, model=f"SIM-{columns}")
        self._tokeniser = Tokeniser()
        self._scanner = RealTimeScanner()
        self._queue: deque[tuple[float, Command]] = deque()
        self._queued = 0
        self._effects: deque[Effect] = deque()
        self._busy_until = 0.0
        self._unsaid: deque[tuple[float, bytes]] = deque()
        self._rows: list[PaperRow] = []
        self._random = Random(seed)  # noqa: S311 - noise, not a secret
        self._faults: dict[str, int] = {}
        self._watching = 0
        self._notices = 0
        self._last_group = self._state.group()

    # -- the line --------------------------------------------------------------------------------

    @property
    def room(self) -> int:
        """How many bytes it takes now."""
        if not self.powered or not self.plugged:
            return 0
        room = max(0, self._buffer - self._queued - self._tokeniser.held)
        stall = self._faults.get("stall")
        return room if stall is None else min(room, stall)

    @property
    def deadline(self) -> float | None:
        """When something is due; None when only somebody from outside can change anything."""
        moments = [at for at, _ in list(self._unsaid)[:1]]
        if self.powered and self._state.can_print:
            if self._effects:
                moments.append(self._busy_until)
            elif self._queue:
                moments.append(max(self._busy_until, self._queue[0][0]))
        return min(moments, default=None)

    def receive(self, data: bytes, now: float) -> bytes:
        """Bytes from the till; gives what it says by now. Takes no more than `room`."""
        self._work(now)
        for byte in data[: self.room]:
            if not self._live():
                break
            self.received += 1
            self._take(byte, now)
            self._count_down(now, came=1)
        if data:
            self._make_noise(now)
        self._work(now)
        return self._said(now)

    def tick(self, now: float) -> bytes:
        """Let time pass; gives what it says by now."""
        self._work(now)
        return self._said(now)

    def hang_up(self) -> None:
        """The till is gone: what was to be said to it is lost."""
        self._unsaid.clear()

    def _live(self) -> bool:
        return self.powered and self.plugged

    def _take(self, byte: int, now: float) -> None:
        urgent = self._scanner.feed(byte)
        for command in self._tokeniser.feed(bytes((byte,))):
            if command.name in ("DLE 04", "DLE 05", "DLE 14"):
                continue  # obeyed as it came
            self._queue.append((now, command))
            self._queued += command.size
            self._echo_early(command, now)
        if urgent is not None:
            self._obey(urgent, now)

    def _echo_early(self, command: Command, now: float) -> None:
        if "early-echo" in self._faults and command.name == "GS (":
            for effect in Interpreter(self.dots).run(command):
                if isinstance(effect, SayEcho):
                    self._say(b"\x37\x22" + effect.process_id + b"\0", now)

    def _obey(self, urgent: RealTimeCommand, now: float) -> None:
        match urgent.name:
            case "ask":
                self._say(self._told().answer(urgent.value), now)
            case "clear":
                self._drop_all()
                self._say(b"\x37\x25\0", now)
            case "recover" if urgent.value == 2 and self._state.cutter_jammed:
                self._drop_all()
            case _:
                pass

    def _told(self) -> State:
        """The state as it tells it."""
        lies = "says-paper" in self._faults
        return replace(self._state, paper_out=False, near_end=False) if lies else self._state

    # -- people ----------------------------------------------------------------------------------

    def load_paper(self, now: float = 0.0, rows: int | None = None) -> None:
        """A new roll: endless, or of so many rows. What hung out of the printer is torn off."""
        self.tear()
        self._faults.pop("paper-out", None)
        if rows is not None:
            self._faults["paper-out"] = rows
        self._change(now, paper_out=rows == 0, near_end=False)

    def open_cover(self, now: float) -> None:
        """It stops, and keeps what it has."""
        self._change(now, cover_open=True)

    def close_cover(self, now: float) -> None:
        """It goes on."""
        self._change(now, cover_open=False)

    def power_off(self) -> None:
        """Everything that is not on paper is lost."""
        self.powered = False
        self._drop_all()
        self._interpreter.reset()
        self._scanner.reset()
        self._unsaid.clear()
        self._watching = self._notices = 0

    def power_on(self, now: float) -> None:
        """As new, with the paper that was in it."""
        if not self.powered:
            self.powered = True
            self._busy_until = now
            self._last_group = self._told().group()

    def pull(self) -> None:
        """The cable is out; the printer goes on with what it has."""
        self.plugged = False
        self._unsaid.clear()

    def plug(self) -> None:
        """The cable is in again."""
        self.plugged = True

    def tear(self) -> Paper | None:
        """Somebody tears off what hangs out; None where nothing does."""
        return self._comes_out(cut=False) if self._rows else None

    @property
    def paper_out(self) -> bool:
        """Whether a new roll is wanted."""
        return self._state.paper_out

    @property
    def uncut(self) -> Paper:
        """What hangs out of the printer still."""
        return Paper(len(self.papers) + 1, self.dots, tuple(self._rows), cut=False)

    # -- faults ----------------------------------------------------------------------------------

    def fault(self, name: str, number: int | None = None, now: float = 0.0) -> None:
        """From now on this is wrong; see FAULTS for the names. Raises BadFault."""
        parse_fault(name)
        self._faults[name] = FAULTS[name].usual if number is None else number
        if name == "near-end":
            self._change(now, near_end=True)
        if name == "paper-out" and self._faults[name] == 0:
            self._change(now, paper_out=True)
        self._count_down(now, came=0)

    def clear_fault(self, now: float, name: str = "") -> None:
        """All is well again, or this one thing; power and paper are for people to put back."""
        for gone in [name] if name else list(self._faults):
            self._faults.pop(gone, None)
        if "cutter" not in self._faults:
            self._change(now, cutter_jammed=False)

    @property
    def faults(self) -> dict[str, int]:
        """What is wrong, with the numbers as they stand."""
        return dict(self._faults)

    def _count_down(self, now: float, *, came: int) -> None:
        """Faults that wait for bytes: so many came."""
        for name in ("stall", "cover-open", "power-loss", "pull"):
            left = self._faults.get(name)
            if left is None:
                continue
            self._faults[name] = max(0, left - came)
            if self._faults[name] == 0 and name != "stall":
                del self._faults[name]
                self._happen(name, now)

    def _happen(self, name: str, now: float) -> None:
        match name:
            case "cover-open":
                self.open_cover(now)
            case "power-loss":
                self.power_off()
            case _:
                self.pull()

    # -- printing --------------------------------------------------------------------------------

    def _work(self, now: float) -> None:
        """Do everything whose time has come, each thing at its own moment."""
        while self.powered and self._state.can_print:
            if self._effects:
                if self._busy_until > now:
                    return
                self._do(self._effects.popleft(), self._busy_until)
                continue
            if not self._queue or max(self._busy_until, self._queue[0][0]) > now:
                return
            came, command = self._queue.popleft()
            self._queued -= command.size
            self._busy_until = max(self._busy_until, came)
            self._effects.extend(self._interpreter.run(command))

    def _do(self, effect: Effect, moment: float) -> None:
        match effect:
            case Print(row):
                self._print(row, moment)
            case CutNow():
                self._cut(moment)
            case Say(data):
                self._say(data, moment)
            case SayEcho(process_id):
                self._echo(process_id, moment)
            case SayPaper():
                self._say(self._told().paper_answer(), moment)
            case Watch(what):
                self._watching = what
                self._last_group = self._told().group()
                if what:
                    self._say(self._last_group, moment)
            case Notices(how):
                self._notices = how

    def _print(self, row: PaperRow, moment: float) -> None:
        self._rows.append(row)
        row_s = self._faults["slow"] / 1000 if "slow" in self._faults else self._row_s
        count = max(1, -(-row.height // (GLYPH + GLYPH // 2)))
        self._busy_until = moment + row_s * count
        left = self._faults.get("paper-out")
        if left is not None:
            self._faults["paper-out"] = max(0, left - 1)
            if left <= 1:
                self._change(self._busy_until, paper_out=True)

    def _cut(self, moment: float) -> None:
        if "cutter" in self._faults:
            self._effects.appendleft(CutNow())
            self._change(moment, cutter_jammed=True)
            return
        if self._has_cutter:
            self._busy_until = moment + CUT_S
            self._comes_out(cut=True)

    def _comes_out(self, *, cut: bool) -> Paper:
        paper = Paper(len(self.papers) + 1, self.dots, tuple(self._rows), cut=cut)
        self._rows.clear()
        self.papers.append(paper)
        return paper

    def _drop_all(self) -> None:
        self._queue.clear()
        self._queued = 0
        self._effects.clear()
        self._tokeniser.reset()
        self._interpreter.drop_line()

    # -- saying ----------------------------------------------------------------------------------

    def _echo(self, process_id: bytes, moment: float) -> None:
        if self._faults.keys() & {"no-process-id", "early-echo"}:
            return
        told = _CONSTANT_ID if "constant-id" in self._faults else process_id
        self._say(b"\x37\x22" + told + b"\0", moment)

    def _say(self, data: bytes, moment: float) -> None:
        waiting = sum(len(part) for _, part in self._unsaid)
        if "silent" in self._faults or not self._live() or waiting > _UNSAID_MAX:
            return
        late_s = self._faults.get("late", 0) / 1000
        self._unsaid.append((moment + late_s, data))

    def _said(self, now: float) -> bytes:
        said = bytearray()
        while self._unsaid and self._unsaid[0][0] <= now:
            said += self._unsaid.popleft()[1]
        return bytes(said)

    def _make_noise(self, now: float) -> None:
        if "noise" in self._faults:
            self._say(self._random.randbytes(_NOISE_BYTES), now)
        if "status-noise" in self._faults:
            untrue = self._random.choice([{}, {"paper_out": True}, {"cover_open": True}])
            self._say(replace(self._state, **untrue).group(), now)

    def _change(self, now: float, **what: bool) -> None:
        """Something about the printer is different; it tells whoever asked to be told."""
        could = self._state.can_print
        self._state = replace(self._state, **what)
        if not could and self._state.can_print:
            self._busy_until = max(self._busy_until, now)
        group = self._told().group()
        if self._watching and group != self._last_group:
            self._say(group, now)
        self._last_group = group
        if self._notices and could and not self._state.can_print:
            cause = bytes((self._state.cause,)) if self._notices == 2 else b""
            self._say(b"\x37\x23" + cause + b"\0", now)
