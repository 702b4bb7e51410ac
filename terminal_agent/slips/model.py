"""What stands on one slip; card data fits in here only masked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from printing.sheet import DOTS
from protocols.kit.errors import MoneyMoved, RefundAgentError
from protocols.kit.vocabulary import Operation, Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from protocols.kit.money import Amount

# Paper of 58 mm, and of 80 mm in its two widths, in the printers' usual letter.
COLUMNS = tuple(DOTS)
SLIP_LANGUAGES = ("en", "zh", "de", "fr", "it", "es")


class SlipError(RefundAgentError):
    """A slip could not be made or kept. It changes nothing about the money."""


class SlipCopy(Enum):
    """Whose copy it is; the value is part of the file name."""

    MERCHANT = "merchant"
    CUSTOMER = "customer"


class SlipKind(Enum):
    """What the slip is, which is also its title; the value is a key in the slip's words."""

    REFUND = "refund"
    VOID = "void"
    DECLINED = "declined"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True)
class OriginalSale:
    """The sale that the slip refers to; empty fields are left out."""

    amount: Amount | None = None
    when: datetime | None = None
    receipt_number: str = ""
    trace_number: str = ""
    rrn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipPaper:
    """What every piece of paper has, whatever stands on it.

    `reprint` is 0 on the first print and counts up. `preview` marks what only shows how a slip
    looks, so that nobody takes it for the slip. Raises SlipError for a shape that no slip may have.
    """

    language: str = "en"
    columns: int = 32
    reprint: int = 0
    preview: bool = False
    merchant_lines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.columns not in COLUMNS:
            raise _bad("columns", self.columns)
        if self.language not in SLIP_LANGUAGES:
            raise _bad("language", self.language)
        if self.reprint < 0:
            raise _bad("reprint", self.reprint)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipData(SlipPaper):
    """Everything one copy of one slip shows; empty fields are left out, numbers keep their zeros.

    `operation` is VOID or REFUND: what was asked for. `outcome` is how it ended. `code` is a short
    one of this very copy, by which people name it ("K7MR"). `terminal_lines` is the terminal's own
    receipt text, shown as it came (harmless and masked); `terminal_prints`: the terminal has a
    printer of its own, and its text is not repeated. `result_text` is the meaning of `result_code`
    in the slip's language. Raises SlipError for a sale.
    """

    slip_id: str
    case_number: str
    operation: Operation
    outcome: Outcome
    copy: SlipCopy
    amount: Amount
    when: datetime
    code: str = ""
    merchant_id: str = ""
    terminal_id: str = ""
    card_name: str = ""
    masked_pan: str = ""
    receipt_number: str = ""
    trace_number: str = ""
    rrn: str = ""
    auth_code: str = ""
    batch_number: str = ""
    result_code: str = ""
    result_text: str = ""
    original: OriginalSale | None = None
    remaining: Amount | None = None
    reason: str = ""
    cashier: str = ""
    approver: str = ""
    terminal_lines: tuple[str, ...] = ()
    terminal_prints: bool = False

    _KINDS: ClassVar[dict[Outcome, SlipKind]] = {
        Outcome.DECLINED: SlipKind.DECLINED,
        Outcome.UNKNOWN: SlipKind.UNKNOWN,
        Outcome.NOT_SENT: SlipKind.NOT_SENT,
    }

    def __post_init__(self) -> None:
        SlipPaper.__post_init__(self)
        if self.operation not in (Operation.VOID, Operation.REFUND):
            raise _bad("operation", self.operation.value)

    @property
    def kind(self) -> SlipKind:
        """The title. Only an approved refund or void is called by its name."""
        if self.outcome is Outcome.APPROVED:
            return SlipKind.VOID if self.operation is Operation.VOID else SlipKind.REFUND
        return self._KINDS[self.outcome]

    @property
    def money(self) -> MoneyMoved:
        """What the outcome says about the money, for errors about this slip."""
        if self.outcome is Outcome.APPROVED:
            return MoneyMoved.YES
        return MoneyMoved.MAYBE if self.outcome is Outcome.UNKNOWN else MoneyMoved.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorSlip(SlipPaper):
    """How far the journal reached, on paper: the proof that nothing was cut off it later.

    `records` is the number of the newest record, `code` what people type ("1234-ABCD-…-K7"),
    `digest` the whole hash in hex.
    """

    records: int
    code: str
    digest: str
    when: datetime
    journal_id: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a case's timeline; `event` is a key of the slip's words without "event_"."""

    when: datetime
    event: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSheet(SlipPaper):
    """One page of a case for the shop's file; empty fields are left out.

    `status` (as the register has it) and `proof` ("E0" … "E6", or "") are keys of the slip's words,
    `source` tells where the sale is known from ("import", "terminal"). `when` is the moment that
    the page speaks of. Texts are masked when they are laid out.
    """

    case_number: str
    status: str
    when: datetime
    operation: Operation | None
    amount: Amount
    original: OriginalSale
    source: str
    reason: str = ""
    terminal: str = ""
    terminal_id: str = ""
    card_name: str = ""
    masked_pan: str = ""
    receipt_number: str = ""
    trace_number: str = ""
    rrn: str = ""
    auth_code: str = ""
    result_code: str = ""
    result_text: str = ""
    cashier: str = ""
    approver: str = ""
    deciders: str = ""
    proof: str = ""
    evidence: str = ""
    contact: str = ""
    reported: str = ""
    timeline: tuple[Happening, ...] = ()


AnySlip = SlipData | AnchorSlip | CaseSheet


def _bad(field: str, value: str | int) -> SlipError:
    return SlipError(
        "slip.bad_data",
        f"a slip cannot have {field} {value!r}",
        what_to_do="Report this: it is a bug of the agent. The refund itself is not touched.",
        details={"field": field, "value": value},
    )
