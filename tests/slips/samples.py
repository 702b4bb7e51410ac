"""The slips that golden files, pictures and the reference page show, of every kind and width.

Run as a module it writes the golden files anew; the difference is for a person to read.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from printing.html import to_html
from printing.text import to_text
from protocols.kit.money import Amount, Currency
from protocols.kit.vocabulary import Operation, Outcome
from terminal_agent.journal.anchor import Anchor
from terminal_agent.slips import (
    AnchorSlip,
    AnySlip,
    CaseSheet,
    Happening,
    OriginalSale,
    SlipCopy,
    SlipData,
    layout,
)
from terminal_agent.slips.model import COLUMNS, SLIP_LANGUAGES
from terminal_agent.slips.words import with_words, words
from tests.slips.shops import SHOPS

GOLDEN = Path(__file__).parent / "golden"
SOLD = datetime(2026, 11, 23, 18, 2, 44, tzinfo=UTC)
DONE = datetime(2026, 11, 24, 10, 31, 7, tzinfo=UTC)
# The kinds that the further languages show; en and zh show all.
MAIN = frozenset({"refund-merchant", "refund-customer", "void-customer", "unknown-customer"})


def refund(language: str, columns: int = 32) -> SlipData:
    """The merchant's copy of an approved refund in a shop where this language is spoken."""
    shop, say = SHOPS[language], words(language)
    currency = Currency.of(shop.currency)
    return SlipData(
        slip_id="RF-20261124-0042-1",
        case_number="RF-20261124-0042",
        operation=Operation.REFUND,
        outcome=Outcome.APPROVED,
        copy=SlipCopy.MERCHANT,
        amount=Amount(1250, currency),
        when=DONE,
        code="K7MR",
        language=language,
        columns=columns,
        merchant_lines=shop.lines,
        merchant_id="104310158120042",
        terminal_id="10012345",
        card_name=shop.card_name,
        masked_pan=shop.masked_pan,
        receipt_number="0042",
        trace_number="000042",
        rrn="632811000042",
        auth_code="815632",
        result_code="00",
        original=OriginalSale(
            amount=Amount(2000, currency),
            when=SOLD,
            receipt_number="0017",
            trace_number="000017",
            rrn="632710000017",
        ),
        remaining=Amount(750, currency),
        reason=with_words(say["reason_charged_twice"], shop.reason_text, say),
        cashier=shop.cashier,
        approver=shop.approver,
    )


def _customer(slip: SlipData) -> SlipData:
    return replace(slip, copy=SlipCopy.CUSTOMER)


def _without_answer(slip: SlipData, outcome: Outcome) -> SlipData:
    """What is known when the answer was lost, or nothing was sent: nothing of the terminal's."""
    return replace(
        slip,
        outcome=outcome,
        result_code="",
        receipt_number="",
        trace_number="",
        rrn="",
        auth_code="",
        card_name="",
        masked_pan="",
    )


def _declined(slip: SlipData) -> SlipData:
    return replace(
        slip,
        outcome=Outcome.DECLINED,
        auth_code="",
        result_code="14",
        result_text=SHOPS[slip.language].refusal,
    )


def _terminal_text(slip: SlipData) -> SlipData:
    lines = (
        "      ** Gutschrift **",
        "Terminal-ID :         10012345",
        "A line of the terminal that is far too long for this paper, whatever its width",
    )
    return replace(slip, terminal_lines=lines)


def _anchor(slip: SlipData) -> AnchorSlip:
    made = Anchor(seq=1234, hash=sha256(b"the newest record").hexdigest())
    return AnchorSlip(
        language=slip.language,
        columns=slip.columns,
        merchant_lines=slip.merchant_lines,
        when=datetime(2026, 11, 24, 22, 0, 3, tzinfo=UTC),
        records=made.seq,
        code=made.code,
        digest=made.hash,
        journal_id="0b6dfe35",
    )


