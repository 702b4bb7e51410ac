"""How a terminal's memory and the bank's ledger change together: book, refuse, undo, hand in."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from simulators.errors import BadScenario
from simulators.hostline import BatchSums, HostRequest
from simulators.memory import OpenVote, Reason, Transaction
from simulators.settings import NUMBER_DIGITS_RECEIPT, NUMBER_DIGITS_TRACE, MissingAckHabit

if TYPE_CHECKING:
    from simulators.bank import BookingKind, HostAnswer
    from simulators.memory import Counters
    from simulators.scenario import Sale
    from simulators.terminal import SimTerminal


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of the device. A void names its original; its amount may be left open."""

    kind: BookingKind
    amount_minor: int | None
    currency: str
    original_receipt_number: str | None = None
    reference: str | None = None
    card_timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """What an end of day hands in; a voided sale and its void both count, refunds are negative."""

    first_receipt: str
    last_receipt: str
    count: int
    total_minor: int


def amount_of(terminal: SimTerminal, order: Order) -> int:
    """The amount of an order; a void without one takes its original's."""
    if order.amount_minor is not None:
        return order.amount_minor
    original = terminal.memory.find(order.original_receipt_number or "")
    return original.amount_minor if original else 0


def obstacle(terminal: SimTerminal, order: Order) -> Reason:
    """Why an order cannot even begin; APPROVED when nothing stands in its way."""
    if terminal.settings.locked:
        return Reason.LOCKED
    if terminal.end_of_day_pending:
        return Reason.END_OF_DAY_PENDING
    if len(terminal.memory.store) >= terminal.settings.store_max:
        return Reason.STORE_FULL
    if terminal.settings.own_printer and not terminal.has_paper:
        return Reason.NO_PAPER
    return _void_obstacle(terminal, order) if order.kind == "void" else Reason.APPROVED


def _void_obstacle(terminal: SimTerminal, order: Order) -> Reason:
    original = terminal.memory.find(order.original_receipt_number or "")
    if original is None or original.kind not in {"sale", "refund"}:
        return Reason.NOT_FOUND
    if original.reversed_by is not None:
        return Reason.ALREADY_REVERSED
    if order.amount_minor not in {None, original.amount_minor}:
        return Reason.AMOUNT_DIFFERS
    return Reason.APPROVED


def request(terminal: SimTerminal, order: Order) -> HostRequest:
    """What the host is asked for, with the numbers that `commit` will give it."""
    numbers = _next_numbers(copy(terminal.memory.counters))
    return HostRequest(
        kind=order.kind,
        amount_minor=amount_of(terminal, order),
        currency=order.currency,
        receipt_number=numbers.receipt,
        trace_number=numbers.trace,
        original=terminal.memory.find(order.original_receipt_number or ""),
        reference=order.reference,
    )


def booked_at_once(terminal: SimTerminal, order: Order) -> Transaction | None:
    """Ask the host and book, for good, in no time; None where the host does not want it."""
    told = terminal.host.ask_at_once(request(terminal, order))
    if told.reason is not Reason.APPROVED:
        return None
    return commit(terminal, order, told.amount_minor, voting=False, told=told)


def commit(
    terminal: SimTerminal,
    order: Order,
    amount_minor: int,
    *,
    voting: bool = True,
    told: HostAnswer | None = None,
) -> Transaction:
    """Book an order: provisionally when `voting`, else for good."""
    memory = terminal.memory
    before = (copy(memory.counters), memory.last, memory.last_positive)
    transaction = _record(terminal, order, amount_minor, Reason.APPROVED)
    # The host's codes do not begin anew when the terminal's numbers do.
    drawn = memory.counters.trace * 7919 + (memory.counters.batch - 1) * 104_729
    transaction.auth_code = f"{drawn % 1_000_000:06d}"
    transaction.rrn = f"{memory.counters.batch % 1_000_000:06d}{transaction.trace_number}"
    if told is not None and told.rrn:
        transaction.rrn, transaction.auth_code = told.rrn, told.auth_code
    original = memory.find(order.original_receipt_number or "") if order.kind == "void" else None
    if original is not None:
        original.reversed_by = transaction.receipt_number
        transaction.original_trace_number = original.trace_number
    memory.store.append(transaction)
    memory.last = memory.last_positive = transaction
    if voting:
        memory.vote = OpenVote(transaction, *before)
    terminal.host.book(transaction)
    return transaction


