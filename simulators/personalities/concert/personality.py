"""A Concert V2 terminal on its line: it hears one request at a time, and asks for the line itself.

While an order runs it hears nothing, not even ENQ (seen with real terminals). It has no enquiry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.concert.layouts import REQUEST, SHAPE
from protocols.concert.messages import parse
from protocols.concert.profiles import CONCERT_PROFILES
from protocols.concert.results import NOT_DONE
from protocols.kit.errors import ProtocolError
from protocols.kit.stx import ENQ, NAMES
from simulators.books import Order
from simulators.desk.desk import Desk
from simulators.desk.link import LinkHabits, Verdict
from simulators.habits import own
from simulators.personalities.concert import answers, dialogues
from simulators.personalities.concert.habits import habits_of
from simulators.personalities.concert.words import names_of
from simulators.terminal import Phase

if TYPE_CHECKING:
    from protocols.kit.framing import Control
    from protocols.kit.messages import Message
    from simulators.bank import BookingKind
    from simulators.memory import Transaction
    from simulators.personality import PersonalitySettings
    from simulators.steps import Plan
    from simulators.terminal import SimTerminal

_MONEY: Final[dict[str, BookingKind]] = {"0": "sale", "1": "refund", "2": "void"}
_DUPLICATE: Final = "3"
_PATIENT: Final = 3  # rounds of a terminal that offers its answer again


class ConcertPersonality(Desk):
    """One terminal's end of one line; see `simulators.personality.Personality`."""

    def __init__(self, terminal: SimTerminal, settings: PersonalitySettings) -> None:
        profile = CONCERT_PROFILES[settings.profile]
        self._habits = own(settings.habits, habits_of(settings.profile))
        line = LinkHabits(
            byte_s=max(profile.byte_s, settings.t1_floor_s),
            ack_s=profile.ack_s,
            repeats=profile.repeats,
            know_repeats=terminal.settings.duplicate_filter,
            refuses_damage=self._habits.refuses_damage,
        )
        super().__init__(terminal, SHAPE, line, stream=False)
        self._has_line = False  # the till asked for the line and has not given it back
        self._said = b""  # the answer before, for one that is stale

    def names(self, payload: bytes) -> tuple[str, ...]:
        """Code and words of a message."""
        return names_of(payload)

    def control(self, control: Control) -> None:
        """ENQ is heard by an idle terminal only; EOT gives the line back."""
        enquired = control.name == NAMES[ENQ]
        self._has_line = enquired and not self._at_work
        if self._has_line:
            # Who asks for the line anew wants it again; a repeat comes without ENQ. Terminals have
            # no duplicate check, and a till that trusts in one pays twice.
            self.link.begin_anew()
            self.link.acknowledge()

    @property
    def _at_work(self) -> bool:
        return self.occupied or self.terminal.phase is not Phase.IDLE

    def hears(self, payload: bytes) -> Verdict:
        """A frame is taken from a till that has the line; what cannot be read is refused."""
        if self._at_work or not self._has_line:
            return Verdict.IGNORE
        try:
            message = parse(payload)
        except ProtocolError:
            return Verdict.REFUSE
        return Verdict.TAKE if message.layout is REQUEST else Verdict.REFUSE

    def forgotten(self) -> None:
        """Without power nobody has the line."""
        self._has_line = False

    def command(self, payload: bytes, plan: Plan) -> None:
        """Begin what the till wants."""
        self._has_line = False
        message = parse(payload)
        keyed = plan.get("keypad")
        if keyed is not None:
            self.terminal.keypad(keyed.kind, keyed.amount_minor)
        if "silent" in plan:
            return
        kind = message.text("type") or ""
        ended = plan.get("abort")
        if ended is not None:
            self._say(answers.bare(message, ended.code, echoes=self._habits.echoes))
        elif kind in _MONEY:
            self._book(_MONEY[kind], message, plan)
        elif kind == _DUPLICATE:
            self._print_again(message)
        else:
            self._say(answers.bare(message, NOT_DONE, echoes=self._habits.echoes))

    def _say(self, body: bytes) -> None:
        self.start(dialogues.at_once(body, rounds=self._habits.rounds))

    def _print_again(self, message: Message) -> None:
        last = self.terminal.last_shown
        if last is not None:
            self.terminal.print_slip(answers.slip(last))
        self._say(answers.duplicate(last, message))

    def _book(self, kind: BookingKind, message: Message, plan: Plan) -> None:
        amount = message.number("amount_minor")
        last = self.terminal.memory.last
        original = last if kind == "void" and last is not None and last.kind == "sale" else None
        order = Order(
            kind=kind,
            amount_minor=amount,
            currency=message.text("currency") or "",
            original_receipt_number=original.receipt_number if original else None,
            reference=message.text("private") or None,
        )

        def told(decided: Transaction) -> list[bytes]:
            return self._answers(decided, message, plan)

        self.start(
            dialogues.money(
                self.terminal,
                order,
                plan,
                now=lambda: self.now,
                answer=told,
                rounds=_PATIENT if _odd(plan) == "again" else self._habits.rounds,
            )
        )

    def _answers(self, decided: Transaction, message: Message, plan: Plan) -> list[bytes]:
        """What is said of it: as a rule one answer."""
        if "no_result" in plan:
            return []
        habits = self._habits
        said = answers.result(
            decided,
            message,
            echoes=habits.echoes,
            amount_stays=habits.amount_stays,
            odd=_odd(plan),
        )
        stale = [self._said] if "stale" in plan and self._said else []
        self._said = said
        more = plan.get("repeat_result")
        return [*stale, *([said] * (1 + (more.count if more else 0)))]


def _odd(plan: Plan) -> str:
    """The odd way that a scenario wants, "" for none."""
    step = plan.get("odd")
    return step.code if step is not None else ""
