"""By how much the numbers of a terminal's records advanced, where they may be used at all.

An end of day may reset them, so they count only within one batch: the batch number is in both
records and equal, or every number advanced equally and the record's date and time did not go back
(contracts section 2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from protocols.kit.vocabulary import TransactionRecord


# Longer than any number of a terminal; a hostile one may send tens of thousands of digits.
_DIGITS_MAX: Final = 40


def advance(
    baseline: TransactionRecord, last: TransactionRecord, number_fields: tuple[str, ...]
) -> int | None:
    """Steps from the baseline's number to the last record's; None where they may not be used."""
    if not _one_batch(baseline, last):
        return None
    steps = {
        _step(number(baseline, name), number(last, name))
        for name in number_fields
        if number(baseline, name) is not None or number(last, name) is not None
    }
    return steps.pop() if len(steps) == 1 else None


def number(record: TransactionRecord, name: str) -> int | None:
    """The number in that field of a record; None where there is none."""
    text: object = getattr(record, name)
    if not isinstance(text, str) or len(text) > _DIGITS_MAX:
        return None
    return int(text) if text.isascii() and text.isdigit() else None


def same_number(one: str, other: str) -> bool:
    """Whether two spellings mean one number; people leave leading zeros away."""
    return one.strip().lstrip("0") == other.strip().lstrip("0")


def _step(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before


def _one_batch(baseline: TransactionRecord, last: TransactionRecord) -> bool:
    if baseline.batch_number is not None or last.batch_number is not None:
        return baseline.batch_number == last.batch_number
    before, after = _moment(baseline), _moment(last)
    return before is not None and after is not None and not _went_back(before, after)


def _moment(record: TransactionRecord) -> tuple[str, str] | None:
    return None if record.date is None or record.time is None else (record.date, record.time)


def _went_back(before: tuple[str, str], after: tuple[str, str]) -> bool:
    """Compare MMDD and HHMMSS as text. A date without a year goes from December to January."""
    turn_of_year = before[0].startswith("12") and after[0].startswith("01")
    return after < before and not turn_of_year
