"""An ECR17 terminal on its line: takes requests, starts dialogues, hangs up where it is wont to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from protocols.ecr17 import layouts
from protocols.ecr17.framing import MODES
from protocols.ecr17.messages import code_of, parse
from protocols.ecr17.profiles import ECR17_PROFILES
from protocols.kit.errors import ProtocolError
from protocols.kit.stx import AckShape
from simulators.books import Order
from simulators.desk.desk import Desk
from simulators.desk.link import LinkHabits, Verdict
from simulators.habits import own
from simulators.personalities.ecr17 import dialogues
from simulators.personalities.ecr17.habits import HABITS, WhenBusy
from simulators.personalities.ecr17.words import (
    NOT_ALIGNED,
    NOT_CONFIGURED,
    OPERATIVE,
    names_of,
)
from simulators.terminal import Phase

if TYPE_CHECKING:
    from protocols.kit.messages import Message, MessageLayout
    from simulators.desk.engine import Steps
    from simulators.personality import PersonalitySettings
    from simulators.steps import Plan
    from simulators.terminal import SimTerminal

_NO_CHECK: Final = "00000000"
_MONEY: Final = frozenset({layouts.PAYMENT, layouts.PAYMENT_EXTENDED, layouts.REVERSAL})
_ASKED_ANY_TIME: Final = frozenset({layouts.STATUS, layouts.LAST_RESULT})
_KNOWN: Final = frozenset({*_MONEY, *_ASKED_ANY_TIME, layouts.ROUTING, layouts.REPRINT})
_SIZED: Final = "CT"


class Ecr17Personality(Desk):
    """One terminal's end of one line; see `simulators.personality.Personality`."""

    def __init__(self, terminal: SimTerminal, settings: PersonalitySettings) -> None:
        profile = ECR17_PROFILES[settings.profile]
        self.habits = own(settings.habits, HABITS[settings.profile])
        shape = MODES[self.habits.lrc]
        if self.habits.lone_ack:
            shape = replace(shape, acks=AckShape.BYTE)
        self.shape = shape
        line = LinkHabits(
            byte_s=max(profile.byte_s, settings.t1_floor_s),
            ack_s=profile.terminal_ack_s,
            repeats=profile.terminal_repeats,
            know_repeats=terminal.settings.duplicate_filter,
            refuses_damage=self.habits.refuses_damage,
        )
        stream = settings.transport == "tcp"
        super().__init__(terminal, shape, line, stream=stream)
        self._hangs_up = stream and self.habits.hangs_up
        self._till = False
        self._hung_up = False
        self.routed = False  # receipts go to the till, until the next order is over

    # -- the contract ---------------------------------------------------------------------------

    @property
    def listening(self) -> bool:
        """Not without power, and not behind an answer where it hangs up then."""
        return not self._hung_up and super().listening

    def line_up(self, now: float) -> bytes:
        """A till connected."""
        self._till, self._hung_up = True, False
        return super().line_up(now)

    def line_down(self, now: float) -> bytes:
        """The till is gone; the next one may come."""
        self._till = self._hung_up = False
        return super().line_down(now)

    def names(self, payload: bytes) -> tuple[str, ...]:
        """Letter and words of a message."""
        return names_of(payload)

    def forgotten(self) -> None:
        """Power was lost."""
        self.routed = False

    # -- what it takes --------------------------------------------------------------------------

    def judge(self, payload: bytes) -> Verdict:
        """NAK for what it does not know, does not offer or is not meant for it; while it is busy
        as its habit is; where the result comes first, no acknowledgement yet."""
        message = self._readable(payload)
        if message is None:
            return Verdict.REFUSE
        if self._too_busy_for(message.layout):
            silent = self.habits.when_busy is not WhenBusy.NAK
            return Verdict.IGNORE if silent else Verdict.REFUSE
        verdict = super().judge(payload)
        late = self.habits.ack_after_result and message.layout is not layouts.ROUTING
        return Verdict.TAKE_SILENTLY if verdict is Verdict.TAKE and late else verdict

    def _readable(self, payload: bytes) -> Message | None:
        try:
            message = parse(payload, direction="to_terminal")
        except ProtocolError:
            return None
        if message.text("terminal_id") not in {_NO_CHECK, self.terminal.settings.terminal_id}:
            return None
        if code_of(payload) in _SIZED:
            return message if len(payload) in self.habits.totals_sizes else None
        return message if message.layout in _KNOWN else None

    def _too_busy_for(self, layout: MessageLayout) -> bool:
        if layout is layouts.LAST_RESULT and self.habits.when_busy is WhenBusy.OLD_RESULT:
            return False
        if layout in _ASKED_ANY_TIME and self.terminal.phase in {Phase.VOTE, Phase.REVERSING}:
            return self.terminal.says_busy
        return self.occupied or self.terminal.phase is not Phase.IDLE

    def command(self, payload: bytes, plan: Plan) -> None:
        """Begin what the till wants."""
        message = parse(payload, direction="to_terminal")
        keyed = plan.get("keypad")
        if keyed is not None:
            self.terminal.keypad(keyed.kind, keyed.amount_minor)
        if message.layout is layouts.ROUTING:
            self.routed = message.text("to_ecr") == "1"
        elif "silent" not in plan:
            steps = self._steps(message, plan)
            if "stale" in plan:
                steps = dialogues.stale(self, steps)
            if self.occupied or self.terminal.phase is not Phase.IDLE:
                self.beside(steps)
            else:
                self.start(steps)

    def _steps(self, message: Message, plan: Plan) -> Steps:
        match message.layout.code:
            case b"s":
                wanted = plan.get("status")
                return dialogues.status(self, wanted.code if wanted else self._state())
            case b"P" | b"X":
                form = (
                    layouts.EXTENDED_RESULT
                    if message.layout is layouts.PAYMENT_EXTENDED
                    else layouts.SHORT_RESULT
                )
                return dialogues.money(self, self._sale(message), form, plan)
            case b"S":
                return dialogues.money(self, self._void(message), layouts.REVERSAL_RESULT, plan)
            case b"G":
                return dialogues.last_result(self)
            case b"C":
                return dialogues.close(self)
            case b"T":
                return dialogues.totals(self)
            case _:
                return dialogues.reprint(self, at_till=message.text("to_ecr") == "1")

    def _state(self) -> str:
        if self.terminal.settings.locked:
            return NOT_CONFIGURED
        return NOT_ALIGNED if self.terminal.end_of_day_pending else OPERATIVE

    def _sale(self, message: Message) -> Order:
        currency = self.terminal.settings.currency
        return Order("sale", message.number("amount_minor"), currency)

    def _void(self, message: Message) -> Order:
        """Only the newest booking can be undone, and only when its trace number is the asked one;
        zeros ask for whatever it is. What the terminal undid by itself does not count."""
        wanted = message.text("trace_number") or ""
        rows = self.terminal.memory.store
        booked = [row for row in rows if row.approved and row.kind != "auto_reversal"]
        newest = booked[-1] if booked else None
        fits = newest is not None and (not wanted.strip("0") or newest.trace_number == wanted)
        receipt = newest.receipt_number if fits and newest is not None else ""
        return Order("void", None, self.terminal.settings.currency, receipt)

    def answered(self) -> None:
        """All that belongs to an answer was said."""
        self._hung_up = self._hangs_up and self._till
