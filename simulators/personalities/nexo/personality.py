"""A nexo terminal on its line: one request at a time, its answer under the same numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.errors import ProtocolError
from protocols.kit.framing import Payload
from protocols.nexo import sealing
from protocols.nexo.framing import tcp_framer
from protocols.nexo.messages import parse, serialise
from protocols.nexo.profiles import NEXO_PROFILES
from protocols.nexo.results import NOT_STARTED
from simulators.personalities.nexo import answers, oddities
from simulators.personalities.nexo.answers import Peers
from simulators.personalities.nexo.history import History
from simulators.personalities.nexo.orders import order_of
from simulators.personalities.nexo.running import Running
from simulators.personalities.nexo.words import words_of
from simulators.steps import NO_PLAN, Plan
from simulators.terminal import Happening, Phase, SimTerminal

if TYPE_CHECKING:
    from protocols.kit.messages import Message
    from simulators.memory import Transaction
    from simulators.personality import PersonalitySettings

_TEXTS: Final = {
    Happening.CARD_WANTED: "Insert or present the card",
    Happening.HOST_ASKED: "Please wait",
}
_ANSWERS: Final = {"PaymentRequest": "PaymentResponse", "ReversalRequest": "ReversalResponse"}


class NexoPersonality:
    """One terminal's end of one line; see `simulators.personality.Personality`."""

    def __init__(self, terminal: SimTerminal, settings: PersonalitySettings) -> None:
        self._terminal = terminal
        self._profile = NEXO_PROFILES[settings.profile]
        self._framer = tcp_framer()
        self._key = sealing.key_of(sealing.SIMULATED)
        self._out = bytearray()
        self._now = 0.0
        self._running: Running | None = None
        self._closing: tuple[float, Peers] | None = None  # an end of day and when it is done
        self._history = History()
        self._logged_in = False
        self._device_ids = 0

    # -- the contract ---------------------------------------------------------------------------

    @property
    def deadline(self) -> float | None:
        """The device's timer, and the end of an end of day."""
        device = self._terminal.deadline
        if self._closing is None:
            return device
        due, _ = self._closing
        return due if device is None else min(due, device)

    @property
    def listening(self) -> bool:
        """A terminal without power takes no connection."""
        return self._terminal.powered

    def receive(self, data: bytes, now: float) -> bytes:
        """Bytes from the till; without power nobody reads them."""
        self._now = now
        if self._terminal.powered:
            for piece in self._framer.pieces(data):
                if isinstance(piece, Payload):
                    self._take(piece.data)
        return self._go_on()

    def tick(self, now: float) -> bytes:
        """Let timers run out."""
        self._now = now
        self._terminal.tick(now)
        if self._closing is not None and now >= self._closing[0]:
            _, peers = self._closing
            self._closing = None
            self._terminal.end_of_day()
            values = {"reconciliation": "SaleReconciliation", "result": "Success"}
            self._say(peers.message("ReconciliationResponse", dict(values)))
        return self._go_on()

    def line_up(self, now: float) -> bytes:
        """A till connected; it has to log in."""
        self._now = now
        self._framer.reset()
        self._logged_in = False
        return b""

    def line_down(self, now: float) -> bytes:
        """Nobody is there to be told; what was begun goes on."""
        self._now = now
        self._framer.reset()
        if self._running is not None:
            self._running.heard = False
            self._answered()  # whoever was to print or to type is gone
        return b""

    # -- the device -----------------------------------------------------------------------------

    def _go_on(self) -> bytes:
        happenings = self._terminal.happenings
        while happenings:
            happening = happenings.popleft()
            if happening is Happening.POWER_LOST:
                self._power_lost()
            elif happening is Happening.DECIDED:
                self._terminal.vote()  # this wire has no acknowledgement: what is booked stays
                self._decided()
            elif happening is Happening.REVERSED:
                self._terminal.finish()
            elif self._running is not None and happening in _TEXTS:
                self._show(self._running, happening)
        said = bytes(self._out)
        self._out.clear()
        return said

    def _power_lost(self) -> None:
        self._running = None
        self._closing = None
        self._logged_in = False
        self._framer.reset()
        self._history.forget()
        self._out.clear()

    def _show(self, running: Running, happening: Happening) -> None:
        """A till that logged in said that it has a display."""
        if running.heard and self._profile.logs_in:
            wanted = happening is Happening.CARD_WANTED
            number = self._next_device_id()
            self._say(answers.display(running.peers, number, _TEXTS[happening], answer=wanted))

    def _next_device_id(self) -> int:
        self._device_ids += 1
        return self._device_ids

    def _decided(self) -> None:
        """The order has ended; where a scenario wants it, the till is asked to print first."""
        running, decided = self._running, self._terminal.decided
        assert running is not None, "every order has its request"
        assert decided is not None, "a decision has its transaction"
        if running.odd in {"print", "input"} and running.heard:
            number = self._next_device_id()
            running.asked = str(number)
            lines = answers.slip(decided, self._terminal.settings)
            ask = (
                answers.ask_print(running.peers, number, lines)
                if running.odd == "print"
                else answers.ask_input(running.peers, number)
            )
            self._say(ask)
            return
        self._end(running, decided)

    def _answered(self) -> None:
        """The till printed, typed, or is gone."""
        running, decided = self._running, self._terminal.decided
        if running is not None and running.asked is not None and decided is not None:
            running.asked = None
            self._end(running, decided)

    def _end(self, running: Running, decided: Transaction) -> None:
        self._running = None
        self._terminal.finish()
        self._history.keep(running.peers.service_id, decided)
        settings, plan = self._terminal.settings, running.plan
        if settings.own_printer:
            self._terminal.print_slip(answers.slip(decided, settings))
        kind, values = running.odd, running.values(decided, settings)
        if not running.heard:
            return
        if kind in {"reject", "restarted"}:
            what = "Reject" if kind == "reject" else "Initialised"
            self._say(answers.event(running.peers, what, self._terminal.wall(), "odd"))
            return
        payload = self._payload(running.peers.message(_ANSWERS[running.name], values))
        more = plan.get("repeat_result")
        for _ in range(1 + (more.count if more else 0)):
            self._out += oddities.bytes_of(kind, payload)

    # -- requests -------------------------------------------------------------------------------

    def _say(self, message: Message) -> None:
        self._out += self._framer.frame(self._payload(message))

    def _payload(self, message: Message) -> bytes:
        return serialise(sealing.seal(message, self._key) if self._profile.sealed else message)

    def _take(self, payload: bytes) -> None:
        try:
            message = parse(payload)
            if self._profile.sealed:
                message = sealing.unseal(message, self._key)
        except ProtocolError:
            return  # nothing that it could be answered under
        if message.layout.variant != self._profile.syntax.value:
            return
        name = message.layout.name
        plan = self._terminal.script.take(words_of(message))
        if "ignore" in plan or "silent" in plan:
            return
        keyed = plan.get("keypad")
        if keyed is not None:
            self._terminal.keypad(keyed.kind, keyed.amount_minor)
        if name in {"PrintResponse", "InputResponse"}:
            if self._running is not None and message.text("device_id") == self._running.asked:
                self._answered()
            return
        peers = Peers.of(message, self._profile.syntax)
        refused = plan.get("refuse")
        answer = name.removesuffix("Request") + "Response"
        copy = name in _ANSWERS and not self._history.is_new(peers.service_id)
        if refused is not None and not copy and name.endswith("Request") and name != "AbortRequest":
            started = name in _ANSWERS and refused.code not in NOT_STARTED
            self._say(answers.failure(peers, answer, "Busy" if started else refused.code))
            return
        if "stale" in plan:
            self._stale(peers)
        if copy:
            self._say(self._repeated_message(peers, answer))
            return
        self._dispatch(name, message, peers, plan)

    def _repeated_message(self, peers: Peers, answer: str) -> Message:
        """The same request once more: it is being worked at, or it was answered already."""
        running = self._running
        if running is not None and running.peers.service_id == peers.service_id:
            return answers.failure(peers, answer, "InProgress")
        return answers.failure(peers, answer, "MessageFormat", "Repeated Message")

    def _stale(self, peers: Peers) -> None:
        """An answer to something older comes first."""
        shown = self._terminal.last_shown
        if shown is not None:
            values = answers.outcome(shown, self._terminal.settings, receipts=False)
            older = peers.about(answers.service_id_of(shown))
            self._say(older.message(f"{answers.category_of(shown)}Response", values))

    def _dispatch(self, name: str, message: Message, peers: Peers, plan: Plan) -> None:
        match name:
            case "PaymentRequest" | "ReversalRequest":
                self._money(name, message, peers, plan)
            case "LoginRequest":
                self._logged_in = True
                settings = self._terminal.settings
                at = self._terminal.wall()
                self._say(answers.logged_in(peers, settings, at, self._state(NO_PLAN)))
            case "LogoutRequest":
                self._logged_in = False
                self._say(peers.message("LogoutResponse", {"result": "Success"}))
            case "DiagnosisRequest":
                hosts = message.values.get("host_diagnosis") is True
                paper = self._terminal.has_paper
                state = self._state(plan)
                self._say(answers.diagnosed(peers, state, paper=paper, hosts=hosts))
            case "TransactionStatusRequest":
                self._status(message, peers)
            case "AbortRequest":
                self._abort(message, peers)
            case "ReconciliationRequest":
                self._close_batch(peers)
            case _:
                return

    def _busy(self) -> bool:
        idle = self._terminal.phase is Phase.IDLE
        return self._running is not None or self._closing is not None or not idle

    def _state(self, plan: Plan) -> str:
        wanted = plan.get("status")
        if wanted is not None:
            return wanted.code
        if self._busy():
            return "Busy"
        return "Maintenance" if self._terminal.settings.locked else "OK"

    def _close_batch(self, peers: Peers) -> None:
        if self._busy():
            self._say(answers.failure(peers, "ReconciliationResponse", "Busy"))
            return
        self._closing = (self._now + self._terminal.settings.end_of_day_s, peers)

    def _abort(self, message: Message, peers: Peers) -> None:
        """There is no answer to it; the aborted request has its own."""
        running = self._running
        wanted = message.text("reference_service_id")
        if running is not None and running.peers.service_id == wanted:
            running.aborted = self._terminal.abort() or running.aborted
        elif self._profile.logs_in:
            at = self._terminal.wall()
            self._say(answers.event(peers, "Reject", at, "unknown ServiceID"))

    # -- status ---------------------------------------------------------------------------------

    def _status(self, message: Message, peers: Peers) -> None:
        wanted = message.text("reference_service_id")
        running = self._running
        at_it = running is not None and wanted in {None, running.peers.service_id}
        if at_it or (self._busy() and wanted is None):
            self._say(answers.failure(peers, "TransactionStatusResponse", "InProgress"))
            return
        found = (
            self._terminal.last_shown
            if wanted is None
            else self._history.find(wanted, self._terminal.memory)
        )
        category = message.text("reference_category")
        if found is None or category not in {None, answers.category_of(found)}:
            self._say(answers.failure(peers, "TransactionStatusResponse", "NotFound"))
            return
        reprint = message.values.get("reprint") is True
        values = answers.outcome(found, self._terminal.settings, receipts=reprint)
        self._say(answers.repeated(peers, found, values))

    # -- money ----------------------------------------------------------------------------------

    def _money(self, name: str, message: Message, peers: Peers, plan: Plan) -> None:
        code, words = self._obstacle(peers)
        ended = plan.get("abort")
        if not code and ended is not None:
            code = ended.code
        order = None if code else order_of(message, self._terminal.settings.currency)
        if order is None:
            said = answers.failure(peers, _ANSWERS[name], code or "MessageFormat", words)
            self._say(said)
            return
        self._running = Running(peers, name, plan)
        self._terminal.start(order, self._now, plan)

    def _obstacle(self, peers: Peers) -> tuple[str, str | None]:
        """Why a request is refused before it starts; ("", None) when nothing stands in its way."""
        if self._profile.logs_in and not self._logged_in:
            return "LoggedOut", None
        if self._history.find(peers.service_id or "", self._terminal.memory) is not None:
            return "MessageFormat", "Repeated Message"
        return ("Busy", None) if self._busy() else ("", None)
