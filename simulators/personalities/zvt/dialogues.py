"""What the terminal does for each command, step by step, as the specification tells it.

Each function is a dialogue for the engine. `Desk` is what they share: device, profile, and what
the till registered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from simulators.personalities.zvt import answers
from simulators.personalities.zvt.engine import Reply, Say, Steps, Tell, Wait
from simulators.personalities.zvt.registration import (
    ECR_PRINTS_ADMINISTRATION,
    ECR_PRINTS_PAYMENT,
    TERMINAL_SENDS_LINES,
    WANTS_PROGRESS,
    Registration,
)
from simulators.personalities.zvt.words import (
    AUTO_REVERSAL,
    INITIALISING,
    INSERT_CARD,
    NOT_POSSIBLE,
    PLEASE_WAIT,
    PROTOCOL_ERROR,
    WAIT_FOR_HOST,
    WITHOUT_RESULT,
    WRONG_CURRENCY,
)
from simulators.terminal import Happening, Order, Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from protocols.kit.messages import Message
    from protocols.zvt.profiles import ZvtProfile
    from simulators.memory import Transaction
    from simulators.steps import Plan
    from simulators.terminal import SimTerminal

# 04 FF is sent this many times within one T4, so that the till does not give up.
_PROGRESS_PER_T4: Final = 4
_SERVICE_SEND_STATUS: Final = 0x01
_SERVICE_NO_PRINT: Final = 0x02
_SERVICE_NO_VERSION: Final = 0x02
_TAG_RECEIPT: Final = 0x1F01
_SHOWN: Final = {
    Happening.CARD_WANTED: INSERT_CARD,
    Happening.HOST_ASKED: WAIT_FOR_HOST,
    Happening.REVERSING: AUTO_REVERSAL,
}


@dataclass(slots=True)
class Desk:
    """What the dialogues share. `now` gives the time of the event they are in."""

    terminal: SimTerminal
    profile: ZvtProfile
    registration: Registration
    now: Callable[[], float]

    @property
    def keepalive_s(self) -> float:
        """How long the terminal may stay silent before it says that it still lives."""
        return self.profile.t4_s / _PROGRESS_PER_T4

    def progress(self, status: str) -> Message:
        """04 FF; with T4 in minutes where a sequence id follows, which has no place without."""
        minutes = round(self.profile.t4_s / 60) if self.registration.ids else None
        return answers.progress(status, minutes)

    def result(self, transaction: Transaction) -> Message:
        """04 0F of a transaction."""
        return answers.status_information(
            transaction, self.terminal.settings, tlv=self.registration.tlv_allowed
        )

    def print_messages(self, text: Sequence[str], copy: int, bit: int) -> list[Message]:
        """What the till is to print; nothing where the terminal prints or the till builds it."""
        if self.terminal.settings.own_printer or not self.registration.wants(bit):
            self.terminal.print_slip(text)
            return []
        if not self.registration.wants(TERMINAL_SENDS_LINES):
            return []
        if self.registration.blocks_allowed:
            return [answers.block(text, copy, self.profile.charset)]
        return answers.lines(text)

    def receipts(self, transaction: Transaction) -> list[Message]:
        """Both copies of a success, the customer's of a failure."""
        approved = answers.code_of(transaction) == "00"
        copies = (answers.MERCHANT_COPY, answers.CUSTOMER_COPY) if approved else (2,)
        return [
            message
            for copy in copies
            for message in self.print_messages(
                answers.slip(transaction, self.terminal.settings, copy), copy, ECR_PRINTS_PAYMENT
            )
        ]


def answer(message: Message) -> Steps:
    """One answer and nothing else."""
    yield Say(message)


def status(desk: Desk, command: Message, code: str) -> Steps:
    """05 01."""
    service = int(command.text("service_byte") or "00", 16)
    yield Say(answers.POSITIVE)
    yield Tell(answers.status(code, version=not service & _SERVICE_NO_VERSION), last=True)


def register(desk: Desk, command: Message) -> Steps:
    """06 00: a currency that is not the terminal's is refused at once."""
    currency = command.text("currency")
    if currency is not None and currency[-3:] != desk.terminal.settings.currency:
        yield Say(answers.wrong_currency(desk.terminal.settings.currency))
        return
    yield Say(answers.POSITIVE)
    desk.registration = Registration.of(command, ids=desk.profile.message_ids)
    ids, settings = desk.registration.ids, desk.terminal.settings
    yield Tell(answers.registered(settings.terminal_id, settings.currency, ids=ids), last=True)


def log_off(desk: Desk) -> Steps:
    """06 02: ends with its answer."""
    desk.registration = Registration(desk.profile.config_byte_after_log_off)
    yield Say(answers.POSITIVE)


def money(desk: Desk, order: Order, plan: Plan) -> Steps:
    """06 01, 06 30 and 06 31: card, host, result, receipt, end."""
    terminal = desk.terminal
    if (yield Say(answers.POSITIVE)) is not Reply.POSITIVE:
        return
    ended = plan.get("abort")
    if ended is not None:
        yield Tell(answers.abort(ended.code), last=True)
        return
    if order.currency != terminal.settings.currency:
        yield Tell(answers.abort(WRONG_CURRENCY, terminal.settings.currency), last=True)
        return
    terminal.start(order, desk.now(), plan)
    yield from _until(desk, Happening.DECIDED)
    decided = terminal.decided
    assert decided is not None
    if decided.reason in {reason.value for reason in WITHOUT_RESULT}:
        yield Tell(answers.abort(answers.code_of(decided)), last=True)
        return
    yield from _tell_result(desk, decided, plan)
    approved = answers.code_of(decided) == "00"
    last = answers.completion() if approved else answers.abort(answers.code_of(decided))
    yield Tell(last, last=True)


