"""Fills the sale book: from a CSV file, all rows or none, or from the terminal's last record."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, TypeGuard

from protocols.kit.errors import BadField, RefundAgentError
from protocols.kit.masking import mask_pan
from protocols.kit.money import Amount, Currency
from protocols.kit.vocabulary import Booking
from terminal_agent.journal.errors import refusal
from terminal_agent.refund.facts import SaleRecorded
from terminal_agent.refund.sale import Sale, SaleSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from protocols.kit.vocabulary import TransactionRecord
    from terminal_agent.journal.replay import Reader, SaleState
    from terminal_agent.journal.store import Journal

NEEDED = ("sale_id", "amount", "sold_at")
OPTIONAL = (
    "terminal",
    "currency",
    "terminal_id",
    "receipt_number",
    "trace_number",
    "turnover_number",
    "rrn",
    "auth_code",
    "batch_number",
    "masked_pan",
    "card_name",
)
_TEXTS = OPTIONAL[2:]
# Widths in which receipt numbers are printed; people leave leading zeros out.
_WIDTHS = (4, 6, 8)
# A sale book of a busy shop and year; a larger file is not one.
ROWS_MAX = 1_000_000
# Longer than any number on a receipt; files may hold thousands of digits.
_DIGITS_MAX = 40
# No sale that can be refunded is older; a day before the year 1 cannot even be counted.
_YEAR_MIN = 1970


class BadSaleBook(RefundAgentError):
    """The file is no sale book; the line and the column are named, nothing was imported."""

    def __init__(self, path: str, line: int, problem: str) -> None:
        super().__init__(
            "sale.bad_file",
            f"{path}, line {line}: {problem}",
            what_to_do="Correct the line. Nothing was imported.",
            details={"path": path, "line": line, "problem": problem},
        )


def read_csv(
    lines: Iterable[str], *, path: str, terminal: str, currency: Currency, now: datetime
) -> list[Sale]:
    """The sales of a CSV file with a heading line. Raises BadSaleBook for the first wrong row.

    `terminal` and `currency` count where the file has no such column; a time without a zone is
    the shop's own.
    """
    sales: dict[str, Sale] = {}
    receipts: dict[tuple[str, str, date], Sale] = {}
    line = 1
    try:
        rest = iter(lines)
        heading = next(rest, "")
        # Spreadsheets of countries that write 12,50 put semicolons between the columns.
        delimiter = ";" if ";" in heading and "," not in heading else ","
        reader = csv.DictReader(chain([heading], rest), strict=True, delimiter=delimiter)
        _check_heading(reader.fieldnames, path)
        for row in reader:
            line = reader.line_num
            if len(sales) == ROWS_MAX:
                raise BadSaleBook(path, line, f"more than {ROWS_MAX} rows")
            sale = _Row(path, line, terminal, currency, now).read(row)
            if sale.sale_id in sales:
                raise BadSaleBook(path, line, f"sale_id: {sale.sale_id} stands there twice")
            twin = receipts.get(_receipt(sale))
            if sale.receipt_number and twin is not None and _same_sale(twin, sale):
                raise BadSaleBook(
                    path, line, f"receipt_number: {sale.receipt_number} stands there twice that day"
                )
            sales[sale.sale_id] = receipts[_receipt(sale)] = sale
    except csv.Error as error:
        raise BadSaleBook(path, line + 1, str(error)) from error
    except UnicodeDecodeError as error:
        raise BadSaleBook(path, line + 1, "the file is not UTF-8 text") from error
    return list(sales.values())


def _receipt(sale: Sale) -> tuple[str, str, date]:
    return (sale.terminal, sale.receipt_number or "", sale.sold_at.date())


def _check_heading(names: Iterable[str] | None, path: str) -> None:
    given = [name.strip() for name in names or ()]
    missing = [name for name in NEEDED if name not in given]
    strange = [name for name in given if name not in NEEDED + OPTIONAL]
    if missing:
        raise BadSaleBook(path, 1, f"the heading lacks {', '.join(missing)}")
    if strange:
        raise BadSaleBook(path, 1, f"the heading has unknown columns: {', '.join(strange)}")


@dataclass(frozen=True, slots=True)
class _Row:
    """Where a row stands, and what counts where it is silent."""

    path: str
    line: int
    terminal: str
    currency: Currency
    now: datetime

    def read(self, row: Mapping[str | None, str | list[str] | None]) -> Sale:
        """The sale of the row."""
        if None in row:
            raise self._bad("more values than columns")
        cells = {
            str(name).strip(): value.strip()
            for name, value in row.items()
            if isinstance(value, str)
        }
        for name in NEEDED:
            if not cells.get(name):
                raise self._bad(f"{name}: empty")
        texts = {name: cells[name] for name in _TEXTS if cells.get(name)}
        if "masked_pan" in texts:
            texts["masked_pan"] = mask_pan(texts["masked_pan"].replace(" ", ""))
        return Sale(
            sale_id=cells["sale_id"],
            terminal=cells.get("terminal") or self.terminal,
            amount=self._amount(cells),
            sold_at=self._moment(cells["sold_at"]),
            source=SaleSource.IMPORT,
            **texts,
        )

    def _amount(self, cells: Mapping[str, str]) -> Amount:
        try:
            money = Currency.of(cells["currency"]) if cells.get("currency") else self.currency
        except BadField as error:
            raise self._bad(f"currency: {error.what_happened}") from error
        try:
            amount = Amount.parse(cells["amount"], money)
        except BadField as error:
            raise self._bad(f"amount: {error.what_happened}") from error
        if amount.minor == 0:
            raise self._bad("amount: a sale of nothing cannot be refunded")
        return amount

    def _moment(self, text: str) -> datetime:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise self._bad(f"sold_at: {text!r} is no time like 2026-11-24T10:31:07") from error
        moment = moment if moment.tzinfo else moment.replace(tzinfo=self.now.tzinfo)
        if moment.year < _YEAR_MIN:
            raise self._bad(f"sold_at: {text!r} lies before {_YEAR_MIN}")
        if moment - self.now > timedelta(days=1):
            raise self._bad(f"sold_at: {text!r} lies in the future")
        return moment

    def _bad(self, problem: str) -> BadSaleBook:
        return BadSaleBook(self.path, self.line, problem)


def add(journal: Journal, sales: Iterable[Sale], now: datetime) -> tuple[int, int]:
    """Put new sales into the book in one commit; gives (new, known already).

    A sale that stands there under another id counts as known: twice in the book, it could be
    refunded twice. Raises JournalRefusal for a sale_id that is known with other content.
    """
    fresh: list[Sale] = []
    book = _Book(journal)
    known = 0
    for sale in sales:
        state = journal.sale(sale.sale_id)
        if state is not None and not (state.sale == sale or _one_entry(state.sale, sale)):
            raise refusal(
                "refusal.sale_differs",
                f"{sale.sale_id} is known with other content",
                "Compare both with the till's own list. Nothing was entered.",
                sale=sale.sale_id,
            )
        if state is not None or book.has_twin(sale):
            known += 1
        else:
            fresh.append(sale)
            book.keep(sale)
    if fresh:
        journal.append(*(SaleRecorded(at=now, sale=sale) for sale in fresh))
    return len(fresh), known


class _Book:
    """The sales by terminal and receipt number, read from the journal a day at a time."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._days: set[date] = set()
        self._sales: dict[tuple[str, int], list[Sale]] = {}

    def has_twin(self, sale: Sale) -> bool:
        """Whether this very sale is there under another id (till and terminal name it apart)."""
        place = _place(sale)
        if place is None:
            return False
        for away in (-1, 0, 1):  # two clocks need not agree on the day
            self._read(sale.sold_at.date() + timedelta(days=away))
        return any(_same_sale(sale, other) for other in self._sales.get(place, ()))

    def keep(self, sale: Sale) -> None:
        """One more sale."""
        place = _place(sale)
        if place is not None:
            self._sales.setdefault(place, []).append(sale)

    def _read(self, day: date) -> None:
        if day not in self._days:
            self._days.add(day)
            for state in self._journal.sales(on=day, limit=ROWS_MAX):
                self.keep(state.sale)


