"""A Caisse-AP terminal on its port: one request over one connection, one answer at the end.

It has no enquiry and no memory of what it answered. Hanging up does not stop it: it books all the
same, and its answer is heard by nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from protocols.caisse_ap.framing import ItemsFramer
from protocols.caisse_ap.layouts import REQUEST
from protocols.caisse_ap.messages import parse
from protocols.kit.errors import ProtocolError
from protocols.kit.framing import Damaged, Payload
from simulators.habits import own
from simulators.personalities.caisse_ap import answers
from simulators.personalities.caisse_ap.habits import CaisseApHabits, habits_of
from simulators.personalities.caisse_ap.words import DUPLICATE, names_of
from simulators.terminal import Happening, Order, Phase

if TYPE_CHECKING:
    from protocols.kit.messages import Message
    from simulators.bank import BookingKind
    from simulators.memory import Transaction
    from simulators.personality import PersonalitySettings
    from simulators.steps import Plan
    from simulators.terminal import SimTerminal

# A request is over when its items are whole and nothing followed for so long.
QUIET_S: Final = 0.2
_MONEY: Final[dict[str, BookingKind]] = {"0": "sale", "1": "refund", "2": "void"}
_UNKNOWN_ACTION: Final = "12"


_ODD_HABITS: Final[dict[str, dict[str, bool]]] = {
    "amount_stays": {"amount_stays": True},
    "hang_up": {"hangs_up": True},
    "newcomer": {"answers_newcomer": True},
}


@dataclass(slots=True)
class _Running:
    """The request that the device works on."""

    request: Message
    plan: Plan
    connection: int  # over which one it came


class CaisseApPersonality:
    """One terminal's end of one port; see `simulators.personality.Personality`."""

    def __init__(self, terminal: SimTerminal, settings: PersonalitySettings) -> None:
        self._terminal = terminal
        self._habits = own(settings.habits, habits_of(settings.profile))
        self._framer = ItemsFramer()
        self._quiet_due: float | None = None
        self._running: _Running | None = None
        self._connection = 0
        self._connected = False
        self._asked = False  # over this connection: there is one request on each
        self._hung_up = False
        self._said = b""  # the answer before, for one that is stale
        self._out = bytearray()

    # -- the contract ---------------------------------------------------------------------------

    @property
    def deadline(self) -> float | None:
        """When the device is due, or the silence behind a request."""
        due = self._terminal.deadline
        if due is None or self._quiet_due is None:
            return self._quiet_due if due is None else due
        return min(due, self._quiet_due)

    @property
    def listening(self) -> bool:
        """A terminal without power takes no connection; one that hung up takes a new one."""
        return self._terminal.powered and not self._hung_up

    def receive(self, data: bytes, now: float) -> bytes:
        """Bytes from the till; without power nobody reads them."""
        if self._terminal.powered:
            for piece in self._framer.pieces(data):
                if isinstance(piece, Payload):
                    self._take(piece.data, now)
            self._quiet_due = now + QUIET_S if self._framer.pending else None
        return self._go_on()

    def tick(self, now: float) -> bytes:
        """Let timers run out."""
        self._terminal.tick(now)
        if self._quiet_due is not None and now >= self._quiet_due:
            self._quiet_due = None
            for piece in self._framer.quiet():
                assert not isinstance(piece, Damaged), "silence damages nothing"
                self._take(piece.data, now)
        return self._go_on()

    def line_up(self, now: float) -> bytes:
        """A till connected."""
        self._connection += 1
        self._connected = True
        self._asked = False
        return self._go_on()

    def line_down(self, now: float) -> bytes:
        """The till is gone; the device works on."""
        self._connected = self._hung_up = False
        self._framer.reset()
        self._quiet_due = None
        return self._go_on()

    # -- the device -----------------------------------------------------------------------------

    def _go_on(self) -> bytes:
        """Answer what the device has decided; give the bytes to write."""
        happenings = self._terminal.happenings
        while happenings:
            happening = happenings.popleft()
            if happening is Happening.POWER_LOST:
                self._running = None
                self._framer.reset()
                self._quiet_due = None
                self._out.clear()
            elif happening is Happening.DECIDED:
                self._decided()
        out = bytes(self._out)
        self._out.clear()
        return out

    def _decided(self) -> None:
        """Nobody is asked for a vote: what is booked stays booked, heard or not."""
        terminal, running = self._terminal, self._running
        decided = terminal.decided
        assert decided is not None
        assert running is not None
        terminal.vote()
        terminal.finish()
        self._running = None
        self._answer_result(running, decided)

    def _answer_result(self, running: _Running, decided: Transaction) -> None:
        plan, request = running.plan, running.request
        habits = self._habits_for(plan)
        if "no_result" in plan:
            self._say(running, answers.open_ended(request, echoes=habits.echoes))
            return
        items = answers.result(
            decided, request, echoes=habits.echoes, amount_stays=habits.amount_stays
        )
        odd = plan.get("odd")
        said = answers.written(answers.odd(odd.code, items) if odd is not None else items)
        more = plan.get("repeat_result")
        self._say(running, said * (1 + (more.count if more else 0)))

    def _habits_for(self, plan: Plan) -> CaisseApHabits:
        """What the terminal does this time."""
        odd = plan.get("odd")
        return replace(self._habits, **_ODD_HABITS.get(odd.code if odd is not None else "", {}))

    def _say(self, running: _Running, said: bytes) -> None:
        """Over the connection that the request came on, if it is still there."""
        habits = self._habits_for(running.plan)
        same = running.connection == self._connection or habits.answers_newcomer
        if "stale" in running.plan:
            said = self._said + said
        self._said = said
        if same and self._connected:
            self._out += said
            self._hung_up = habits.hangs_up

    # -- requests -------------------------------------------------------------------------------

    def _take(self, payload: bytes, now: float) -> None:
        """A request. What is none, what comes behind one over the same connection, and what comes
        while the device is at work, is not answered."""
        try:
            message = parse(payload)
        except ProtocolError:
            return
        if message.layout is not REQUEST or self._asked:
            return
        self._asked = True
        plan = self._terminal.script.take(names_of(payload))
        if "ignore" in plan or "silent" in plan:
            return
        if self._terminal.phase is not Phase.IDLE:
            return
        self._dispatch(_Running(message, plan, self._connection), now)

    def _dispatch(self, running: _Running, now: float) -> None:
        request, plan, echoes = running.request, running.plan, self._habits.echoes
        keyed = plan.get("keypad")
        if keyed is not None:
            self._terminal.keypad(keyed.kind, keyed.amount_minor)
        refused = plan.get("abort")
        action = request.text("action") or ""
        if refused is not None:
            self._say(running, answers.refusal(request, refused.code[2:], echoes=echoes))
        elif action in _MONEY and request.text("amount"):
            self._running = running
            self._terminal.start(self._order(_MONEY[action], request), now, plan)
        elif action == DUPLICATE:
            last = self._terminal.last_shown
            if last is not None:
                self._terminal.print_slip(answers.slip(last))
            self._say(running, answers.duplicate(last, request, echoes=echoes))
        else:
            self._say(running, answers.refusal(request, _UNKNOWN_ACTION, echoes=echoes))

    def _order(self, kind: BookingKind, request: Message) -> Order:
        """A cancellation names no sale: it is that of the last one with its amount."""
        amount = int(request.text("amount") or "0")
        original = self._last_sale(amount) if kind == "void" else None
        return Order(
            kind=kind,
            amount_minor=amount,
            currency=request.text("currency") or self._terminal.settings.currency,
            original_receipt_number=original.receipt_number if original else None,
            reference=request.text("private"),
        )

    def _last_sale(self, amount_minor: int) -> Transaction | None:
        for booked in reversed(self._terminal.memory.store):
            free = booked.approved and booked.reversed_by is None
            if booked.kind == "sale" and free and booked.amount_minor == amount_minor:
                return booked
        return None
