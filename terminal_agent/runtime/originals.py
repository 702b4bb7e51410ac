"""Looks at the sale that a void will undo, where the terminal shows it by its number.

A void that names nothing but a number would undo another customer's sale if the number in the sale
book were wrong; and an answer without an amount would not even tell.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from drivers.errors import LinkError
from protocols.kit.vocabulary import Booking, Operation
from terminal_agent.journal.errors import JournalRefusal, refusal

if TYPE_CHECKING:
    from protocols.kit.session import Request
    from protocols.kit.vocabulary import TransactionRecord
    from terminal_agent.refund.nouns import RefundCase
    from terminal_agent.refund.sale import Sale
    from terminal_agent.runtime.conversation import Conversation


def look_at(case: RefundCase, sale: Sale, void: Request, talk: Conversation) -> None:
    """Ask for the original of `void`, and return where it stands as the sale book has it.

    Raises LinkError, and JournalRefusal where the terminal shows another sale, one that is voided
    already, or none. Nothing is armed then.
    """
    asked = replace(void, operation=Operation.QUERY, reference=None, about=Operation.VOID)
    answer = talk.query(asked)
    if answer.status is not None and answer.status.busy:
        raise LinkError("the terminal is busy with something else", code="link.busy")
    code = _objection(answer.record, sale)
    if code:
        raise _refused(case, code, sale)


def _objection(found: TransactionRecord | None, sale: Sale) -> str:
    """The code of the refusal, "" where nothing speaks against the void."""
    if found is None:
        return "refusal.original_unknown"
    if found.booking is Booking.REVERSED or found.kind is Operation.VOID:
        return "refusal.already_voided"
    pairs = ((found.amount_minor, sale.amount.minor), (found.auth_code, sale.auth_code))
    differs = any(told and known and told != known for told, known in pairs)
    return "refusal.original_differs" if differs else ""


def _refused(case: RefundCase, code: str, sale: Sale) -> JournalRefusal:
    number = sale.receipt_number or ""
    return refusal(
        code,
        f"{case.case_id}: the terminal was asked for sale {number}",
        "Compare the sale's numbers with the customer's receipt.",
        case=case.case_id,
        number=number,
        amount=str(sale.amount),
    )
