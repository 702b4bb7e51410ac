"""What the list of the batch says about a void: done, attested as not done, or nothing.

A voided sale shows as two lines with one operation number: the sale, and the same amount below
zero. The number is bound by amount and, where it is known, by authorisation code: it starts anew
some day, and another terminal counts for itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from protocols.kit.vocabulary import Booking, Operation
from protocols.transbank.messages import marked
from protocols.transbank.records import same_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protocols.kit.messages import Message
    from protocols.kit.session import Request
    from protocols.kit.vocabulary import TransactionRecord


def ends_list(line: Message) -> bool:
    """Whether this line closes the list: the one without an authorisation code."""
    return not marked(line, "auth_code")


def is_doubtful_end(line: Message) -> bool:
    """A closing line that names a transaction: then nobody knows whether the list is whole."""
    return bool(marked(line, "operation_number"))


def find(lines: Sequence[TransactionRecord], request: Request) -> TransactionRecord | None:
    """The void's own record, else the sale's as it stands; None where no line has this number.

    A line with this number that is not of our sale is given as it is, so that everybody sees that
    the number is another sale's now; of a sale that stands there twice nothing is certain.
    """
    voids, sales = _about(lines, request, Operation.VOID), _about(lines, request, Operation.SALE)
    strangers = [line for line in (*voids, *sales) if not _is_ours(line, request)]
    if strangers:
        return strangers[-1]
    if voids:
        return voids[-1]
    if len(sales) > 1:
        return replace(sales[-1], booking=Booking.UNKNOWN)
    return sales[0] if sales else None


def _about(
    lines: Sequence[TransactionRecord], request: Request, kind: Operation
) -> list[TransactionRecord]:
    assert request.original is not None
    number = request.original.receipt_number
    return [
        line
        for line in lines
        if line.kind is kind
        and same_number(line.receipt_number or line.original_receipt_number, number)
    ]


def _is_ours(line: TransactionRecord, request: Request) -> bool:
    assert request.amount is not None
    assert request.original is not None
    if line.booking is not Booking.APPROVED or line.amount_minor != request.amount.minor:
        return False
    known = request.original.auth_code
    return line.kind is Operation.VOID or not known or line.auth_code == known.strip()