def refused(terminal: SimTerminal, order: Order, reason: Reason, code: str) -> Transaction:
    """The record of an order that was not booked; whether it takes a number is a setting."""
    told_by_host = reason in {Reason.DECLINED, Reason.NO_CONNECTION}
    if not (terminal.settings.store_declines and told_by_host):
        return Transaction(
            kind=order.kind,
            amount_minor=amount_of(terminal, order),
            currency=order.currency,
            receipt_number="",
            trace_number="",
            turnover_number="",
            reason=reason.value,
            at=terminal.wall().isoformat(),
            host_code=code,
        )
    transaction = _record(terminal, order, amount_of(terminal, order), reason)
    transaction.host_code = code
    terminal.memory.last = transaction
    return transaction


def voted_on(terminal: SimTerminal) -> Transaction:
    """What was booked and waits for somebody to take its result."""
    vote = terminal.memory.vote
    assert vote is not None, "a booking waits for its vote"
    return vote.transaction


def begin(terminal: SimTerminal, order: Order, code: str) -> Transaction:
    """The record of an order that the host will be asked about over somebody else's line.

    It takes its numbers and says `code` (outcome not known) until more is known: a terminal writes
    it down before it asks, so that a power cut leaves it behind.
    """
    transaction = _record(terminal, order, amount_of(terminal, order), Reason.DECLINED)
    transaction.host_code = code
    terminal.memory.last = transaction
    return transaction


def confirm(terminal: SimTerminal, transaction: Transaction, amount_minor: int) -> None:
    """The host has booked it (in its own books) and has said so."""
    memory = terminal.memory
    transaction.reason, transaction.host_code = Reason.APPROVED.value, ""
    transaction.amount_minor = amount_minor
    transaction.auth_code = f"{(memory.counters.trace * 7919) % 1_000_000:06d}"
    transaction.rrn = f"{memory.counters.batch % 1_000_000:06d}{transaction.trace_number}"
    voided = transaction.original_receipt_number if transaction.kind == "void" else None
    original = memory.find(voided or "")
    if original is not None:
        original.reversed_by = transaction.receipt_number
        transaction.original_trace_number = original.trace_number
    memory.store.append(transaction)
    memory.last = memory.last_positive = transaction


def undo(terminal: SimTerminal) -> None:
    """Un-book the transaction with the open vote, in this device's way."""
    memory = terminal.memory
    vote = memory.vote
    assert vote is not None, "there is nothing to undo"
    memory.vote = None
    undone = vote.transaction
    habit = terminal.settings.vote
    reversal = undone
    if habit is not MissingAckHabit.GHOST:
        _take_out(terminal, vote)
    if habit is MissingAckHabit.SAME:
        memory.counters = vote.counters_before
        memory.store.remove(undone)
        memory.last = vote.last_before
    elif habit is MissingAckHabit.OLD1:
        memory.last = vote.last_before
    elif habit is MissingAckHabit.REC2:
        reversal = _reversal_record(terminal, undone)
    terminal.host.unbook(undone, reversal)


def _take_out(terminal: SimTerminal, vote: OpenVote) -> None:
    memory = terminal.memory
    vote.transaction.unbooked = True
    memory.last_positive = vote.last_positive_before
    if vote.transaction.kind == "void":
        original = memory.find(vote.transaction.original_receipt_number or "")
        if original is not None:
            original.reversed_by = None


