"""What a slip of a case says, from the journal alone; reads, and prints nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocols.kit.money import Amount
from protocols.kit.vocabulary import Operation, Outcome, TransactionRecord
from terminal_agent.prompts.catalog import LANGUAGES, Texts
from terminal_agent.refund.evidence import PersonVerdict
from terminal_agent.refund.facts import AttemptDead, AttemptDeclined
from terminal_agent.refund.slip_code import slip_code
from terminal_agent.refund.states import AttemptState
from terminal_agent.runtime.attempts import sale_of
from terminal_agent.slips.model import OriginalSale, SlipCopy, SlipData
from terminal_agent.slips.words import with_words, words

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from terminal_agent.journal.replay import Reader
    from terminal_agent.refund.nouns import Attempt, RefundCase

_OUTCOMES = {
    AttemptState.APPROVED: Outcome.APPROVED,
    AttemptState.DECLINED: Outcome.DECLINED,
    AttemptState.DEAD: Outcome.NOT_SENT,
}


@dataclass(frozen=True, slots=True)
class SlipSettings:
    """How slips look and where they go.

    `language` is one of the slips' own; `own_printers` names the terminals that print their
    receipts themselves.
    """

    folder: Path
    columns: int = 32
    merchant_lines: tuple[str, ...] = ()
    merchant_id: str = ""
    language: str = "en"
    own_printers: frozenset[str] = frozenset()


def slip_data(
    journal: Reader,
    case: RefundCase,
    settings: SlipSettings,
    *,
    slip_id: str,
    copy: str,
    reprint: int = 0,
    preview: bool = False,
) -> SlipData:
    """Everything one copy shows, from the facts alone. Raises JournalRefusal without its sale."""
    attempt = _attempt_of(case, slip_id)
    outcome = _outcome(case, slip_id, attempt)
    record = attempt.record if outcome is not Outcome.UNKNOWN else None
    code, meaning = _refusal(attempt) if outcome is not Outcome.UNKNOWN else ("", "")
    return SlipData(
        slip_id=slip_id,
        code=slip_code(slip_id, copy, reprint),
        case_number=case.case_id,
        operation=case.operation or Operation.REFUND,
        outcome=outcome,
        copy=SlipCopy(copy),
        amount=case.amount,
        when=_when(attempt, outcome),
        language=settings.language,
        columns=settings.columns,
        reprint=reprint,
        preview=preview,
        merchant_lines=settings.merchant_lines,
        merchant_id=settings.merchant_id or told(record, "merchant_id"),
        terminal_id=attempt.start.terminal_id or told(record, "terminal_id"),
        card_name=told(record, "card_name"),
        masked_pan=told(record, "masked_pan"),
        receipt_number=told(record, "receipt_number"),
        trace_number=told(record, "trace_number"),
        rrn=told(record, "rrn"),
        auth_code=told(record, "auth_code"),
        batch_number=told(record, "batch_number"),
        result_code=told(record, "result_code") or code,
        result_text=meaning_of(meaning, settings.language),
        original=original_of(journal, case),
        remaining=remaining_of(journal, case),
        reason=reason_of(case, settings.language),
        cashier=case.created.cashier,
        approver=", ".join(case.authorised.approvers) if case.authorised else "",
        terminal_lines=tuple(
            line
            for receipt in attempt.receipts
            if receipt.copy in {copy, ""} and outcome is not Outcome.UNKNOWN
            for line in receipt.lines
        ),
        terminal_prints=attempt.start.terminal in settings.own_printers,
    )


def told(record: TransactionRecord | None, name: str) -> str:
    """A field of the terminal's record, "" where it is not known."""
    value: object = getattr(record, name) if record is not None else None
    return value if isinstance(value, str) else ""


def original_of(journal: Reader, case: RefundCase) -> OriginalSale:
    """The sale of the case, by the numbers on its slip."""
    sale = sale_of(journal, case)
    return OriginalSale(
        amount=sale.amount,
        when=sale.sold_at,
        receipt_number=sale.receipt_number or "",
        trace_number=sale.trace_number or "",
        rrn=sale.rrn or "",
    )


def remaining_of(journal: Reader, case: RefundCase) -> Amount:
    """What was left of the sale behind this case: the same on every copy, whenever it is made.

    Cases after it do not count; those before it count for as long as they hold their amount.
    """
    sale = sale_of(journal, case)
    cases = journal.cases(sale_id=sale.sale_id)
    upto = [one.case_id for one in cases].index(case.case_id)
    held = sum(one.amount.minor for one in cases[upto:] if one.holds)
    return Amount(sale.amount.minor - held, sale.amount.currency)


def reason_of(case: RefundCase, language: str) -> str:
    """Why the money goes back: the chosen words, and the cashier's own."""
    created, say = case.created, words(language)
    chosen = say.get(f"reason_{created.reason}", created.reason)
    return with_words(chosen, created.reason_text, say) if created.reason_text else chosen


def meaning_of(key: str, language: str) -> str:
    """What a terminal's code means; the protocols say it in the languages of the screen only."""
    return Texts.load(language).line(key) if key and language in LANGUAGES else ""


def _refusal(attempt: Attempt) -> tuple[str, str]:
    """The terminal's code and the text key of its meaning, where it refused."""
    verdict = attempt.verdict
    if isinstance(verdict, AttemptDeclined | AttemptDead):
        return verdict.result_code, verdict.result_text
    return "", ""


def _attempt_of(case: RefundCase, slip_id: str) -> Attempt:
    number = int(slip_id.rstrip("U").rsplit("-", 1)[1])
    return case.attempt(number)


def _outcome(case: RefundCase, slip_id: str, attempt: Attempt) -> Outcome:
    """What the slip says; a correction by people counts for the newest attempt."""
    if slip_id.endswith("U"):
        return Outcome.UNKNOWN
    if case.corrections and attempt is case.attempts[-1]:
        booked = case.corrections[-1].verdict is PersonVerdict.BOOKED
        return Outcome.APPROVED if booked else Outcome.NOT_SENT
    return _OUTCOMES[attempt.state]


def _when(attempt: Attempt, outcome: Outcome) -> datetime:
    seen = attempt.verdict or attempt.unknown or attempt.armed or attempt.start
    if outcome is Outcome.UNKNOWN:
        seen = attempt.armed or attempt.start
    return seen.at
