"""Structures that several nexo messages share; each row is one member, in the schema's order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.branches import Branch, Form, Leaf, many
from protocols.kit.scalars import Choice
from protocols.nexo import words

if TYPE_CHECKING:
    from protocols.kit.fields import Field

# How many structures of one kind are kept of a message; further ones are passed over.
RECEIPTS_MAX: Final = 3
HOSTS_MAX: Final = 3
OUTPUTS_MAX: Final = 2


def attr(tag: str, name: str, field: Field, *, needed: bool = False, json: str = "") -> Leaf:
    """A value that XML has as an attribute."""
    return Leaf(tag, name, field, needed=needed, json=json)


def element(tag: str, name: str, field: Field, *, needed: bool = False) -> Leaf:
    """A value that XML has as an element."""
    return Leaf(tag, name, field, Form.ELEMENT, needed=needed)


def words_of(tag: str, name: str, *, in_element: bool = False) -> Leaf:
    """A list of words."""
    return Leaf(tag, name, words.TEXT, Form.WORDS, element=in_element)


def response(prefix: str = "") -> Branch:
    """How a request ended."""
    return Branch(
        "Response",
        (
            attr("Result", f"{prefix}result", words.RESULT, needed=True),
            attr("ErrorCondition", f"{prefix}error_condition", words.ERROR),
            element("AdditionalResponse", f"{prefix}additional_response", words.TEXT),
        ),
        needed=True,
    )


def identification(tag: str, prefix: str, *, needed: bool = True) -> Branch:
    """The identification of a transaction: a number and a time."""
    return Branch(
        tag,
        (
            attr("TransactionID", f"{prefix}id", words.TRANSACTION_ID, needed=True),
            attr("TimeStamp", f"{prefix}time", words.TIME, needed=True),
        ),
        needed=needed,
    )


def sale_data(prefix: str = "") -> Branch:
    """What the till says of itself and of the transaction."""
    return Branch(
        "SaleData",
        (
            attr("OperatorID", f"{prefix}operator_id", words.SHORT),
            attr("OperatorLanguage", f"{prefix}operator_language", words.SHORT),
            identification("SaleTransactionID", f"{prefix}sale_transaction_"),
            element("SaleToAcquirerData", f"{prefix}acquirer_data", words.TEXT),
        ),
    )


def poi_data(prefix: str = "") -> Branch:
    """The terminal's own number of the transaction."""
    return Branch("POIData", (identification("POITransactionID", f"{prefix}poi_transaction_"),))


def original(prefix: str = "") -> Branch:
    """The transaction that is undone."""
    return Branch(
        "OriginalPOITransaction",
        (
            attr("SaleID", f"{prefix}original_sale_id", words.PEER_ID),
            attr("POIID", f"{prefix}original_poi_id", words.PEER_ID),
            attr("ReuseCardDataFlag", f"{prefix}reuse_card_data", words.FLAG),
            attr("LastTransactionFlag", f"{prefix}last_transaction", words.FLAG),
            identification("POITransactionID", f"{prefix}original_transaction_"),
        ),
    )


def output(prefix: str) -> tuple[Branch, ...]:
    """Lines to show or to print. The style of letters is passed over."""
    return (
        Branch(
            "OutputContent",
            (
                attr("OutputFormat", f"{prefix}format", Choice(words.FORMATS), needed=True),
                Leaf("OutputText", f"{prefix}lines", words.LINES, Form.ELEMENTS, inside="Text"),
            ),
            needed=True,
        ),
    )


def receipts(prefix: str = "") -> list[Branch]:
    """The receipts in an answer."""

    def rows(number: int) -> tuple[Leaf | Branch, ...]:
        name = f"{prefix}receipt_{number}_"
        return (
            attr("DocumentQualifier", f"{name}kind", Choice(words.QUALIFIERS), needed=True),
            attr("IntegratedPrintFlag", f"{name}integrated", words.FLAG),
            attr("RequiredSignatureFlag", f"{name}signature", words.FLAG),
            *output(name),
        )

    return many("PaymentReceipt", RECEIPTS_MAX, rows)


