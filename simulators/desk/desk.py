"""A terminal behind such a line: what every personality of the family does alike.

A personality gives `names`, `command` and, where its wire has them, `control`; it starts dialogues
with `start` (the order of the till) and `beside` (a short word while an order runs).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from simulators.desk.engine import Dialogue, Steps
from simulators.desk.link import Delivered, StxLink, Undelivered, Verdict
from simulators.terminal import Happening

if TYPE_CHECKING:
    from protocols.kit.framing import Control
    from protocols.kit.stx import StxShape
    from simulators.desk.link import Heard, LinkHabits
    from simulators.steps import Plan
    from simulators.terminal import SimTerminal

# Answers that a till may leave unacknowledged before the oldest is forgotten: a till that only
# talks must not fill the terminal's memory.
_BESIDE_MAX: Final = 16


class Desk:
    """One terminal's end of one line; see `simulators.personality.Personality`.

    `stream`: the line is a connection, so that its end is noticed.
    """

    def __init__(
        self, terminal: SimTerminal, shape: StxShape, habits: LinkHabits, *, stream: bool
    ) -> None:
        self.terminal = terminal
        self.now = 0.0
        self.link = StxLink(shape, habits, self.judge)
        self._stream = stream
        self._main: Dialogue | None = None
        self._beside: list[Dialogue] = []
        self._plans: deque[Plan] = deque()  # of the messages that were judged and not yet read

    # -- what a personality says ----------------------------------------------------------------

    def names(self, payload: bytes) -> tuple[str, ...]:
        """Code and words of a message, as scenarios name it."""
        raise NotImplementedError

    def command(self, payload: bytes, plan: Plan) -> None:
        """A good frame of the till."""
        raise NotImplementedError

    def hears(self, payload: bytes) -> Verdict:
        """What this terminal does with a good frame now, where no scenario wants it otherwise."""
        return Verdict.TAKE

    def control(self, control: Control) -> None:
        """A control byte of the till that no dialogue waits for."""

    def forgotten(self) -> None:
        """Power was lost: forget what was agreed with the till."""

    # -- what a personality does ----------------------------------------------------------------

    @property
    def occupied(self) -> bool:
        """Whether an order of the till is under way, its last word not counted."""
        return self._main is not None and not self._main.ending

    def start(self, steps: Steps) -> None:
        """Begin an order; one whose last word is under way makes room."""
        assert not self.occupied, "one order at a time"
        self._clear_main()
        self._main = Dialogue(steps, self.link)
        self._main.begin(self.now)

    def beside(self, steps: Steps) -> None:
        """A few words while an order may be running."""
        if len(self._beside) == _BESIDE_MAX:
            self._beside.pop().drop()
        dialogue = Dialogue(steps, self.link)
        self._beside.insert(0, dialogue)
        dialogue.begin(self.now)

    def _clear_main(self) -> None:
        if self._main is not None:
            self._main.drop()
            self._main = None
            self.terminal.finish()

    # -- the contract ---------------------------------------------------------------------------

    @property
    def deadline(self) -> float | None:
        """The earliest of all timers: line, dialogues, device."""
        first = self.link.deadline
        for moment in (self.terminal.deadline, *(d.due for d in self._dialogues())):
            if moment is not None and (first is None or moment < first):
                first = moment
        return first

    @property
    def listening(self) -> bool:
        """A terminal without power takes no connection."""
        return not self._stream or self.terminal.powered

    def receive(self, data: bytes, now: float) -> bytes:
        """Bytes from the till; without power nobody reads them."""
        self.now = now
        if not self.terminal.powered:
            return b""
        out = bytearray()
        for piece in self.link.pieces(data, now):
            # One after the other: what the first one begins decides how the next one is heard.
            self.link.take(piece, now)
            out += self._go_on()
        return bytes(out)

    def tick(self, now: float) -> bytes:
        """Let timers run out."""
        self.now = now
        self.terminal.tick(now)
        self.link.tick(now)
        for dialogue in self._dialogues():
            dialogue.tick(now)
        return self._go_on()

    def line_up(self, now: float) -> bytes:
        """A till connected."""
        self.now = now
        self.link.connect()
        return b""

    def line_down(self, now: float) -> bytes:
        """Over a connection the terminal sees it; what it says then is heard by nobody."""
        self.now = now
        if self._stream:
            self.link.hang_up()
            self._plans.clear()
            self._go_on()
        return b""

    # -- the pump -------------------------------------------------------------------------------

    def _dialogues(self) -> list[Dialogue]:
        main = [self._main] if self._main is not None else []
        return [*self._beside, *main]

    def _go_on(self) -> bytes:
        """Hand out what was heard and what happened until nothing more follows from it."""
        while True:
            heard = self.link.heard()
            for item in heard:
                self._take(item)
            happened = self._device()
            self._sweep()
            if not heard and not happened:
                return self.link.out()

    def _device(self) -> bool:
        """Tell the main dialogue the next thing that happened at the device."""
        happenings = self.terminal.happenings
        if not happenings:
            return False
        if Happening.POWER_LOST in happenings:
            self._power_lost()
            return True
        if self._main is None:
            happenings.popleft()
            return True
        if not self._main.waits_for_device:
            return False
        self._main.happened(happenings.popleft(), self.now)
        return True

    def _power_lost(self) -> None:
        for dialogue in self._dialogues():
            dialogue.drop()
        self._main = None
        self._beside = []
        self.terminal.happenings.clear()
        self.link.reset()
        self._plans.clear()
        self.forgotten()

    def _sweep(self) -> None:
        """Forget dialogues that are over."""
        self._beside = [dialogue for dialogue in self._beside if not dialogue.done]
        if self._main is not None and self._main.done:
            self._main = None
        if self._main is None or self._main.ending:
            self.terminal.finish()

    def judge(self, payload: bytes) -> Verdict:
        """What the line answers to a good frame; a scenario may want it otherwise."""
        plan = self.terminal.script.take(self.names(payload))
        heard = self.hears(payload)
        if "ignore" in plan or heard is Verdict.IGNORE:
            return Verdict.IGNORE
        if "nak" in plan or heard is Verdict.REFUSE:
            return Verdict.REFUSE
        self._plans.append(plan)
        return Verdict.REFUSE_AND_TAKE if "nak_and_run" in plan else heard

    def _take(self, item: Heard) -> None:
        match item:
            case Delivered() | Undelivered():
                any(dialogue.fate(item, self.now) for dialogue in self._dialogues())
            case bytes():
                self.command(item, self._plans.popleft())
            case _:
                if not any(dialogue.control(item, self.now) for dialogue in self._dialogues()):
                    self.control(item)