def case_sheet(slip: SlipData) -> CaseSheet:
    """The case of that slip, whose answer was lost and found again."""
    shop = SHOPS[slip.language]
    assert slip.original is not None
    return CaseSheet(
        language=slip.language,
        columns=slip.columns,
        merchant_lines=slip.merchant_lines,
        case_number=slip.case_number,
        status="confirmed_done",
        when=datetime(2026, 11, 24, 10, 40, 0, tzinfo=UTC),
        operation=slip.operation,
        amount=slip.amount,
        original=slip.original,
        source="terminal",
        reason=slip.reason,
        terminal="till 1",
        terminal_id=slip.terminal_id,
        card_name=slip.card_name,
        masked_pan=slip.masked_pan,
        receipt_number=slip.receipt_number,
        trace_number=slip.trace_number,
        rrn=slip.rrn,
        auth_code=slip.auth_code,
        result_code=slip.result_code,
        cashier=slip.cashier,
        approver=slip.approver,
        proof="E4",
        contact=shop.contact,
        timeline=(
            Happening(datetime(2026, 11, 24, 10, 30, 1, tzinfo=UTC), "created", shop.cashier),
            Happening(datetime(2026, 11, 24, 10, 30, 40, tzinfo=UTC), "authorised", shop.approver),
            Happening(datetime(2026, 11, 24, 10, 30, 41, tzinfo=UTC), "sent", "till 1"),
            Happening(datetime(2026, 11, 24, 10, 30, 59, tzinfo=UTC), "unknown"),
            Happening(DONE, "approved"),
        ),
    )


def kinds(language: str, columns: int) -> dict[str, AnySlip]:
    """Every kind of slip there is, by its name."""
    slip = refund(language, columns)
    customer = _customer(slip)
    void = replace(slip, operation=Operation.VOID, remaining=None)
    return {
        "refund-merchant": slip,
        "refund-customer": customer,
        "refund-merchant-reprint": replace(slip, reprint=1),
        "refund-customer-reprint": replace(customer, reprint=2),
        "void-merchant": void,
        "void-customer": _customer(void),
        "declined-merchant": _declined(slip),
        "declined-customer": _declined(customer),
        "unknown-merchant": _without_answer(void, Outcome.UNKNOWN),
        "unknown-customer": _without_answer(customer, Outcome.UNKNOWN),
        "unknown-customer-reprint": replace(_without_answer(customer, Outcome.UNKNOWN), reprint=1),
        "not-sent-customer": _without_answer(customer, Outcome.NOT_SENT),
        "preview": replace(customer, preview=True),
        "terminal-text": _terminal_text(slip),
        "terminal-prints": replace(slip, terminal_prints=True),
        "anchor": _anchor(slip),
        "anchor-reprint": replace(_anchor(slip), reprint=1),
        "case": case_sheet(slip),
        "bare": SlipData(
            slip_id="RF-1",
            case_number="R-1",
            operation=Operation.REFUND,
            outcome=Outcome.APPROVED,
            copy=SlipCopy.CUSTOMER,
            amount=Amount(100, slip.amount.currency),
            when=slip.when,
            language=language,
            columns=columns,
        ),
    }


def _shown(language: str, columns: int) -> dict[str, AnySlip]:
    every = kinds(language, columns)
    if language in {"en", "zh"}:
        return every
    return {
        name: slip for name, slip in every.items() if name in MAIN or name in {"anchor", "case"}
    }


# By language and columns, then by kind: "en32" -> "refund-merchant".
SHEETS: dict[str, dict[str, AnySlip]] = {
    f"{language}{columns}": _shown(language, columns)
    for language in SLIP_LANGUAGES
    for columns in COLUMNS
}
SAMPLES: dict[str, AnySlip] = {
    f"{paper}-{kind}": slip for paper, slips in SHEETS.items() for kind, slip in slips.items()
}
# The slips that are kept as whole pages, too.
PAGES = (
    "en32-refund-merchant",
    "zh48-unknown-customer",
    "fr42-void-customer",
    "zh32-anchor",
    "de48-case",
)
EN, ZH = refund("en"), refund("zh")


def golden(paper: str) -> str:
    """All slips of one language and width, one after the other."""
    return "\n".join(f"## {kind}\n{to_text(layout(slip))}" for kind, slip in SHEETS[paper].items())


def main() -> None:
    """Write every golden file anew."""
    for paper in SHEETS:
        (GOLDEN / f"{paper}.txt").write_text(golden(paper), encoding="utf-8")
    for name in PAGES:
        page = to_html(layout(SAMPLES[name]), SAMPLES[name].language)
        (GOLDEN / f"{name}.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
