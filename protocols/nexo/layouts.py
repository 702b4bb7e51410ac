"""Every nexo message that we send or take, once for XML and once for JSON.

A message is known by category and type ("PaymentRequest"), which name its body, too. The same
tables make both syntaxes; where a name differs, its row says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.branches import Branch, Constant, Form, Leaf, Syntax, many
from protocols.kit.scalars import Choice
from protocols.kit.tree import TreeLayout
from protocols.nexo import rows, words
from protocols.nexo.envelope import ALWAYS, REQUEST, RESPONSE, SEALED_REQUEST, SEALED_RESPONSE
from protocols.nexo.rows import attr, element

if TYPE_CHECKING:
    from protocols.kit.messages import Direction

    Rows = tuple[Leaf | Branch, ...]


def _header(message_class: str, category: str, kind: str) -> Branch:
    own: tuple[Leaf, ...] = (attr("ServiceID", "service_id", words.SERVICE_ID),)
    if message_class == "Device":
        own += (attr("DeviceID", "device_id", words.SERVICE_ID, needed=True),)
    return Branch(
        "MessageHeader",
        (
            attr("ProtocolVersion", "protocol_version", words.SHORT),
            Constant("MessageClass", message_class),
            Constant("MessageCategory", category),
            Constant("MessageType", kind),
            *own,
            attr("SaleID", "sale_id", words.PEER_ID),
            attr("POIID", "poi_id", words.PEER_ID),
        ),
        needed=True,
    )


def _display(number: int) -> Rows:
    name = f"display_{number}_"
    return (
        attr("ResponseRequiredFlag", f"{name}answer", words.FLAG),
        attr("Device", f"{name}device", Choice(words.DEVICES), needed=True),
        attr("InfoQualify", f"{name}info", Choice(words.INFO_QUALIFIERS), needed=True),
        *rows.output(name),
    )


def _output_result(number: int) -> Rows:
    name = f"display_{number}_"
    return (
        attr("Device", f"{name}device", Choice(words.DEVICES), needed=True),
        attr("InfoQualify", f"{name}info", Choice(words.INFO_QUALIFIERS), needed=True),
        rows.response(name),
    )


def _host(number: int) -> Rows:
    name = f"host_{number}_"
    return (
        attr("AcquirerID", f"{name}acquirer", words.ACQUIRER),
        attr("IsReachableFlag", f"{name}reachable", words.FLAG),
    )


_LOGIN: Final[Rows] = (
    attr("OperatorLanguage", "operator_language", words.SHORT, needed=True),
    attr("OperatorID", "operator_id", words.SHORT),
    attr("TrainingModeFlag", "training", words.FLAG),
    element("DateTime", "date_time", words.TIME, needed=True),
    rows.software("SaleSoftware", "software_"),
    Branch(
        "SaleTerminalData",
        (
            attr("TerminalEnvironment", "environment", Choice(words.ENVIRONMENTS)),
            rows.words_of("SaleCapabilities", "capabilities", in_element=True),
        ),
    ),
)
_LOGGED_IN: Final[Rows] = (
    rows.response(),
    Branch(
        "POISystemData",
        (
            element("DateTime", "date_time", words.TIME),
            rows.software("POISoftware", "software_"),
            Branch(
                "POITerminalData",
                (
                    attr("TerminalEnvironment", "environment", Choice(words.ENVIRONMENTS)),
                    attr("POISerialNumber", "serial_number", words.SHORT),
                    rows.words_of("POICapabilities", "capabilities", in_element=True),
                ),
            ),
            rows.poi_status(),
        ),
    ),
)
_DIAGNOSED: Final[Rows] = (
    rows.response(),
    Leaf("LoggedSaleID", "logged_sale_ids", words.LINES, Form.ELEMENTS),
    rows.poi_status(),
    *many("HostStatus", rows.HOSTS_MAX, _host),
)
_PAYMENT: Final[Rows] = (
    rows.sale_data(),
    Branch(
        "PaymentTransaction",
        (
            Branch(
                "AmountsReq",
                (
                    attr("Currency", "currency", words.CURRENCY, needed=True),
                    attr("RequestedAmount", "requested_amount", words.AMOUNT),
                ),
                needed=True,
            ),
            rows.original(),
        ),
        needed=True,
    ),
    Branch("PaymentData", (attr("PaymentType", "payment_type", Choice(words.PAYMENT_TYPES)),)),
)
_REVERSAL: Final[Rows] = (
    attr("ReversalReason", "reversal_reason", Choice(words.REVERSAL_REASONS), needed=True),
    attr("ReversedAmount", "reversed_amount", words.AMOUNT),
    rows.sale_data(),
    # Without a number a terminal would take its last transaction, which may not be ours.
    Branch("OriginalPOITransaction", rows.original().children, needed=True),
)
_STATUS: Final[Rows] = (
    attr("ReceiptReprintFlag", "reprint", words.FLAG),
    rows.reference(),
    Leaf("DocumentQualifier", "documents", words.LINES, Form.ELEMENTS),
)
_REPEATED: Final[Rows] = (
    rows.response(),
    rows.reference(),
    Branch(
        "RepeatedMessageResponse",
        (
            Branch(
                "MessageHeader",
                (
                    attr("ProtocolVersion", "repeated_version", words.SHORT),
                    attr("MessageClass", "repeated_class", Choice(words.CLASSES)),
                    attr("MessageCategory", "repeated_category", words.CATEGORY),
                    attr("MessageType", "repeated_type", Choice(words.TYPES)),
                    attr("ServiceID", "repeated_service_id", words.SERVICE_ID),
                    attr("SaleID", "repeated_sale_id", words.PEER_ID),
                    attr("POIID", "repeated_poi_id", words.PEER_ID),
                ),
            ),
            Branch(
                "RepeatedResponseMessageBody",
                (
                    Branch("PaymentResponse", rows.payment_response("payment_")),
                    Branch("ReversalResponse", rows.reversal_response("reversal_")),
                ),
                only_json=True,
            ),
        ),
    ),
)
_ABORT: Final[Rows] = (
    rows.reference(),
    element("AbortReason", "abort_reason", words.TEXT, needed=True),
)
_RECONCILIATION: Final = (
    attr("ReconciliationType", "reconciliation", Choice(words.RECONCILIATIONS)),
)
_RECONCILED: Final[Rows] = (
    *_RECONCILIATION,
    rows.response(),
    element("POIReconciliationID", "reconciliation_id", words.SHORT),
)
_INPUT: Final[Rows] = (
    Branch("DisplayOutput", _display(1)),
    Branch(
        "InputData",
        (
            attr("Device", "input_device", Choice(words.DEVICES), needed=True),
            attr("InfoQualify", "input_info", Choice(words.INFO_QUALIFIERS), needed=True),
            attr("InputCommand", "input_command", Choice(words.INPUT_COMMANDS), needed=True),
            attr("MaxInputTime", "input_seconds", words.SECONDS),
            attr("MaskCharactersFlag", "input_masked", words.FLAG),
        ),
    ),
)
_ENTERED: Final[Rows] = (
    Branch("OutputResult", _output_result(1)),
    Branch(
        "InputResult",
        (
            attr("Device", "input_device", Choice(words.DEVICES), needed=True),
            attr("InfoQualify", "input_info", Choice(words.INFO_QUALIFIERS), needed=True),
            rows.response("input_"),
            Branch(
                "Input",
                (
                    attr(
                        "InputCommand", "input_command", Choice(words.INPUT_COMMANDS), needed=True
                    ),
                    element("ConfirmedFlag", "confirmed", words.FLAG),
                    element("TextInput", "text_input", words.SECRET),
                    element("DigitInput", "digit_input", words.SECRET),
                    element("Password", "password", words.SECRET),
                    element("MenuEntryNumber", "menu_entry", words.SECONDS),
                ),
            ),
        ),
    ),
)
_PRINT: Final[Rows] = (
    Branch(
        "PrintOutput",
        (
            attr("DocumentQualifier", "print_kind", Choice(words.QUALIFIERS), needed=True),
            attr("ResponseMode", "print_mode", Choice(words.RESPONSE_MODES), needed=True),
            attr("IntegratedPrintFlag", "print_integrated", words.FLAG),
            attr("RequiredSignatureFlag", "print_signature", words.FLAG),
            *rows.output("print_"),
        ),
    ),
)
_PRINTED: Final[Rows] = (
    attr("DocumentQualifier", "print_kind", Choice(words.QUALIFIERS), needed=True),
    rows.response(),
)
_EVENT: Final[Rows] = (
    attr("TimeStamp", "event_time", words.TIME, needed=True),
    attr("EventToNotify", "event", words.EVENT, needed=True),
    element("EventDetails", "event_details", words.TEXT),
    element("RejectedMessage", "rejected_message", words.TEXT),
)

# Class, category, type, direction, body, and what must be there for the message to be read at all.
_TABLE: Final[tuple[tuple[str, str, str, Direction, Rows, tuple[str, ...]], ...]] = (
    ("Service", "Login", "Request", "to_terminal", _LOGIN, ("service_id",)),
    ("Service", "Login", "Response", "to_ecr", _LOGGED_IN, ("service_id", "result")),
    (
        "Service",
        "Logout",
        "Request",
        "to_terminal",
        (attr("MaintenanceAllowed", "maintenance_allowed", words.FLAG),),
        ("service_id",),
    ),
    ("Service", "Logout", "Response", "to_ecr", (rows.response(),), ("service_id", "result")),
    (
        "Service",
        "Diagnosis",
        "Request",
        "to_terminal",
        (attr("HostDiagnosisFlag", "host_diagnosis", words.FLAG),),
        ("service_id",),
    ),
    ("Service", "Diagnosis", "Response", "to_ecr", _DIAGNOSED, ("service_id", "result")),
    ("Service", "Payment", "Request", "to_terminal", _PAYMENT, ("service_id",)),
    ("Service", "Payment", "Response", "to_ecr", rows.payment_response(), ("service_id", "result")),
    ("Service", "Reversal", "Request", "to_terminal", _REVERSAL, ("service_id",)),
    (
        "Service",
        "Reversal",
        "Response",
        "to_ecr",
        rows.reversal_response(),
        ("service_id", "result"),
    ),
    ("Service", "TransactionStatus", "Request", "to_terminal", _STATUS, ("service_id",)),
    ("Service", "TransactionStatus", "Response", "to_ecr", _REPEATED, ("service_id", "result")),
    ("Service", "Abort", "Request", "to_terminal", _ABORT, ("service_id",)),
    ("Service", "Reconciliation", "Request", "to_terminal", _RECONCILIATION, ("service_id",)),
    ("Service", "Reconciliation", "Response", "to_ecr", _RECONCILED, ("service_id", "result")),
    (
        "Device",
        "Display",
        "Request",
        "to_ecr",
        tuple(many("DisplayOutput", rows.OUTPUTS_MAX, _display)),
        (),
    ),
    (
        "Device",
        "Display",
        "Response",
        "to_terminal",
        tuple(many("OutputResult", rows.OUTPUTS_MAX, _output_result)),
        (),
    ),
    ("Device", "Input", "Request", "to_ecr", _INPUT, ()),
    ("Device", "Input", "Response", "to_terminal", _ENTERED, ()),
    ("Device", "Print", "Request", "to_ecr", _PRINT, ()),
    ("Device", "Print", "Response", "to_terminal", _PRINTED, ("result",)),
    ("Event", "Event", "Notification", "to_ecr", _EVENT, ()),
)


def _layouts(syntax: Syntax) -> tuple[TreeLayout, ...]:
    return tuple(
        TreeLayout(
            code=f"{category}{kind}".encode("ascii"),
            name=f"{category}{kind}",
            direction=direction,
            variant=syntax.value,
            syntax=syntax,
            tree=Branch(
                "",
                (
                    Branch(
                        RESPONSE if kind == "Response" else REQUEST,
                        (
                            _header(message_class, category, kind),
                            Branch(f"{category}{kind}", body, needed=True),
                        ),
                        needed=True,
                    ),
                ),
            ),
            always=(*ALWAYS, *always),
        )
        for message_class, category, kind, direction, body, always in _TABLE
    )


MESSAGES: Final = (*_layouts(Syntax.XML), *_layouts(Syntax.JSON), SEALED_REQUEST, SEALED_RESPONSE)
BY_NAME: Final = {(layout.syntax, layout.name.lower()): layout for layout in MESSAGES}
CLASS_OF: Final = {f"{row[1]}{row[2]}": row[0] for row in _TABLE}
TYPE_OF: Final = {f"{row[1]}{row[2]}": (row[1], row[2]) for row in _TABLE}
