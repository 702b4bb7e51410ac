"""What the terminal says: answers, requests to the till, events, built with the codec."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from protocols.kit.money import Amount, Currency
from protocols.nexo.layouts import BY_NAME
from protocols.nexo.messages import build
from simulators.memory import Reason, Transaction
from simulators.personalities.nexo.words import REASON_CODES

if TYPE_CHECKING:
    from protocols.kit.branches import Syntax
    from protocols.kit.fields import Value
    from protocols.kit.messages import Message
    from simulators.settings import TerminalSettings

    Values = dict[str, Value | None]

_TITLES: Final = {"sale": "Payment", "void": "Cancellation", "refund": "Refund"}
_PAYMENT_TYPES: Final = {"sale": "Normal", "refund": "Refund"}
_COPIES: Final = ("CashierReceipt", "CustomerReceipt")
VERSION: Final = "1"


@dataclass(frozen=True, slots=True)
class Peers:
    """The header of a dialogue: who speaks with whom about which request."""

    syntax: Syntax
    version: str | None
    service_id: str | None
    sale_id: str | None
    poi_id: str | None

    @classmethod
    def of(cls, message: Message, syntax: Syntax) -> Peers:
        """Those of a request."""
        return cls(
            syntax,
            message.text("protocol_version"),
            message.text("service_id"),
            message.text("sale_id"),
            message.text("poi_id"),
        )

    def message(self, name: str, values: Values, *, device_id: str | None = None) -> Message:
        """A message with this header; a terminal may send what the schema would not allow."""
        header: Values = {
            "protocol_version": self.version,
            "service_id": self.service_id,
            "device_id": device_id,
            "sale_id": self.sale_id,
            "poi_id": self.poi_id,
        }
        wanted = {key: value for key, value in (header | values).items() if value is not None}
        return BY_NAME[self.syntax, name.lower()].message(**wanted)

    def about(self, service_id: str) -> Peers:
        """The same peers, and another request."""
        return replace(self, service_id=service_id)


def failure(peers: Peers, name: str, code: str, words: str | None = None) -> Message:
    """A request that did not succeed."""
    return peers.message(
        name,
        {"result": "Failure", "error_condition": code, "additional_response": words},
    )


def code_of(transaction: Transaction) -> str:
    """The ErrorCondition of a record; "" for a success."""
    reason = Reason(transaction.reason)
    if transaction.unbooked:
        reason = Reason.UNACKNOWLEDGED
    if reason is Reason.APPROVED:
        return ""
    return transaction.host_code or REASON_CODES[reason]


def outcome(
    transaction: Transaction, settings: TerminalSettings, *, receipts: bool, days: int = 0
) -> Values:
    """The members of PaymentResponse or ReversalResponse for one transaction.

    `receipts`: with the slips in it. `days` is how much the terminal's clock is wrong.
    """
    code = code_of(transaction)
    values: Values = {"result": "Failure" if code else "Success", "error_condition": code or None}
    if transaction.receipt_number:
        values |= {
            "poi_transaction_id": transaction.receipt_number,
            "poi_transaction_time": _time(transaction.at, days),
        }
    if transaction.kind == "void":
        values |= _reversal(transaction, approved=not code)
    else:
        values |= {
            "sale_transaction_id": transaction.reference,
            "sale_transaction_time": _time(transaction.at) if transaction.reference else None,
        }
        values |= {} if code else _payment(transaction, settings)
    if receipts and not code:
        values |= _receipts(transaction, settings)
    return values


def _payment(transaction: Transaction, settings: TerminalSettings) -> Values:
    currency = Currency.of(transaction.currency)
    return {
        "payment_type": _PAYMENT_TYPES[transaction.kind],
        "online": True,
        "instrument": "Card",
        "card_name": transaction.card_name or None,
        "masked_pan": transaction.masked_pan or None,
        "entry_mode": "ICC",
        "currency": currency.alpha,
        "authorized_amount": Amount(transaction.amount_minor, currency).number(),
        "acquirer_id": "1",
        "merchant_id": settings.merchant_id,
        "acquirer_poi_id": settings.terminal_id,
        "acquirer_transaction_id": transaction.rrn or None,
        "acquirer_transaction_time": _time(transaction.at) if transaction.rrn else None,
        "approval_code": transaction.auth_code or None,
    }


def _reversal(transaction: Transaction, *, approved: bool) -> Values:
    amount = Amount(transaction.amount_minor, Currency.of(transaction.currency)).number()
    return {
        "reversed_amount": amount if approved else None,
        "original_transaction_id": transaction.original_receipt_number,
        "original_transaction_time": _time(transaction.at)
        if transaction.original_receipt_number
        else None,
    }


def _receipts(transaction: Transaction, settings: TerminalSettings) -> Values:
    found: Values = {}
    for number, copy in enumerate(_COPIES, start=1):
        found |= {
            f"receipt_{number}_kind": copy,
            f"receipt_{number}_signature": False,
            f"receipt_{number}_format": "Text",
            f"receipt_{number}_lines": "\n".join(slip(transaction, settings)),
        }
    return found


def slip(transaction: Transaction, settings: TerminalSettings) -> tuple[str, ...]:
    """The lines of a receipt."""
    amount = Amount(transaction.amount_minor, Currency.of(transaction.currency))
    title = _TITLES.get(transaction.kind, transaction.kind)
    return (
        f"{title} {transaction.receipt_number or '-'}",
        str(amount),
        f"{transaction.card_name} {transaction.masked_pan}".strip() or "-",
        f"Terminal {settings.terminal_id}",
    )


def _time(at: str, days: int = 0) -> str:
    moment = datetime.fromisoformat(at) + timedelta(days=days)
    return moment.isoformat(timespec="milliseconds")


def service_id_of(transaction: Transaction) -> str:
    """Under which number the terminal knows it; what was keyed in at itself has one of its own."""
    return transaction.reference or f"K{transaction.trace_number}"


def category_of(transaction: Transaction) -> str:
    """Which message it was answered with."""
    return "Reversal" if transaction.kind == "void" else "Payment"


def repeated(peers: Peers, transaction: Transaction, values: Values) -> Message:
    """The answer of then, inside of the answer to a TransactionStatusRequest."""
    category = category_of(transaction)
    prefix = f"{category.lower()}_"
    told: Values = {
        "result": "Success",
        "reference_category": category,
        "reference_service_id": service_id_of(transaction),
        "repeated_version": peers.version,
        "repeated_class": "Service",
        "repeated_category": category,
        "repeated_type": "Response",
        "repeated_service_id": service_id_of(transaction),
        "repeated_sale_id": peers.sale_id,
        "repeated_poi_id": peers.poi_id,
    }
    return peers.message(
        "TransactionStatusResponse",
        told | {f"{prefix}{name}": value for name, value in values.items()},
    )


def logged_in(peers: Peers, settings: TerminalSettings, at: datetime, state: str) -> Message:
    """The answer to a Login."""
    return build(
        "LoginResponse",
        peers.syntax,
        protocol_version=peers.version,
        service_id=peers.service_id,
        sale_id=peers.sale_id,
        poi_id=peers.poi_id,
        result="Success",
        date_time=at.isoformat(timespec="milliseconds"),
        software_provider="simulator",
        software_application="terminal-simulator",
        software_version=VERSION,
        software_certification="none",
        environment="Attended",
        serial_number=settings.terminal_id,
        capabilities="CustomerDisplay CustomerInput ICC MagStripe EMVContactless",
        global_status=state,
    )


def diagnosed(peers: Peers, state: str, *, paper: bool, hosts: bool) -> Message:
    """The answer to a Diagnosis; `hosts`: with the state of the hosts."""
    return peers.message(
        "DiagnosisResponse",
        {
            "result": "Success",
            "global_status": state,
            "security_ok": True,
            "ped_ok": True,
            "card_reader_ok": True,
            "printer_status": "OK" if paper else "NoPaper",
            "communication_ok": True,
            "host_1_acquirer": 1 if hosts else None,
            "host_1_reachable": True if hosts else None,
        },
    )


def display(peers: Peers, number: int, text: str, *, answer: bool) -> Message:
    """A text for the cashier."""
    return peers.message(
        "DisplayRequest",
        {
            "display_1_answer": answer,
            "display_1_device": "CashierDisplay",
            "display_1_info": "Status",
            "display_1_format": "Text",
            "display_1_lines": text,
        },
        device_id=str(number),
    )


def ask_input(peers: Peers, number: int) -> Message:
    """The supervisor's password is wanted."""
    return peers.message(
        "InputRequest",
        {
            "display_1_device": "CashierDisplay",
            "display_1_info": "Input",
            "display_1_format": "Text",
            "display_1_lines": "Password?",
            "input_device": "CashierInput",
            "input_info": "Input",
            "input_command": "Password",
            "input_seconds": 30,
            "input_masked": True,
        },
        device_id=str(number),
    )


def ask_print(peers: Peers, number: int, lines: tuple[str, ...]) -> Message:
    """The till is to print, and to say when it has."""
    return peers.message(
        "PrintRequest",
        {
            "print_kind": "CashierReceipt",
            "print_mode": "PrintEnd",
            "print_signature": False,
            "print_format": "Text",
            "print_lines": "\n".join(lines),
        },
        device_id=str(number),
    )


def event(peers: Peers, what: str, at: datetime, details: str | None = None) -> Message:
    """News."""
    return peers.message(
        "EventNotification",
        {
            "event_time": at.isoformat(timespec="milliseconds"),
            "event": what,
            "event_details": details,
        },
    )
