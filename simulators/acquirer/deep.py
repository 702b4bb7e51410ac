"""The deep host: what SimTerminal asks becomes ISO 8583 to an acquirer with a ledger of its own.

The steps of a scenario that speak of the host (`decline`, `no_connection`, `approve`) keep their
meaning: they become what the acquirer answers. What goes wrong on the acquirer line itself stands
in the scenario's `[host]` table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulators.acquirer import messages as m
from simulators.acquirer.jobs import End, Outcome, Wanted
from simulators.acquirer.settings import HostFault, is_code
from simulators.bank import HostAnswer
from simulators.memory import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulators.acquirer.front import Front
    from simulators.acquirer.settings import HostSettings
    from simulators.acquirer.uplink import Uplink
    from simulators.bank import BookingKind
    from simulators.hostline import BatchSums, HostRequest
    from simulators.memory import Transaction
    from simulators.steps import Plan

DO_NOT_HONOUR: Final = "05"
# What the terminal shows for an end that is not approved.
_REASONS: Final = {
    End.APPROVED: Reason.APPROVED,
    End.DECLINED: Reason.DECLINED,
    End.FAILED: Reason.NO_CONNECTION,
    End.OWED: Reason.NO_CONNECTION,
    End.LOST: Reason.NO_CONNECTION,
}


class DeepHost:
    """A host line with an acquirer behind it. `known` says which codes the till's wire carries."""

    def __init__(
        self,
        uplink: Uplink,
        front: Front,
        settings: HostSettings,
        known: Callable[[str], bool] = lambda _code: True,
    ) -> None:
        self.uplink = uplink
        self.front = front
        self._settings = settings
        self._known = known
        self._client = uplink.client
        self._told: HostAnswer | None = None  # an end that no message was needed for
        self._now = 0.0  # the last moment that it heard of
        self._shown = ""  # the code that a scenario wants the till to see

    @property
    def answer(self) -> HostAnswer | None:
        """As HostLine."""
        if self._told is not None:
            return self._told
        outcome = self._client.outcome
        return None if outcome is None else self._seen(outcome)

    def _seen(self, outcome: Outcome) -> HostAnswer:
        code = self._shown or outcome.code
        reason = _REASONS[outcome.end]
        shown = code if reason is Reason.DECLINED and self._known(code) else ""
        return HostAnswer(
            reason, outcome.amount_minor, shown, rrn=outcome.rrn, auth_code=outcome.auth_code
        )

    @property
    def deadline(self) -> float | None:
        """As HostLine."""
        return self.uplink.deadline

    @property
    def owes(self) -> bool:
        """As HostLine."""
        return self._client.memory.pending is not None

    @property
    def played(self) -> Sequence[str]:
        """As HostLine."""
        return self.front.played

    def ask(self, request: HostRequest, plan: Plan, now: float) -> None:
        """As HostLine."""
        self._shown, self._told, self.front.wish = "", None, None
        if "no_connection" in plan:
            self._told = HostAnswer(Reason.NO_CONNECTION, request.amount_minor)
            return
        self._wish(request.kind, plan)
        self._client.begin(_wanted(request), now)
        self._move(now)

    def _wish(self, kind: BookingKind, plan: Plan) -> None:
        declined, other = plan.get("decline"), plan.get("approve")
        if declined is not None:
            self._shown = declined.code
            code = declined.code if is_code(declined.code) else DO_NOT_HONOUR
            certain = code not in m.APPROVED | m.UNCERTAIN
            self.front.wish = HostFault(kind, "code", code=code if certain else DO_NOT_HONOUR)
        elif other is not None:
            self.front.wish = HostFault(kind, "partial", amount_minor=other.amount_minor)

    def ask_at_once(self, request: HostRequest) -> HostAnswer:
        """As HostLine; the acquirer's faults count here too."""
        self._shown, self._told = "", None
        self._client.begin(_wanted(request), self._now)
        return self._seen(self.uplink.to_end(self._now))

    def book(self, transaction: Transaction) -> None:
        """The acquirer has booked before the terminal knew."""

    def can_reverse(self, kind: BookingKind) -> bool:
        """A refund only where this acquirer knows such a message."""
        return kind != "refund" or self._settings.refund_reversal

    def reverse(self, transaction: Transaction, now: float) -> None:
        """As HostLine."""
        self._told = None
        self._client.undo(transaction.rrn, now)
        self._move(now)

    def unbook(self, undone: Transaction, reversal: Transaction) -> None:
        """The acquirer has undone it, or the reversal is owed."""

    def settle(self, sums: BatchSums) -> int | None:
        """As HostLine; without a settlement the batch stays the acquirer's open one."""
        totals = m.Sums(sums.debit_minor, sums.debit_count, sums.credit_minor, sums.credit_count)
        self._client.settle(totals, sums.currency, self._now)
        self.uplink.to_end(self._now)
        return int(self._client.memory.batch)

    def tick(self, now: float) -> None:
        """As HostLine."""
        self._move(now)

    def _move(self, now: float) -> None:
        self._now = now
        self.uplink.tick(now)

    def power_lost(self) -> None:
        """As HostLine; the acquirer goes on."""
        self._told = None
        self._client.power_lost()

    def start_up(self, now: float) -> None:
        """As HostLine."""
        self._told = None
        self._client.start_up(now)
        self._move(now)

    def saves_by(self, save: Callable[[], None]) -> None:
        """As HostLine."""
        self._client.saves_by(save)
        self.front.host.save = save

    def to_json(self) -> dict[str, object] | None:
        """As HostLine: what the acquirer knows, and what the terminal may owe it."""
        return {
            "ledger": self.front.host.ledger.to_json(),
            "line": self._client.memory.to_json(),
        }

    def close(self) -> None:
        """As HostLine."""
        self.uplink.line.close()


def _wanted(request: HostRequest) -> Wanted:
    note = f"{request.receipt_number}/{request.trace_number}/{request.reference or ''}"
    return Wanted(
        kind=request.kind,
        amount_minor=request.amount_minor,
        currency=request.currency,
        original_rrn=request.original.rrn if request.original is not None else "",
        note=note,
    )
