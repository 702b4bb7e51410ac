"""Our requests in nexo's words: a void is a Reversal, a refund a Payment of type Refund."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from protocols.kit.errors import BadField
from protocols.kit.money import Currency
from protocols.kit.vocabulary import Operation
from protocols.nexo.messages import build
from protocols.nexo.numbers import SERVICE_ID_SIZE, amount_text, day_of, timestamp
from protocols.nexo.records import PAYMENT, category_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from protocols.kit.fields import Value
    from protocols.kit.messages import Message
    from protocols.kit.session import Original, Request, SessionSettings
    from protocols.nexo.profiles import NexoProfile

    Builder = Callable[["Context"], tuple[str, Mapping[str, Value | None]]]

# What both sides are called where the settings do not say it.
SALE_ID: Final = "LANE1"
POI_ID: Final = "POI1"
_DOCUMENTS: Final = "CashierReceipt\nCustomerReceipt"
_CAPABILITIES: Final = "CashierStatus CashierError CashierDisplay CashierInput PrinterReceipt"
_PAYMENT_TYPES: Final = {Operation.REFUND: "Refund", Operation.SALE: "Normal"}


@dataclass(frozen=True, slots=True)
class Context:
    """What a request is made of. `now_ms` is the time of day in milliseconds since 1970."""

    request: Request
    service_id: str
    settings: SessionSettings
    profile: NexoProfile
    now_ms: int

    def message(self, name: str, values: Mapping[str, Value | None]) -> Message:
        """A message with the header of this request. Raises BadField."""
        sale_id, poi_id = peers(self.settings)
        always = self.profile.version_always or name in {"LoginRequest", "DiagnosisRequest"}
        return build(
            name,
            self.profile.syntax,
            protocol_version=self.profile.version if always else None,
            service_id=self.service_id,
            sale_id=sale_id,
            poi_id=poi_id,
            **values,
        )


def peers(settings: SessionSettings) -> tuple[str, str]:
    """SaleID and POIID: the till and the terminal, as both are set up."""
    options = settings.options
    return options.get("sale_id", SALE_ID), options.get("poi_id", POI_ID)


def encode(context: Context) -> Message | None:
    """The message of a request; None where the dialect has none. Raises BadField."""
    operation = context.request.operation
    if operation in {Operation.CONNECT, Operation.DISCONNECT} and not context.profile.logs_in:
        return None
    if operation is Operation.ABORT and context.request.reference is None:
        return None  # an abort names what it wants to stop
    builder = _BUILDERS.get(operation)
    if builder is None:
        return None
    name, values = builder(context)
    return context.message(name, values)


def answer_name(operation: Operation) -> str:
    """The message that answers a request."""
    return _ANSWERS.get(operation, "")


def check_reference(reference: str | None) -> None:
    """Raise BadField for a reference that is no ServiceID."""
    if reference is not None and not 0 < len(reference) <= SERVICE_ID_SIZE:
        raise BadField(f"a ServiceID has 1 to {SERVICE_ID_SIZE} letters, not {len(reference)}")


def abort(context: Context, running: Operation) -> Message:
    """Ask to stop the request with our reference, whose category depends on what it is."""
    category = category_of(running)
    return context.message(
        "AbortRequest",
        {**_reference(context, category), "abort_reason": "MerchantAbort"},
    )


def _reference(context: Context, category: str) -> dict[str, Value | None]:
    """Which request is meant: the one with our reference."""
    sale_id, poi_id = peers(context.settings)
    return {
        "reference_category": category,
        "reference_service_id": context.request.reference,
        "reference_sale_id": sale_id,
        "reference_poi_id": poi_id,
    }


def _connect(context: Context) -> tuple[str, Mapping[str, Value | None]]:
    return "LoginRequest", {
        "operator_language": "en",
        "date_time": timestamp(context.now_ms),
        "software_provider": "refund-agent",
        "software_application": "refund-agent",
        "software_version": "1",
        "software_certification": "none",
        "environment": "Attended",
        "capabilities": _CAPABILITIES,
    }


def _plain(name: str, **values: Value) -> Builder:
    return lambda _: (name, values)


def _query(context: Context) -> tuple[str, Mapping[str, Value | None]]:
    request = context.request
    if request.reference is None:
        raise BadField("a query names the attempt that it asks about")
    check_reference(request.reference)
    return "TransactionStatusRequest", {
        "reprint": False,
        **_reference(context, category_of(request.about)),
    }


def _stop(context: Context) -> tuple[str, Mapping[str, Value | None]]:
    check_reference(context.request.reference)
    values = _reference(context, PAYMENT)
    return "AbortRequest", {**values, "abort_reason": "MerchantAbort"}


def _sale_data(context: Context) -> dict[str, Value | None]:
    return {
        "sale_transaction_id": context.service_id,
        "sale_transaction_time": timestamp(context.now_ms),
    }


def _amount(context: Context) -> tuple[str, str]:
    """Amount and currency as they stand on the wire. Raises BadField."""
    amount = context.request.amount
    if amount is None:
        raise BadField("a booking needs an amount")
    if amount.currency != Currency.of(context.settings.currency):
        wanted = context.settings.currency
        raise BadField(f"this terminal books {wanted}, not {amount.currency.alpha}")
    return amount_text(amount), amount.currency.alpha


def _original(context: Context, original: Original) -> dict[str, Value | None]:
    named = context.profile.names_original_peers
    sale_id, poi_id = peers(context.settings)
    return {
        "original_sale_id": sale_id if named else None,
        "original_poi_id": poi_id if named else None,
        "original_transaction_id": original.receipt_number,
        "original_transaction_time": _sold(original, context.now_ms),
    }


def _sold(original: Original, now_ms: int) -> str:
    """When the sale was made; without its moment the midnight of its day."""
    known = original.sold_ms
    return timestamp(known) if known is not None else day_of(original.date, now_ms)


def _payment(context: Context) -> tuple[str, Mapping[str, Value | None]]:
    check_reference(context.request.reference)
    amount, currency = _amount(context)
    operation, original = context.request.operation, context.request.original
    matched: dict[str, Value | None] = {}
    if operation is Operation.REFUND and original is not None and original.receipt_number:
        # The stored card must not be taken without being read: it is the customer's to show.
        matched = {**_original(context, original), "reuse_card_data": False}
    return "PaymentRequest", {
        **_sale_data(context),
        "currency": currency,
        "requested_amount": amount,
        **matched,
        "payment_type": _PAYMENT_TYPES[operation],
    }


def _reversal(context: Context) -> tuple[str, Mapping[str, Value | None]]:
    """Never without the number of the sale: "the last one" may not be ours after a crash.

    The amount stands there, so that no more is given back than people agreed to.
    """
    check_reference(context.request.reference)
    amount, currency = _amount(context)
    original = context.request.original
    if original is None or not original.receipt_number:
        raise BadField("a void needs the terminal's own number of the sale")
    beside = context.profile.currency_beside_amount
    return "ReversalRequest", {
        "reversal_reason": "MerchantCancel",
        "reversed_amount": amount,
        **_sale_data(context),
        "acquirer_data": f"currency={currency}" if beside else None,
        **_original(context, original),
    }


_BUILDERS: Final[Mapping[Operation, Builder]] = {
    Operation.CONNECT: _connect,
    Operation.DISCONNECT: _plain("LogoutRequest", maintenance_allowed=True),
    Operation.STATUS: _plain("DiagnosisRequest", host_diagnosis=False),
    Operation.DIAGNOSE: _plain("DiagnosisRequest", host_diagnosis=True),
    Operation.LAST_TRANSACTION: _plain("TransactionStatusRequest", reprint=False),
    Operation.REPRINT: _plain("TransactionStatusRequest", reprint=True, documents=_DOCUMENTS),
    Operation.QUERY: _query,
    Operation.SALE: _payment,
    Operation.REFUND: _payment,
    Operation.VOID: _reversal,
    Operation.ABORT: _stop,
    Operation.END_OF_DAY: _plain("ReconciliationRequest", reconciliation="SaleReconciliation"),
}
_ANSWERS: Final[Mapping[Operation, str]] = {
    Operation.CONNECT: "LoginResponse",
    Operation.DISCONNECT: "LogoutResponse",
    Operation.STATUS: "DiagnosisResponse",
    Operation.DIAGNOSE: "DiagnosisResponse",
    Operation.LAST_TRANSACTION: "TransactionStatusResponse",
    Operation.REPRINT: "TransactionStatusResponse",
    Operation.QUERY: "TransactionStatusResponse",
    Operation.SALE: "PaymentResponse",
    Operation.REFUND: "PaymentResponse",
    Operation.VOID: "ReversalResponse",
    Operation.END_OF_DAY: "ReconciliationResponse",
}
