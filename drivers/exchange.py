"""One exchange: the loop that pumps a session through a link under a clock; it decides nothing."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from drivers.errors import LinkError, LinkLost
from drivers.relay import NoHost, RelayFailed
from protocols.kit.session import (
    Action,
    ExchangeResult,
    Finished,
    Note,
    Progress,
    ReceiptText,
    Relay,
    RelayingSession,
    ResultSeen,
    Send,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from drivers.clock import Clock
    from drivers.links.contract import Link
    from drivers.relay import HostLink
    from protocols.kit.session import Session
    from protocols.kit.vocabulary import TransactionRecord

_LOG = logging.getLogger(__name__)

# A deadline nearer than this is due: float arithmetic may leave a wait too small to move a clock.
DUE_S = 0.000_1


class Listener(Protocol):
    """Who must know what happens in an exchange."""

    def result_seen(self, record: TransactionRecord) -> None:
        """The terminal told its result. Return only when it is durable: the acknowledgement is
        sent as soon as this returns. An exception means: not durable, nothing is acknowledged."""

    def progress(self, progress: Progress) -> None:
        """The terminal is at work."""

    def receipt(self, text: ReceiptText) -> None:
        """Lines the terminal wants printed."""

    def note(self, note: Note) -> None:
        """Something for a technician."""

    def abort_wanted(self) -> bool:
        """Asked at each turn of the loop; True asks the terminal to stop, once."""


@dataclass(frozen=True, slots=True)
class PumpLimits:
    """`poll_s` bounds how long a wait may hide a wish to abort; `exchange_s` bounds a whole
    exchange, however often the terminal asks for more time."""

    poll_s: float = 0.25
    exchange_s: float = 3_600.0


class Exchange:
    """One run of the loop. `own_connection`: the line was opened for this one request. `host` is
    the way to the terminal's host, for terminals that have none of their own."""

    def __init__(
        self,
        link: Link,
        clock: Clock,
        session: Session,
        listener: Listener,
        limits: PumpLimits,
        *,
        own_connection: bool = False,
        host: HostLink | None = None,
    ) -> None:
        self._own_connection = own_connection
        self._host = host or NoHost()
        self._link = link
        self._clock = clock
        self._session = session
        self._listener = listener
        self._limits = limits
        self._wrote = False  # a write was tried
        self._money_sent = False
        self._abort_asked = False
        self._lost: LinkLost | None = None
        self._result: ExchangeResult | None = None

    def run(self, actions: Iterable[Action]) -> ExchangeResult:
        """Carry out what `begin` gave, then pump to the end."""
        limit = self._clock.monotonic() + self._limits.exchange_s
        try:
            self._carry_out(actions)
            while self._result is None:
                assert self._lost is None, "a session ends its request when the line is lost"
                self._turn(limit)
        except BaseException:
            # Not the line's fault: leave the line alone, and let the session forget its request.
            self._forget()
            raise
        if self._lost is None:
            return self._result
        details = {**self._result.details, **cause(self._lost)}
        # A peer may hang up behind its answer where that connection was for this request alone.
        clean = self._result.line_clean and self._own_connection
        return replace(self._result, line_clean=clean, details=details)

    def _turn(self, limit: float) -> None:
        """One turn: a wish to abort, or what came in, and then the time."""
        now = self._clock.monotonic()
        if now >= limit:
            self._listener.note(Note("exchange_limit", f"{self._limits.exchange_s:g} s are over"))
            self._give_up(now, LinkLost("the exchange took longer than its limit"))
            return
        if not self._abort_asked and self._listener.abort_wanted():
            self._abort_asked = True
            self._carry_out(self._session.abort(now))
            return
        deadline = self._session.deadline
        assert deadline is not None, "a running session has a deadline"
        wait_s = max(0.0, min(deadline - now, limit - now, self._limits.poll_s))
        try:
            # Also when the deadline has passed: what came in time counts, however late we look.
            data = self._link.read(wait_s)
        except LinkLost as error:
            self._give_up(self._clock.monotonic(), error)
            return
        self._take(data, self._clock.monotonic())

    def _take(self, data: bytes, now: float) -> None:
        """Hand bytes and the time they were read at to the session.

        The time is not read again for `tick`: if the listener was slow (a disk, a printer), an
        answer may lie in the buffer by now, and it is looked for before anything runs out.
        """
        if data:
            self._carry_out(self._session.receive(data, now))
        deadline = self._session.deadline
        if self._result is None and deadline is not None and deadline - now < DUE_S:
            self._carry_out(self._session.tick(max(now, deadline)))

    def _carry_out(self, actions: Iterable[Action]) -> None:
        """Do everything in its order; what a durable result releases comes before the rest.

        After a failed write the rest is still heard (a result that was read stays read), but no
        byte more is written and no result is called durable.
        """
        todo = deque(actions)
        failure: LinkLost | None = None
        untouched = False
        while todo:
            match todo.popleft():
                case Send() as send if self._result is None and not self._broken(failure):
                    first = not self._wrote
                    failure = self._write(send)
                    untouched = first and failure is not None and failure.nothing_written
                case Send():
                    pass
                case ResultSeen(record):
                    self._listener.result_seen(record)
                    if not self._broken(failure):
                        durable = self._session.result_durable(self._clock.monotonic())
                        todo.extendleft(reversed(durable))
                case Relay() as relay if self._result is None and not self._broken(failure):
                    todo.extendleft(reversed(self._relay(relay)))
                case Relay():
                    pass
                case action:
                    self._tell(action)
        if failure is not None:
            self._give_up(self._clock.monotonic(), failure, untouched=untouched)

    def _broken(self, failure: LinkLost | None) -> bool:
        return failure is not None or self._lost is not None

    def _write(self, send: Send) -> LinkLost | None:
        """One write; gives back what went wrong."""
        assert not (send.money and self._money_sent), "a money message is written once"
        self._money_sent = self._money_sent or send.money
        self._wrote = True
        try:
            self._link.write(send.data)
        except LinkLost as error:
            return error
        return None

    def _relay(self, relay: Relay) -> Sequence[Action]:
        """Carry a message of the terminal to its host, once; only its length is told."""
        session = self._session
        assert isinstance(session, RelayingSession), "who gives a Relay takes its answer"
        try:
            answer = self._host.carry(relay)
        except RelayFailed as error:
            self._listener.note(Note("relay_failed", f"{len(relay.data)} bytes: {error}"))
            return session.relay_failed(self._clock.monotonic(), error.why)
        where = f"{relay.host}:{relay.port}"
        told = f"{len(relay.data)} bytes to {where}, {len(answer)} bytes back"
        self._listener.note(Note("relayed", told))
        return session.relayed(answer, self._clock.monotonic())

    def _tell(self, action: Progress | ReceiptText | Note | Finished) -> None:
        if isinstance(action, Progress):
            self._listener.progress(action)
        elif isinstance(action, ReceiptText):
            self._listener.receipt(action)
        elif isinstance(action, Note):
            self._listener.note(action)
        else:
            assert self._result is None, "a request ends once"
            self._result = action.result

    def _give_up(self, now: float, error: LinkLost, *, untouched: bool = False) -> None:
        """The line is of no use any more: the session ends the request with what it knows."""
        self._lost = error
        if self._result is None:
            self._carry_out(self._session.link_lost(now, nothing_written=untouched))

    def _forget(self) -> None:
        try:
            self._session.link_lost(self._clock.monotonic())
        except Exception:  # what went wrong first is what the caller must see
            _LOG.exception("the session could not let go of its request")


def cause(error: LinkError) -> dict[str, str]:
    """What killed the line, for the details of a result."""
    return {"link_error": error.code, "link_text": error.what_happened}
