"""The computed tables, kept by the same transaction that adds the record; rebuilt from it at will.

Here stand the guards that span cases: unique keys, the cap on a sale, one open attempt per
terminal, no attempt in quarantine. A guard that fails refuses the whole append.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from protocols.kit.money import Amount, Currency
from terminal_agent.journal.errors import refusal
from terminal_agent.journal.schema import DERIVED_TABLES
from terminal_agent.refund.evidence import PersonVerdict
from terminal_agent.refund.facts import (
    AttemptApproved,
    AttemptArmed,
    AttemptBaselined,
    CaseCreated,
    Correction,
    EndOfDay,
    Fact,
    HumanVerdict,
    QuarantineReleased,
    QuarantineStarted,
    SaleRecorded,
)
from terminal_agent.refund.nouns import RefundCase

F = TypeVar("F")
Rule = Callable[[sqlite3.Connection, int, F], None]


def update(
    db: sqlite3.Connection,
    seq: int,
    fact: Fact,
    before: RefundCase | None,
    after: RefundCase | None,
) -> None:
    """Bring the tables from before the record `seq` to after it. Raises JournalRefusal.

    `before` and `after` are the case that the fact belongs to, None for any other fact.
    """
    rule = _RULES.get(type(fact))
    if rule is not None:
        rule(db, seq, fact)
    if after is not None:
        _case(db, seq, before, after)
        _number(db, seq, fact, after)
    db.execute("INSERT OR REPLACE INTO standing VALUES ('applied', ?)", (seq,))


def clear(db: sqlite3.Connection) -> None:
    """Empty every computed table."""
    for table in DERIVED_TABLES:
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - the names are our own constants


def dump(db: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the computed tables, to compare two builds of them."""
    return {
        table: sorted(db.execute(f"SELECT * FROM {table}"), key=repr)  # noqa: S608 - as above
        for table in DERIVED_TABLES
    }


# --- one case --------------------------------------------------------------------------------


def _case(db: sqlite3.Connection, seq: int, before: RefundCase | None, after: RefundCase) -> None:
    db.execute("INSERT INTO case_records VALUES (?, ?)", (after.case_id, seq))
    held = before is not None and before.holds
    if after.holds and not held:
        _reserve(db, after)
    if held and not after.holds:
        db.execute(
            "UPDATE sales SET reserved_minor = reserved_minor - ? WHERE sale_id = ?",
            (after.amount.minor, after.created.sale_id),
        )
    db.execute(
        "UPDATE cases SET state = ?, holds = ? WHERE case_id = ?",
        (after.state.value, int(after.holds), after.case_id),
    )
    db.execute("DELETE FROM open_attempts WHERE case_id = ?", (after.case_id,))
    db.executemany(
        "INSERT INTO open_attempts VALUES (?, ?, ?, ?)",
        [
            (after.case_id, attempt.number, attempt.start.terminal, attempt.start.repeats)
            for attempt in after.open_attempts
        ],
    )


def _reserve(db: sqlite3.Connection, case: RefundCase) -> None:
    """Take the amount out of what is left, in one guarded statement (exactly-once section 3)."""
    taken = db.execute(
        "UPDATE sales SET reserved_minor = reserved_minor + ?1"
        " WHERE sale_id = ?2 AND reserved_minor + ?1 <= amount_minor",
        (case.amount.minor, case.created.sale_id),
    )
    if taken.rowcount != 1:
        other = db.execute(
            "SELECT case_id FROM cases WHERE sale_id = ? AND case_id <> ? AND holds = 1"
            " ORDER BY created_seq LIMIT 1",
            (case.created.sale_id, case.case_id),
        ).fetchone()
        raise refusal(
            "refusal.duplicate",
            f"{case.amount} is more than what is left of sale {case.created.sale_id}",
            "Look at the other cases of this sale first.",
            case=other[0] if other else case.case_id,
        )


def _number(db: sqlite3.Connection, seq: int, fact: Fact, case: RefundCase) -> None:
    """Remember which receipt number proves which case, so that it cannot prove a second one."""
    number = _proving_number(fact)
    if number:
        terminal = case.attempts[-1].start.terminal
        db.execute(
            "INSERT INTO booked_numbers VALUES (?, ?, ?, ?)", (terminal, number, seq, case.case_id)
        )


def _proving_number(fact: Fact) -> str | None:
    if isinstance(fact, AttemptApproved):
        return fact.record.receipt_number if fact.record is not None else None
    if isinstance(fact, HumanVerdict | Correction) and fact.verdict is PersonVerdict.BOOKED:
        return fact.number_typed
    return None


# --- facts that touch more than their case ---------------------------------------------------