def _place(sale: Sale) -> tuple[str, int] | None:
    number = sale.receipt_number
    return (sale.terminal, int(number)) if _is_number(number) else None


def _one_entry(one: Sale, other: Sale) -> bool:
    """Whether two entries of one id tell of one sale, however little words and clocks differ."""
    return _place(one) == _place(other) and _same_sale(one, other)


def _same_sale(one: Sale, other: Sale) -> bool:
    traces = {int(text) for text in (one.trace_number, other.trace_number) if _is_number(text)}
    near = abs(one.sold_at - other.sold_at) < timedelta(days=1)
    return one.amount == other.amount and len(traces) <= 1 and near


def _is_number(text: str | None) -> TypeGuard[str]:
    if text is None or len(text) > _DIGITS_MAX:
        return False
    return text.isascii() and text.isdecimal()


def find(journal: Reader, number: str, terminal: str | None) -> list[SaleState]:
    """Sales by receipt number, trace number or RRN, however many zeros stand in front."""
    spellings = {number, *(number.lstrip("0").rjust(width, "0") for width in _WIDTHS)}
    found = {
        state.sale.sale_id: state
        for spelling in sorted(spellings)
        for state in journal.sales(number=spelling, terminal=terminal)
    }
    return list(found.values())


def sale_from_record(
    record: TransactionRecord, *, terminal: str, currency: Currency, now: datetime
) -> Sale | None:
    """The sale that the terminal's last record shows; None where it cannot be one.

    A ZVT record does not tell a sale from a refund: the person who asks says that it is one.
    """
    if record.booking is not Booking.APPROVED or not record.amount_minor:
        return None
    if record.original_trace_number is not None or record.receipt_number is None:
        return None
    money = Currency.of(record.currency) if record.currency else currency
    sold_at = _told_moment(record, now)
    return Sale(
        sale_id=f"{terminal}-{sold_at:%Y%m%d}-{record.receipt_number}",
        terminal=terminal,
        amount=Amount(record.amount_minor, money),
        sold_at=sold_at,
        source=SaleSource.TERMINAL,
        terminal_id=record.terminal_id,
        receipt_number=record.receipt_number,
        trace_number=record.trace_number,
        turnover_number=record.turnover_number,
        rrn=record.rrn,
        auth_code=record.auth_code,
        batch_number=record.batch_number,
        masked_pan=record.masked_pan,
        card_name=record.card_name,
    )


def _told_moment(record: TransactionRecord, now: datetime) -> datetime:
    """The record's day and time; it has no year, so the latest one that is not in the future."""
    if not record.date or not record.time:
        return now
    try:
        month, day = int(record.date[:2]), int(record.date[2:4])
        hour, minute, second = (int(record.time[i : i + 2]) for i in (0, 2, 4))
        moment = now.replace(
            month=month, day=day, hour=hour, minute=minute, second=second, microsecond=0
        )
        return moment if (moment - now).days < 1 else moment.replace(year=now.year - 1)
    except ValueError:  # no such day, at least not in that year
        return now
