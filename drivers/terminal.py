"""A terminal at the end of a link: requests go out over a clean line only, a fence cleans it.

What it guarantees: actions are carried out in their order; a money message is written once; a
result is acknowledged only after the listener has made it durable; once the line is not clean,
nothing is written any more until `fence` has found silence and reopened it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.errors import LinkError, LinkLost
from drivers.exchange import DUE_S, Exchange, Listener, PumpLimits, cause
from protocols.kit.session import ExchangeResult, Note, Request, Send
from protocols.kit.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from drivers.clock import Clock
    from drivers.links.contract import Link
    from drivers.relay import HostLink
    from protocols.kit.session import Session

__all__ = ["Listener", "PumpLimits", "Terminal"]

# Stray bytes drained before a request; a line that babbles more is not read any further.
_STRAY_BYTES_MAX = 65_536


class Terminal:
    """One terminal at the end of one link."""

    def __init__(
        self,
        *,
        link: Link,
        clock: Clock,
        session: Callable[[], Session],
        limits: PumpLimits | None = None,
        redials: bool = False,
        host: HostLink | None = None,
    ) -> None:
        self._link = link
        self._clock = clock
        self._new_session = session
        self._limits = limits or PumpLimits()
        self._redials = redials
        self._host = host
        self._session: Session | None = None
        self._clean = False
        self._used = False  # a request has been written over this connection

    @property
    def description(self) -> str:
        """The line in words for people."""
        return self._link.description

    @property
    def line_clean(self) -> bool:
        """Whether a request may be written; False means: `fence` first."""
        return self._clean

    def open(self) -> None:
        """Take the line. Raises LinkError."""
        self._link.open()
        self._session = self._new_session()
        self._clean = True
        self._used = False

    def close(self) -> None:
        """Give the line back; never raises, may be called twice."""
        self._session = None
        self._clean = False
        self._link.close()

    def check(self, request: Request) -> None:
        """Raise BadField for a request that has no form on this wire; the line is not touched."""
        self._new_session().begin(request, self._clock.monotonic())

    def exchange(self, request: Request, listener: Listener) -> ExchangeResult:
        """Run one request to its end.

        Whatever the line or the terminal do, there is a result: NOT_SENT when it is certain that
        no byte left us, UNKNOWN (or what the session knows) after that. Raises BadField for a
        request that has no form on this wire (nothing is written), and whatever the listener
        raises: then nothing more is written, and the line needs a fence.
        """
        if not self._clean:
            return _not_sent("line_not_clean", {})
        assert self._session is not None, "a clean line has a session"
        try:
            if self._redials and self._used:
                self._reopen()
            stray = self._drain_stray()
        except LinkError as error:
            self._clean = False
            return _not_sent("nothing_written", cause(error))
        if stray:
            self._clean = False
            listener.note(Note("stray_bytes", f"{stray} bytes came between requests"))
            return _not_sent("line_not_clean", {"stray_bytes": str(stray)})
        pump = Exchange(
            self._link,
            self._clock,
            self._session,
            listener,
            self._limits,
            own_connection=self._redials,
            host=self._host,
        )
        actions = self._session.begin(request, self._clock.monotonic())
        self._clean = False
        self._used = self._used or any(isinstance(action, Send) for action in actions)
        result = pump.run(actions)
        self._clean = result.line_clean
        return result

    def _drain_stray(self) -> int:
        """Count and drop the bytes that came when nothing was asked."""
        count = 0
        while count < _STRAY_BYTES_MAX and (data := self._link.read(0.0)):
            count += len(data)
        return count

    def fence(self, quiet_s: float, *, limit_s: float) -> bool:
        """Write nothing and drain until the terminal was silent for `quiet_s` seconds without a
        break, then reopen the line with a new session.

        False when there was no such silence within `limit_s`: the line stays not clean. A dead
        line is reopened first, since only a living one can be silent. Raises LinkError when the
        line cannot be reopened.
        """
        assert 0 <= quiet_s <= limit_s, "the silence must fit into the limit"
        if self._session is None:
            self._reopen()
        quiet = self._silence(quiet_s, self._clock.monotonic() + limit_s)
        self._reopen()
        self._clean = quiet
        return quiet

    def _silence(self, quiet_s: float, limit: float) -> bool:
        silent_since = self._clock.monotonic()
        while True:
            now = self._clock.monotonic()
            quiet_at = silent_since + quiet_s
            if quiet_at - now < DUE_S:
                return True
            if limit - now < DUE_S:
                return False
            wait_s = min(quiet_at - now, limit - now, self._limits.poll_s)
            try:
                heard = bool(self._link.read(wait_s))
            except LinkLost:
                self._clock.wait(self._limits.poll_s)  # a line that dies at once is not hammered
                self._reopen()
                # Where every request has its own connection, a peer that hangs up says nothing.
                heard = not self._redials
            if heard:
                silent_since = self._clock.monotonic()

    def _reopen(self) -> None:
        self._session = None
        self._clean = False
        self._link.close()
        self._link.open()
        self._session = self._new_session()
        self._used = False


def _not_sent(reason: str, details: dict[str, str]) -> ExchangeResult:
    return ExchangeResult(Outcome.NOT_SENT, reason, details=details)