def _until(desk: Desk, wanted: Happening) -> Steps:
    """Wait for the device, and tell the till what is going on where it wants to know."""
    while (happening := (yield Wait(desk.keepalive_s))) is not wanted:
        shown = _SHOWN.get(happening) if isinstance(happening, Happening) else PLEASE_WAIT
        if shown is not None and desk.registration.wants(WANTS_PROGRESS):
            yield Tell(desk.progress(shown))


def _tell_result(desk: Desk, decided: Transaction, plan: Plan) -> Steps:
    """The result and the receipt; the till's answers to them are its vote."""
    terminal = desk.terminal
    taken = True
    if "no_result" not in plan:
        more = plan.get("repeat_result")
        for _ in range(1 + (more.count if more else 0)):
            taken = (yield Tell(desk.result(decided))) is Reply.POSITIVE
    if taken and not desk.profile.print_lines_vote:
        terminal.vote()
    for message in desk.receipts(decided) if taken else ():
        printed = (yield Tell(message)) is Reply.POSITIVE
        if desk.profile.print_lines_vote and not printed:
            taken = False
            break
    if taken:
        terminal.vote()
        return
    terminal.no_vote(desk.now())
    if terminal.phase is Phase.REVERSING:
        yield from _until(desk, Happening.REVERSED)


def repeat_receipt(desk: Desk, command: Message) -> Steps:
    """06 20: the last transaction once more, as the service byte wants it."""
    container = command.container()
    node = container.first(_TAG_RECEIPT) if container else None
    if node is not None and node.value.hex() not in desk.profile.repeat_receipt_ids:
        yield Say(answers.negative(PROTOCOL_ERROR))
        return
    yield Say(answers.POSITIVE)
    shown = desk.terminal.last_shown
    if shown is None:
        yield Tell(answers.abort(NOT_POSSIBLE), last=True)
        return
    service = int(command.text("service_byte") or "00", 16)
    if service & _SERVICE_SEND_STATUS:
        yield Tell(desk.result(shown))
    for message in () if service & _SERVICE_NO_PRINT else desk.receipts(shown):
        yield Tell(message)
    yield Tell(answers.completion(), last=True)


def end_of_day(desk: Desk) -> Steps:
    """06 50: the batch is handed in and the turnover store is empty afterwards."""
    terminal = desk.terminal
    yield Say(answers.POSITIVE)
    yield Wait(terminal.settings.end_of_day_s)
    totals = terminal.end_of_day()
    trace = f"{terminal.memory.counters.trace:06d}"
    at = terminal.wall()
    yield Tell(answers.totals_information(totals, trace, at))
    text = ("Kassenschnitt", f"{totals.count} Umsätze", f"{at:%d.%m.%Y %H:%M:%S}")
    yield from _print_administration(desk, text)
    yield Tell(answers.completion(), last=True)


def diagnose(desk: Desk) -> Steps:
    """06 70: sets the till's clock and prints what it found."""
    yield Say(answers.POSITIVE)
    at = desk.terminal.wall()
    yield Tell(answers.set_clock(at))
    yield from _print_administration(desk, ("Diagnose", "alles in Ordnung", _stamp(at)))
    yield Tell(answers.completion(), last=True)


def initialise(desk: Desk) -> Steps:
    """06 93."""
    yield Say(answers.POSITIVE)
    if desk.registration.wants(WANTS_PROGRESS):
        yield Tell(desk.progress(INITIALISING))
    yield from _print_administration(desk, ("Initialisierung", _stamp(desk.terminal.wall())))
    yield Tell(answers.completion(), last=True)


def simple(desk: Desk) -> Steps:
    """A command that changes nothing here (06 91): answered and completed."""
    yield Say(answers.POSITIVE)
    yield Tell(answers.completion(), last=True)


def show_text(desk: Desk, command: Message) -> Steps:
    """06 E0: the till writes on the display."""
    texts = [command.text(f"text_{number}") for number in range(1, 9)]
    desk.terminal.display = "\n".join(text for text in texts if text)
    yield Say(answers.POSITIVE)


def print_for_till(desk: Desk, command: Message) -> Steps:
    """06 D1 from the till: the terminal's printer prints it, if it has paper."""
    if not desk.terminal.has_paper:
        yield Say(answers.negative("CC"))
        return
    desk.terminal.print_slip((command.text("text") or "",))
    yield Say(answers.POSITIVE)


def stale(desk: Desk, then: Steps) -> Steps:
    """The last record comes once more, unasked, before what was asked for."""
    shown = desk.terminal.last_shown
    if shown is not None:
        yield Tell(desk.result(shown))
    yield from then


def _print_administration(desk: Desk, text: Sequence[str]) -> Steps:
    for message in desk.print_messages(text, answers.ADMINISTRATION, ECR_PRINTS_ADMINISTRATION):
        yield Tell(message)


def _stamp(at: datetime) -> str:
    return f"{at:%d.%m.%Y %H:%M:%S}"
