"""A Transbank terminal on its line: takes commands and starts dialogues.

It asks nothing by itself, and while an order runs it hears nothing: what real terminals do with a
poll then is not documented, and silence is what a till must be able to live with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.errors import ProtocolError
from protocols.transbank import layouts
from protocols.transbank.messages import SHAPE, marked, parse, whole
from protocols.transbank.profiles import TRANSBANK_PROFILES
from simulators.books import Order
from simulators.desk.desk import Desk
from simulators.desk.link import LinkHabits, Verdict
from simulators.habits import LineHabits, own
from simulators.personalities.transbank import answers, dialogues
from simulators.personalities.transbank.words import (
    NO_AMOUNT,
    NOT_SUPPORTED,
    ZERO_AMOUNT,
    names_of,
)
from simulators.settings import NUMBER_DIGITS_RECEIPT
from simulators.terminal import Phase

if TYPE_CHECKING:
    from protocols.kit.messages import Message, MessageLayout
    from simulators.desk.engine import Steps
    from simulators.personality import PersonalitySettings
    from simulators.steps import Plan
    from simulators.terminal import SimTerminal

# What the reply to each command is; a poll and 0300 have none.
_REPLIES: Final = {
    layouts.SALE: layouts.SALE_RESULT,
    layouts.VOID: layouts.VOID_RESULT,
    layouts.LAST_SALE: layouts.LAST_SALE_RESULT,
    layouts.LIST: layouts.BATCH_LINE,
    layouts.CLOSE: layouts.CLOSE_RESULT,
    layouts.TOTALS: layouts.TOTALS_RESULT,
    layouts.LOAD_KEYS: layouts.KEYS_RESULT,
    # Only terminals of several merchants know these.
    layouts.SALE_MULTI: layouts.SALE_RESULT_MULTI,
    layouts.LAST_SALE_MULTI: layouts.LAST_SALE_RESULT_MULTI,
    layouts.LIST_MULTI: layouts.BATCH_LINE,
}
_MULTI: Final = frozenset({layouts.SALE_MULTI, layouts.LAST_SALE_MULTI, layouts.LIST_MULTI})


class TransbankPersonality(Desk):
    """One terminal's end of one line; see `simulators.personality.Personality`."""

    def __init__(self, terminal: SimTerminal, settings: PersonalitySettings) -> None:
        profile = TRANSBANK_PROFILES[settings.profile]
        habits = LinkHabits(
            byte_s=max(profile.byte_s, settings.t1_floor_s),
            ack_s=profile.repeat_s,
            repeats=profile.repeats,
            know_repeats=terminal.settings.duplicate_filter,
            refuses_damage=own(settings.habits, LineHabits()).refuses_damage,
        )
        super().__init__(terminal, SHAPE, habits, stream=False)
        self._integrated = True  # 0300 ends it; only hands at the terminal bring it back

    def names(self, payload: bytes) -> tuple[str, ...]:
        """Code and words of a message."""
        return names_of(payload)

    def hears(self, payload: bytes) -> Verdict:
        """Busy or in stand-alone mode it hears nothing; what it cannot read it refuses."""
        busy = self.occupied or self.terminal.phase in {Phase.CARD, Phase.HOST, Phase.REVERSING}
        if busy or not self._integrated:
            return Verdict.IGNORE
        try:
            direction = parse(payload).layout.direction
        except ProtocolError:
            return Verdict.REFUSE
        return Verdict.TAKE if direction == "to_terminal" else Verdict.REFUSE

    def command(self, payload: bytes, plan: Plan) -> None:
        """Begin what the till wants."""
        message = parse(payload)
        keyed = plan.get("keypad")
        if keyed is not None:
            self.terminal.keypad(keyed.kind, keyed.amount_minor)
        if message.layout is layouts.NORMAL_MODE:
            self._integrated = False
        if "silent" in plan or message.layout not in _REPLIES:
            return
        steps = self._steps(message, plan)
        if "stale" in plan:
            steps = dialogues.behind(dialogues.stale_reply(self.terminal), steps)
        self.start(steps)

    def _steps(self, message: Message, plan: Plan) -> Steps:
        terminal, layout = self.terminal, message.layout
        ended = plan.get("abort")
        if ended is not None:
            return dialogues.say(self._refusal(message, ended.code))
        if layout in _MULTI:
            return dialogues.say(self._refusal(message, NOT_SUPPORTED))
        if layout is layouts.VOID:
            return self._money(self._void(message), message, plan)
        match layout.code:
            case b"0200":
                return self._sale(message, plan)
            case b"0250":
                return dialogues.last_sale(terminal)
            case b"0260":
                return dialogues.batch(terminal, marked(message, "flag"))
            case b"0500":
                return dialogues.close(terminal)
            case b"0700":
                return dialogues.totals(terminal)
        return dialogues.load_keys(terminal)

    def _refusal(self, message: Message, code: str) -> bytes:
        """The reply to a command with a result code and nothing done."""
        reply: MessageLayout = _REPLIES[message.layout]
        settings = self.terminal.settings
        if reply is layouts.VOID_RESULT:
            number = marked(message, "operation_number").zfill(6)
            return answers.void_result(code, number, "", settings)
        if reply is layouts.BATCH_LINE:
            return answers.last_line(settings, code)
        return answers.bare(reply, code, settings)

    def _money(self, order: Order, message: Message, plan: Plan) -> Steps:
        return dialogues.money(self.terminal, order, message, plan, lambda: self.now)

    def _void(self, message: Message) -> Order:
        """The whole amount of the sale with this operation number."""
        number = marked(message, "operation_number").lstrip("0")
        return Order(
            kind="void",
            amount_minor=None,
            currency=self.terminal.settings.currency,
            original_receipt_number=number.zfill(NUMBER_DIGITS_RECEIPT),
        )

    def _sale(self, message: Message, plan: Plan) -> Steps:
        try:
            amount = whole(message, "amount")
        except ProtocolError:
            amount = None
        if amount is None or amount <= 0:
            code = NO_AMOUNT if amount is None else ZERO_AMOUNT
            return dialogues.say(self._refusal(message, code))
        order = Order(
            kind="sale",
            amount_minor=amount,
            currency=self.terminal.settings.currency,
            reference=marked(message, "ticket_number") or None,
        )
        return self._money(order, message, plan)