def _sale(db: sqlite3.Connection, seq: int, fact: SaleRecorded) -> None:
    sale = fact.sale
    if sale.amount.minor == 0:
        raise refusal("refusal.zero_amount", "a sale of nothing", "Correct the amount.")
    if db.execute("SELECT 1 FROM sales WHERE sale_id = ?", (sale.sale_id,)).fetchone():
        raise refusal(
            "refusal.sale_known",
            f"the sale {sale.sale_id} is in the book already",
            "Nothing: it needs no second entry.",
            sale=sale.sale_id,
        )
    db.execute(
        "INSERT INTO sales (sale_id, seq, terminal, sold_on, receipt_number, trace_number, rrn,"
        " currency, amount_minor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            sale.sale_id,
            seq,
            sale.terminal,
            sale.sold_at.date().isoformat(),
            sale.receipt_number,
            sale.trace_number,
            sale.rrn,
            sale.amount.currency.numeric,
            sale.amount.minor,
        ),
    )


def _created(db: sqlite3.Connection, seq: int, fact: CaseCreated) -> None:
    row = db.execute(
        "SELECT currency, amount_minor FROM sales WHERE sale_id = ?", (fact.sale_id,)
    ).fetchone()
    if row is None:
        raise refusal(
            "refusal.not_found",
            f"there is no sale {fact.sale_id}",
            "Check the number and the date on the customer's receipt.",
            receipt=fact.sale_id,
        )
    if row[0] != fact.amount.currency.numeric or row[1] < fact.amount.minor:
        raise refusal(
            "refusal.over_remaining",
            f"{fact.amount} is not a part of the sale {fact.sale_id}",
            "Choose a smaller amount in the currency of the sale.",
            amount=str(fact.amount),
            rest=str(Amount(row[1], Currency.of(row[0]))),
        )
    if db.execute("SELECT 1 FROM cases WHERE key = ?", (fact.key,)).fetchone():
        raise refusal(
            "refusal.key_reused",
            f"the key {fact.key} was used already",
            "Use a new key for a new refund.",
            key=fact.key,
        )
    db.execute(
        "INSERT INTO cases VALUES (?, ?, ?, ?, ?, '', 0)",
        (fact.case_id, seq, fact.key, fact.sale_id, fact.amount.minor),
    )


def _baselined(db: sqlite3.Connection, _seq: int, fact: AttemptBaselined) -> None:
    other = db.execute(
        "SELECT case_id FROM open_attempts WHERE terminal = ? AND case_id <> ? LIMIT 1",
        (fact.terminal, fact.case_id),
    ).fetchone()
    if other is not None:
        raise refusal(
            "refusal.open_case",
            f"case {other[0]} on terminal {fact.terminal} is not settled",
            "Run: refund-agent recover",
            case=other[0],
        )


def _armed(db: sqlite3.Connection, _seq: int, fact: AttemptArmed) -> None:
    if db.execute("SELECT 1 FROM standing WHERE name = 'quarantine'").fetchone():
        raise refusal(
            "refusal.quarantine",
            "it is not known what happened on this terminal before; refunds are blocked",
            "Compare the terminal's journal with ours, then run: refund-agent quarantine release",
        )
    used = db.execute(
        "SELECT case_id FROM attempt_references WHERE reference = ?", (fact.reference,)
    ).fetchone()
    if used is not None:
        raise refusal(
            "refusal.reference_used",
            f"the reference {fact.reference} belongs to case {used[0]}",
            "This is a mistake of the program; call the technician.",
            case=used[0],
        )
    db.execute(
        "INSERT INTO attempt_references VALUES (?, ?, ?)",
        (fact.reference, fact.case_id, fact.attempt),
    )


def _end_of_day(db: sqlite3.Connection, seq: int, fact: EndOfDay) -> None:
    db.execute("INSERT OR REPLACE INTO ends_of_day VALUES (?, ?)", (fact.terminal, seq))


def _quarantine(db: sqlite3.Connection, seq: int, _fact: QuarantineStarted) -> None:
    db.execute("INSERT OR REPLACE INTO standing VALUES ('quarantine', ?)", (seq,))


def _release(db: sqlite3.Connection, _seq: int, _fact: QuarantineReleased) -> None:
    db.execute("DELETE FROM standing WHERE name = 'quarantine'")


def _rule(kind: type[F], rule: Rule[F]) -> tuple[type[object], Rule[object]]:
    def checked(db: sqlite3.Connection, seq: int, fact: object) -> None:
        assert isinstance(fact, kind), f"{type(fact).__name__} under {kind.__name__}"
        rule(db, seq, fact)

    return kind, checked


_RULES: dict[type[object], Rule[object]] = dict(
    (
        _rule(SaleRecorded, _sale),
        _rule(CaseCreated, _created),
        _rule(AttemptBaselined, _baselined),
        _rule(AttemptArmed, _armed),
        _rule(EndOfDay, _end_of_day),
        _rule(QuarantineStarted, _quarantine),
        _rule(QuarantineReleased, _release),
    )
)