def card_data(prefix: str = "") -> Branch:
    """The card; track data and cryptograms are passed over and never kept."""
    return Branch(
        "PaymentInstrumentData",
        (
            attr("PaymentInstrumentType", f"{prefix}instrument", words.SHORT),
            Branch(
                "CardData",
                (
                    attr("PaymentBrand", f"{prefix}card_name", words.SHORT),
                    attr("MaskedPAN", f"{prefix}masked_pan", words.PAN, json="MaskedPan"),
                    words_of("EntryMode", f"{prefix}entry_mode"),
                    Branch(
                        "SensitiveCardData",
                        (
                            attr("PAN", f"{prefix}pan", words.PAN),
                            attr("ExpiryDate", f"{prefix}expiry", words.SECRET),
                        ),
                    ),
                ),
            ),
        ),
    )


def payment_result(prefix: str = "") -> Branch:
    """What was paid."""
    return Branch(
        "PaymentResult",
        (
            attr("PaymentType", f"{prefix}payment_type", Choice(words.PAYMENT_TYPES)),
            attr("OnlineFlag", f"{prefix}online", words.FLAG),
            card_data(prefix),
            Branch(
                "AmountsResp",
                (
                    attr("Currency", f"{prefix}currency", words.CURRENCY),
                    attr(
                        "AuthorizedAmount", f"{prefix}authorized_amount", words.AMOUNT, needed=True
                    ),
                ),
            ),
            Branch(
                "PaymentAcquirerData",
                (
                    attr("AcquirerID", f"{prefix}acquirer_id", words.SHORT),
                    attr("MerchantID", f"{prefix}merchant_id", words.SHORT),
                    attr("AcquirerPOIID", f"{prefix}acquirer_poi_id", words.SHORT),
                    identification(
                        "AcquirerTransactionID", f"{prefix}acquirer_transaction_", needed=False
                    ),
                    element("ApprovalCode", f"{prefix}approval_code", words.SHORT),
                ),
            ),
        ),
    )


def payment_response(prefix: str = "") -> tuple[Leaf | Branch, ...]:
    """The members of PaymentResponse."""
    return (
        response(prefix),
        sale_data(prefix),
        poi_data(prefix),
        payment_result(prefix),
        *receipts(prefix),
    )


def reversal_response(prefix: str = "") -> tuple[Leaf | Branch, ...]:
    """The members of ReversalResponse."""
    return (
        attr("ReversedAmount", f"{prefix}reversed_amount", words.AMOUNT),
        response(prefix),
        poi_data(prefix),
        original(prefix),
        *receipts(prefix),
    )


def reference(prefix: str = "reference_") -> Branch:
    """Which message is meant."""
    return Branch(
        "MessageReference",
        (
            attr("MessageCategory", f"{prefix}category", words.CATEGORY),
            attr("ServiceID", f"{prefix}service_id", words.SERVICE_ID),
            attr("DeviceID", f"{prefix}device_id", words.SERVICE_ID),
            attr("SaleID", f"{prefix}sale_id", words.PEER_ID),
            attr("POIID", f"{prefix}poi_id", words.PEER_ID),
        ),
    )


def poi_status() -> Branch:
    """How the terminal is."""
    return Branch(
        "POIStatus",
        (
            attr("GlobalStatus", "global_status", Choice(words.GLOBAL_STATES), needed=True),
            attr("SecurityOKFlag", "security_ok", words.FLAG),
            attr("PEDOKFlag", "ped_ok", words.FLAG),
            attr("CardReaderOKFlag", "card_reader_ok", words.FLAG),
            attr("PrinterStatus", "printer_status", Choice(words.PRINTER_STATES)),
            attr("CommunicationOKFlag", "communication_ok", words.FLAG),
            attr("FraudPreventionFlag", "fraud_prevention", words.FLAG),
        ),
    )


def software(tag: str, prefix: str) -> Branch:
    """Who made a program; 3.0 and the JSON dialect name the maker differently."""
    return Branch(
        tag,
        (
            attr("ProviderIdentification", f"{prefix}provider", words.SHORT, json="ManufacturerID"),
            attr("ApplicationName", f"{prefix}application", words.SHORT, needed=True),
            attr("SoftwareVersion", f"{prefix}version", words.SHORT, needed=True),
            attr("CertificationCode", f"{prefix}certification", words.SHORT),
        ),
        needed=True,
    )
