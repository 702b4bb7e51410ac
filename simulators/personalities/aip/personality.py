"""An AIP terminal on its line: one request at a time, one answer to each, and nothing repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from protocols.aip import tags
from protocols.aip.framing import SerialFramer
from protocols.aip.messages import build, parse, serialise
from protocols.aip.profiles import AIP_PROFILES
from protocols.kit.errors import ProtocolError
from protocols.kit.framing import Payload
from simulators.personalities.aip import answers
from simulators.personalities.aip.relay import UNCLEAR, RelayDesk
from simulators.personalities.aip.words import (
    APPROVED,
    BUSY,
    MONEY,
    NO_RECORD,
    NOT_SUPPORTED,
    names_of,
)
from simulators.terminal import Happening, Order, Phase, SimTerminal

if TYPE_CHECKING:
    from protocols.kit.framing import Piece
    from protocols.kit.messages import Message
    from simulators.bank import BookingKind
    from simulators.host import RelayHost
    from simulators.memory import Transaction
    from simulators.personality import PersonalitySettings
    from simulators.steps import Plan

_KINDS: Final[dict[int, BookingKind]] = {
    tags.SALE: "sale",
    tags.VOID: "void",
    tags.REFUND: "refund",
}
_RECEIPT_DIGITS: Final = 4  # the device's own numbers; vouchers have two zeros more
_SETTLING: Final = frozenset({Phase.VOTE, Phase.REVERSING})


@dataclass(frozen=True, slots=True)
class Job:
    """The request that is worked on, and what the scenario wants for it."""

    request: Message
    plan: Plan


class AipPersonality:
    """One terminal's end of one line; see `simulators.personality.Personality`."""

    def __init__(self, terminal: SimTerminal, settings: PersonalitySettings) -> None:
        self._terminal = terminal
        self._profile = AIP_PROFILES[settings.profile]
        self._gap_s = max(self._profile.byte_gap_s, settings.t1_floor_s)
        self._framer = SerialFramer()
        self._gap_due: float | None = None
        self._job: Job | None = None
        self._closes_at: float | None = None  # when a settlement is through
        self._relay = RelayDesk(terminal) if self._profile.relays else None
        self._out = bytearray()

    @property
    def host(self) -> RelayHost | None:
        """The host that this terminal reaches through the till; None for one with its own line."""
        return self._relay.host if self._relay is not None else None

    # -- the contract ---------------------------------------------------------------------------

    @property
    def deadline(self) -> float | None:
        """The earliest of all timers."""
        relay_due = self._relay.due if self._relay is not None else None
        timers = (self._terminal.deadline, self._gap_due, self._closes_at, relay_due)
        return min((moment for moment in timers if moment is not None), default=None)

    @property
    def listening(self) -> bool:
        """A serial line can always be opened."""
        return True

    def receive(self, data: bytes, now: float) -> bytes:
        """Bytes from the till; without power nobody reads them."""
        if not self._terminal.powered:
            return b""
        return self._react(self._framer.pieces(data), now)

    def tick(self, now: float) -> bytes:
        """Let timers run out."""
        self._terminal.tick(now)
        pieces: list[Piece] = []
        if self._gap_due is not None and now >= self._gap_due:
            pieces = self._framer.skip()
        if self._closes_at is not None and now >= self._closes_at:
            self._closes_at = None
            self._terminal.end_of_day()
            self._finish(APPROVED)
        desk, asked = self._relay, self._terminal.phase is Phase.HOST
        if desk is not None and desk.due is not None and now >= desk.due and asked:
            self._terminal.host_said(desk.give_up())
        return self._react(pieces, now)

    def line_up(self, now: float) -> bytes:
        """Not noticed."""
        return b""

    def line_down(self, now: float) -> bytes:
        """Not noticed."""
        return b""

    # -- the pump -------------------------------------------------------------------------------

    def _react(self, pieces: list[Piece], now: float) -> bytes:
        for piece in pieces:
            if isinstance(piece, Payload):
                self._take(piece.data, now)
        self._device(now)
        if self._terminal.powered:
            self._gap_due = now + self._gap_s if self._framer.pending else None
        said = bytes(self._out)
        self._out.clear()
        return said

    def _device(self, now: float) -> None:
        """What happened at the device, in order."""
        happenings = self._terminal.happenings
        while happenings:
            match happenings.popleft():
                case Happening.POWER_LOST:
                    self._power_lost()
                case Happening.HOST_ASKED if self._relay is not None and self._job is not None:
                    self._ask_host(self._relay, self._job, now)
                case Happening.DECIDED if self._job is not None:
                    self._tell(self._job, now)
                case _:
                    continue
        if self._job is None:
            self._terminal.finish()

    def _power_lost(self) -> None:
        self._framer.reset()
        self._out.clear()
        self._gap_due = self._closes_at = self._job = None
        if self._relay is not None and self._relay.waits:
            self._relay.give_up()
            self._terminal.save()

    def _ask_host(self, desk: RelayDesk, job: Job, now: float) -> None:
        cut = job.plan.get("power_cut")
        if cut is not None and cut.when == "before_commit":
            self._terminal.power_off(now, for_s=cut.seconds)
            return
        self._say(desk.ask(_order(job.request, self._terminal), job.plan, now))

    def _take_relayed(self, desk: RelayDesk, message: Message, now: float) -> None:
        """The till brings the host's answer, or says that there is none."""
        told = desk.told(message)
        cut = self._job.plan.get("power_cut") if self._job is not None else None
        if cut is not None:
            self._terminal.save()
            self._terminal.power_off(now, for_s=cut.seconds)
        else:
            self._terminal.host_said(told)

    def _say(self, message: Message) -> None:
        self._out += self._framer.frame(serialise(message))

    # -- requests -------------------------------------------------------------------------------

    def _take(self, payload: bytes, now: float) -> None:
        """One good frame; what makes no sense, and what comes in between, is not answered."""
        try:
            message = parse(payload)
        except ProtocolError:
            return
        plan = self._terminal.script.take(names_of(payload))
        if "ignore" in plan or "silent" in plan:
            return
        if "result_code" in message.values:
            relayed = message.number("trans_type") == tags.RELAY
            if relayed and self._relay is not None and self._relay.waits:
                self._take_relayed(self._relay, message, now)
            return
        self._device(now)
        number = message.number("trans_type")
        test = number == tags.LINE_TEST and message.text("app_name") == tags.APP_MANAGER
        if test:
            self._test(message, plan)
        elif self._quiet(number):
            self._begin(message, plan, now)

    def _quiet(self, number: int | None) -> bool:
        """Whether a request is looked at now: the device is at nothing, or hides that it is."""
        terminal = self._terminal
        if self._job is not None:
            return False
        hides = terminal.phase in _SETTLING and not terminal.says_busy and number not in MONEY
        return terminal.phase is Phase.IDLE or hides

    def _test(self, message: Message, plan: Plan) -> None:
        """The line test of the manager: "busy" from terminals that say so, else silence."""
        wanted = plan.get("status")
        busy = self._job is not None or self._terminal.says_busy
        if busy and not self._profile.tells_busy:
            return
        code = wanted.code if wanted is not None else BUSY if busy else APPROVED
        self._say(answers.plain(self._terminal, message, self._profile, code))

    def _begin(self, message: Message, plan: Plan, now: float) -> None:
        terminal, number = self._terminal, message.number("trans_type")
        keyed = plan.get("keypad")
        if keyed is not None:
            terminal.keypad(keyed.kind, keyed.amount_minor)
        if "stale" in plan and terminal.last_shown is not None:
            # The last record once more, unasked; its numbers belong to nothing that was asked now.
            self._say(self._stale(terminal.last_shown))
        if number in MONEY:
            self._job = Job(message, plan)
            outside = self._relay is not None
            terminal.start(_order(message, terminal), now, plan, outside=outside)
        elif number == tags.SETTLE:
            self._job = Job(message, plan)
            self._closes_at = now + terminal.settings.end_of_day_s
        elif number in {tags.QUERY_LAST, tags.REPRINT}:
            self._say(self._shown(message))
        else:
            known = number in {tags.SIGN_ON, tags.DETAILS}
            code = APPROVED if known else NOT_SUPPORTED
            self._say(answers.plain(terminal, message, self._profile, code))

    def _shown(self, message: Message) -> Message:
        """The answer to a query or a reprint: the last record, or that of a voucher number."""
        terminal, profile = self._terminal, self._profile
        voucher = message.text("original_trace_number")
        shown = terminal.memory.find(_receipt(voucher)) if voucher else self._last()
        if shown is None:
            return answers.plain(terminal, message, profile, NO_RECORD)
        number = message.number("trans_type")
        return answers.told(
            terminal,
            message,
            profile,
            shown,
            number=None if profile.query_tells_type else number,
            lines=number == tags.REPRINT,
        )

    def _last(self) -> Transaction | None:
        """The last record; one of unknown outcome is never left out."""
        last = self._terminal.memory.last
        unclear = last is not None and last.host_code == UNCLEAR
        return last if unclear else self._terminal.last_shown

    def _stale(self, shown: Transaction) -> Message:
        old = build(answers.TYPES[shown.kind], app_name=tags.APP_PAYMENT)
        return answers.told(self._terminal, old, self._profile, shown)

    # -- the end of an order --------------------------------------------------------------------

    def _tell(self, job: Job, now: float) -> None:
        """Say how it ended, once; nobody acknowledges it, so it counts from here on."""
        terminal, decided = self._terminal, self._terminal.decided
        assert decided is not None
        self._job = None
        if "no_result" in job.plan:
            terminal.no_vote(now)
            return
        more = job.plan.get("repeat_result")
        for _ in range(1 + (more.count if more else 0)):
            number = job.request.number("trans_type")
            self._say(answers.told(terminal, job.request, self._profile, decided, number=number))
        terminal.vote()

    def _finish(self, code: str) -> None:
        job, self._job = self._job, None
        assert job is not None, "a settlement has a request"
        self._say(answers.plain(self._terminal, job.request, self._profile, code))


def _order(message: Message, terminal: SimTerminal) -> Order:
    number = message.number("trans_type")
    assert number is not None
    voucher = message.text("original_trace_number")
    return Order(
        kind=_KINDS[number],
        amount_minor=message.number("amount_minor"),
        currency=terminal.settings.currency,
        original_receipt_number=_receipt(voucher) if voucher else None,
        reference=message.text("order_number"),
    )


def _receipt(voucher: str) -> str:
    """The device's own number of a voucher number."""
    return voucher.lstrip("0").rjust(_RECEIPT_DIGITS, "0")
