"""A ZVT terminal on its line: takes commands, starts dialogues, keeps T3 and the line's timers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.errors import ProtocolError, UnknownMessage
from protocols.zvt.messages import parse, serialise
from protocols.zvt.profiles import ZVT_PROFILES
from simulators.personalities.zvt import answers, dialogues
from simulators.personalities.zvt.dialogues import Desk
from simulators.personalities.zvt.engine import Dialogue, Reply, Steps
from simulators.personalities.zvt.link import (
    Delivered,
    Heard,
    Link,
    SerialLink,
    TcpLink,
    Undelivered,
    Verdict,
)
from simulators.personalities.zvt.registration import Registration, id_of, stamped
from simulators.personalities.zvt.words import BUSY, NOT_POSSIBLE, PROTOCOL_ERROR, READY, names_of
from simulators.steps import NO_PLAN
from simulators.terminal import Happening, Order, Phase, SimTerminal

if TYPE_CHECKING:
    from protocols.kit.messages import Message
    from simulators.bank import BookingKind
    from simulators.personality import PersonalitySettings
    from simulators.steps import Plan

_ANSWERS: Final = (0x80, 0x84)
_POSITIVE: Final = frozenset({"8000", "8400"})
_MONEY: Final[dict[str, BookingKind]] = {"0601": "sale", "0630": "void", "0631": "refund"}
# What is possible beside a running transaction.
_BESIDE: Final = frozenset({"0501", "0600", "0602", "06E0"})
# Answers that a till may leave unacknowledged before the oldest is forgotten: a till that only
# talks must not fill the terminal's memory.
_BESIDE_MAX: Final = 16
_MONEY_FREE: Final = frozenset({"0620"})


class ZvtPersonality:
    """One terminal's end of one line; see `simulators.personality.Personality`."""

    def __init__(self, terminal: SimTerminal, settings: PersonalitySettings) -> None:
        profile = ZVT_PROFILES[settings.profile]
        self._terminal = terminal
        self._serial = settings.transport == "serial"
        self._t3_s = profile.t3_s
        self._now = 0.0
        self._desk = Desk(
            terminal=terminal,
            profile=profile,
            registration=Registration(profile.config_byte_after_log_off),
            now=lambda: self._now,
        )
        self._link: Link = (
            SerialLink(
                t1_s=max(profile.t1_s, settings.t1_floor_s),
                t2_s=profile.t2_s,
                repeats=profile.repeats,
                know_repeats=terminal.settings.duplicate_filter,
                judge=self._judge,
            )
            if self._serial
            else TcpLink(self._judge)
        )
        self._main: Dialogue | None = None
        self._beside: list[Dialogue] = []
        self._plan: Plan = NO_PLAN
        self._till_id: int | None = None  # sequence id of the till's last command
        self._own_id: int | None = None  # and of our last one

    # -- the contract ---------------------------------------------------------------------------

    @property
    def deadline(self) -> float | None:
        """The earliest of all timers: line, dialogues, device."""
        first = self._link.deadline
        moment = self._terminal.deadline
        if moment is not None and (first is None or moment < first):
            first = moment
        for dialogue in self._dialogues():
            moment = dialogue.due
            if moment is not None and (first is None or moment < first):
                first = moment
        return first

    @property
    def listening(self) -> bool:
        """A terminal without power takes no connection."""
        return self._serial or self._terminal.powered

    def receive(self, data: bytes, now: float) -> bytes:
        """Bytes from the till; without power nobody reads them."""
        self._now = now
        if not self._terminal.powered:
            return b""
        self._link.receive(data, now)
        return self._go_on()

    def tick(self, now: float) -> bytes:
        """Let timers run out."""
        self._now = now
        self._terminal.tick(now)
        self._link.tick(now)
        for dialogue in self._dialogues():
            dialogue.tick(now)
        return self._go_on()

    def line_up(self, now: float) -> bytes:
        """A till connected."""
        self._now = now
        return b""

    def line_down(self, now: float) -> bytes:
        """On TCP the terminal sees it and has nobody to talk to; its timers run on."""
        self._now = now
        if not self._serial:
            for dialogue in self._dialogues():
                dialogue.orphan = True
            self._link.reset()
        return b""

    # -- the pump -------------------------------------------------------------------------------

    def _dialogues(self) -> list[Dialogue]:
        return self._beside if self._main is None else [*self._beside, self._main]

    def _go_on(self) -> bytes:
        """Hand out what was heard and what happened until nothing more follows from it."""
        while True:
            heard = self._link.heard()
            for item in heard:
                self._take(item)
            happened = bool(self._terminal.happenings) and self._device()
            self._sweep()
            if not heard and not happened:
                return self._link.out()

    def _device(self) -> bool:
        """Tell the main dialogue the next happening at the device, if it waits."""
        happenings = self._terminal.happenings
        if Happening.POWER_LOST in happenings:
            self._power_lost()
            return True
        if self._main is None:
            happenings.popleft()
            return True
        if not self._main.waits_for_device:
            return False
        self._main.happened(happenings.popleft(), self._now)
        return True

    def _power_lost(self) -> None:
        for dialogue in self._dialogues():
            dialogue.drop()
        self._main = None
        self._beside = []
        self._terminal.happenings.clear()
        self._link.reset()
        config = self._desk.profile.config_byte_after_log_off
        self._desk.registration = Registration(config)

    def _sweep(self) -> None:
        """Forget dialogues that are over."""
        if self._beside:
            self._beside = [dialogue for dialogue in self._beside if not dialogue.done]
        if self._main is not None and self._main.done:
            self._main = None
        if self._main is None or self._main.ending:
            self._terminal.finish()

    def _take(self, item: Heard) -> None:
        if isinstance(item, Delivered | Undelivered):
            for dialogue in self._dialogues():
                if dialogue.fate(item, self._now):
                    return
        elif item[0] in _ANSWERS:
            self._take_reply(item)
        else:
            self._take_command(item)

    def _take_reply(self, apdu: bytes) -> None:
        code = apdu[:2].hex().upper()
        if self._desk.registration.ids and _id(apdu) not in {None, self._own_id}:
            return
        for dialogue in self._dialogues():
            if dialogue.waits_for_reply:
                reply = Reply.POSITIVE if code in _POSITIVE else Reply.NEGATIVE
                dialogue.reply(reply, self._now)
                return

    # -- commands -------------------------------------------------------------------------------

    def _judge(self, apdu: bytes) -> Verdict:
        """What the line answers to a good frame; a scenario may want it otherwise."""
        if not apdu or apdu[0] in _ANSWERS:
            return Verdict.TAKE
        self._plan = plan = self._terminal.script.take(names_of(apdu))
        if "ignore" in plan:
            return Verdict.IGNORE
        if "nak" in plan:
            return Verdict.REFUSE
        return Verdict.REFUSE_AND_TAKE if "nak_and_run" in plan else Verdict.TAKE

    def _take_command(self, apdu: bytes) -> None:
        plan, self._plan = self._plan, NO_PLAN
        try:
            message = parse(apdu, charset=self._desk.profile.charset)
        except UnknownMessage:
            self._start_beside(dialogues.answer(answers.negative(NOT_POSSIBLE)))
            return
        except ProtocolError:
            self._start_beside(dialogues.answer(answers.negative(PROTOCOL_ERROR)))
            return
        number = id_of(message)
        if number == 0:  # the offer of a registration: counting begins anew
            self._till_id = 0
        elif number is not None and self._desk.registration.ids:
            if number == self._till_id:
                return
            self._till_id = number
            self._desk.registration.last_id = max(self._desk.registration.last_id, number)
        if "silent" in plan:
            return
        keyed = plan.get("keypad")
        if keyed is not None:
            self._terminal.keypad(keyed.kind, keyed.amount_minor)
        refused = plan.get("refuse")
        if refused is not None:
            self._start_beside(dialogues.answer(answers.negative(refused.code)))
            return
        self._dispatch(message, plan)

    def _dispatch(self, message: Message, plan: Plan) -> None:
        code = message.layout.code.hex().upper()
        if self._main is not None and self._main.ending:
            self._main.drop()
            self._main = None
            self._terminal.finish()
        if code == "06B0":
            self._abort()
            return
        steps = self._steps(code, message, plan)
        if "stale" in plan:
            steps = dialogues.stale(self._desk, steps)
        if self._main is None and self._terminal.phase is Phase.IDLE:
            self._start_main(steps)
        elif code in _BESIDE or (code in _MONEY_FREE and not self._terminal.says_busy):
            self._start_beside(steps)
        else:
            self._start_beside(dialogues.answer(answers.negative(BUSY)))

    def _abort(self) -> None:
        """06 B0: possible while a card is awaited; not any more while the host is asked."""
        possible = self._terminal.phase in {Phase.IDLE, Phase.CARD} and (
            self._main is None or self._terminal.phase is Phase.CARD
        )
        answer = answers.POSITIVE if possible else answers.negative(NOT_POSSIBLE)
        self._start_beside(dialogues.answer(answer))
        if possible:
            self._terminal.abort()

    def _steps(self, code: str, message: Message, plan: Plan) -> Steps:
        desk = self._desk
        if code in _MONEY:
            return dialogues.money(desk, _order(_MONEY[code], message, desk), plan)
        match code:
            case "0501":
                return dialogues.status(desk, message, self._status_code(plan))
            case "0600":
                return dialogues.register(desk, message)
            case "0602":
                return dialogues.log_off(desk)
            case "0620":
                return dialogues.repeat_receipt(desk, message)
            case "0650":
                return dialogues.end_of_day(desk)
            case "0670":
                return dialogues.diagnose(desk)
            case "0691":
                return dialogues.simple(desk)
            case "0693" if desk.profile.has_initialisation:
                return dialogues.initialise(desk)
            case "06D1":
                return dialogues.print_for_till(desk, message)
            case "06E0":
                return dialogues.show_text(desk, message)
        return dialogues.answer(answers.negative(NOT_POSSIBLE))

    def _status_code(self, plan: Plan) -> str:
        wanted = plan.get("status")
        if wanted is not None:
            return wanted.code
        terminal = self._terminal
        idle = terminal.phase is Phase.IDLE
        if terminal.says_busy or (idle and self._main is not None):
            return BUSY
        if terminal.end_of_day_pending:
            return "F0"
        if terminal.settings.locked:
            return "C0"
        return "CC" if terminal.settings.own_printer and not terminal.has_paper else READY

    def _start_main(self, steps: Steps) -> None:
        self._main = Dialogue(steps, self._link, self._stamp)
        self._main.begin(self._now, self._t3_s)

    def _start_beside(self, steps: Steps) -> None:
        if len(self._beside) == _BESIDE_MAX:
            self._beside.pop().give_up()
        dialogue = Dialogue(steps, self._link, self._stamp)
        self._beside.insert(0, dialogue)
        dialogue.begin(self._now, self._t3_s)

    def _stamp(self, message: Message, is_answer: bool) -> bytes:
        """The APDU, with a sequence id where the till and we agreed on them."""
        registration = self._desk.registration
        if registration.ids:
            if is_answer and self._till_id is not None:
                message = stamped(message, self._till_id)
            elif not is_answer and _agreed(message):
                self._own_id = registration.next_id()
                message = stamped(message, self._own_id)
        return serialise(message)


def _agreed(message: Message) -> bool:
    """The completion of the registration itself carries the offer 000000."""
    return id_of(message) != 0


def _id(apdu: bytes) -> int | None:
    try:
        return id_of(parse(apdu))
    except ProtocolError:
        return None


def _order(kind: BookingKind, message: Message, desk: Desk) -> Order:
    currency = message.text("currency")
    timeout_s = message.number("timeout_s") if "timeout_s" in message.values else None
    return Order(
        kind=kind,
        amount_minor=message.number("amount_minor"),
        currency=currency[-3:] if currency else desk.terminal.settings.currency,
        original_receipt_number=message.text("receipt_number") if kind == "void" else None,
        card_timeout_s=float(timeout_s) if timeout_s else None,
    )