def _reversal_record(terminal: SimTerminal, undone: Transaction) -> Transaction:
    memory = terminal.memory
    numbers = _next_numbers(memory.counters)
    record = replace(
        undone,
        kind="auto_reversal",
        unbooked=False,
        original_receipt_number=undone.receipt_number,
        original_trace_number=undone.trace_number,
        at=terminal.wall().isoformat(),
        receipt_number=numbers.receipt,
        trace_number=numbers.trace,
        turnover_number=numbers.turnover,
    )
    memory.store.append(record)
    memory.last = record
    return record


def close_batch(terminal: SimTerminal) -> Totals:
    """Empty the turnover store; the last record and the numbers stay."""
    memory = terminal.memory
    batch = terminal.host.settle(_sums(terminal))
    booked = [transaction for transaction in memory.store if transaction.approved]
    signs = {"sale": 1, "void": -1, "refund": -1, "auto_reversal": 0}
    totals = Totals(
        first_receipt=booked[0].receipt_number if booked else "0000",
        last_receipt=booked[-1].receipt_number if booked else "0000",
        count=len(booked),
        total_minor=sum(signs[t.kind] * t.amount_minor for t in booked),
    )
    memory.store.clear()
    memory.counters.batch = memory.counters.batch + 1 if batch is None else batch
    return totals


def _sums(terminal: SimTerminal) -> BatchSums:
    booked = [one for one in terminal.memory.store if one.approved and one.kind != "auto_reversal"]
    came = [one.amount_minor for one in booked if one.kind == "sale"]
    gone = [one.amount_minor for one in booked if one.kind != "sale"]
    return BatchSums(sum(came), len(came), sum(gone), len(gone), terminal.settings.currency)


def preload(terminal: SimTerminal, sale: Sale) -> None:
    """Put a sale into memory and books as if it had been made before."""
    memory = terminal.memory
    if sale.receipt_number:
        memory.counters.receipt = int(sale.receipt_number) - 1
    order = Order("sale", sale.amount_minor, sale.currency or terminal.settings.currency)
    booked = booked_at_once(terminal, order)
    if booked is None:
        raise BadScenario("the acquirer refuses a sale that was to be there", where="sale")
    if sale.state == "voided":
        void = Order("void", sale.amount_minor, booked.currency, booked.receipt_number)
        booked_at_once(terminal, void)
    elif sale.state == "settled":
        memory.store.remove(booked)


def _record(terminal: SimTerminal, order: Order, amount_minor: int, reason: Reason) -> Transaction:
    settings = terminal.settings
    numbers = _next_numbers(terminal.memory.counters)
    return Transaction(
        kind=order.kind,
        amount_minor=amount_minor,
        currency=order.currency,
        reason=reason.value,
        at=terminal.wall().isoformat(),
        original_receipt_number=order.original_receipt_number,
        reference=order.reference,
        masked_pan=settings.masked_pan,
        card_name=settings.card_name,
        receipt_number=numbers.receipt,
        trace_number=numbers.trace,
        turnover_number=numbers.turnover,
    )


class _Numbers(NamedTuple):
    receipt: str
    trace: str
    turnover: str


def _next_numbers(counters: Counters) -> _Numbers:
    """Advance every number by one and give them as digits."""
    counters.receipt = counters.receipt % (10**NUMBER_DIGITS_RECEIPT - 1) + 1
    counters.trace = counters.trace % (10**NUMBER_DIGITS_TRACE - 1) + 1
    counters.turnover = counters.turnover % (10**NUMBER_DIGITS_TRACE - 1) + 1
    return _Numbers(
        receipt=f"{counters.receipt:0{NUMBER_DIGITS_RECEIPT}d}",
        trace=f"{counters.trace:0{NUMBER_DIGITS_TRACE}d}",
        turnover=f"{counters.turnover:0{NUMBER_DIGITS_TRACE}d}",
    )
