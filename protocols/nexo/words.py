"""Enumerations of nexo Retailer 3.0 and 3.1, and the limits of its texts."""

from __future__ import annotations

from typing import Final

from protocols.kit.fields import Hidden
from protocols.kit.scalars import Choice, Flag, Lines, Number, Whole, Word

RESULTS: Final = ("Success", "Failure", "Partial")
ERROR_CONDITIONS: Final = (
    "Aborted", "Busy", "Cancel", "DeviceOut", "InProgress", "InsertedCard", "InvalidCard",
    "LoggedOut", "MessageFormat", "NotAllowed", "NotFound", "PaymentRestriction", "Refusal",
    "UnavailableDevice", "UnavailableService", "UnreachableHost", "WrongPIN",
)  # fmt: skip
CATEGORIES: Final = (
    "Abort", "Admin", "BalanceInquiry", "Batch", "CardAcquisition", "CardReaderAPDU",
    "CardReaderInit", "CardReaderPowerOff", "Diagnosis", "Display", "EnableService", "Event",
    "GetTotals", "Input", "InputUpdate", "Login", "Logout", "Loyalty", "Payment", "PIN", "Print",
    "Reconciliation", "Reversal", "Sound", "StoredValue", "TransactionStatus", "Transmit",
)  # fmt: skip
CLASSES: Final = ("Service", "Device", "Event")
TYPES: Final = ("Request", "Response", "Notification")
EVENTS: Final = (
    "BeginMaintenance", "EndMaintenance", "Shutdown", "Initialised", "OutOfOrder", "Completed",
    "Abort", "SaleWakeUp", "SaleAdmin", "CustomerLanguage", "KeyPressed", "SecurityAlarm",
    "StopAssistance", "CardInserted", "CardRemoved", "Reject",
)  # fmt: skip
PAYMENT_TYPES: Final = (
    "Normal", "Refund", "OneTimeReservation", "FirstReservation", "UpdateReservation",
    "Completion", "CashAdvance", "CashDeposit", "Recurring", "Instalment", "IssuerInstalment",
    "PaidOut", "VoiceAuthorisation",
)  # fmt: skip
QUALIFIERS: Final = (
    "SaleReceipt", "CashierReceipt", "CustomerReceipt", "Document", "Voucher", "Journal",
)  # fmt: skip
DEVICES: Final = (
    "CashierDisplay", "CustomerDisplay", "CashierInput", "CustomerInput",
)  # fmt: skip
INFO_QUALIFIERS: Final = (
    "Status", "Error", "Display", "Sound", "Input", "POIReplication", "CustomerAssistance",
    "Receipt", "Document", "Voucher",
)  # fmt: skip
INPUT_COMMANDS: Final = (
    "GetAnyKey", "GetConfirmation", "SiteManager", "TextString", "DigitString", "DecimalString",
    "GetFunctionKey", "GetMenuEntry", "Password",
)  # fmt: skip
REVERSAL_REASONS: Final = ("CustCancel", "MerchantCancel", "Malfunction", "Unable2Compl")
GLOBAL_STATES: Final = ("OK", "Busy", "Maintenance", "Unreachable")
PRINTER_STATES: Final = ("OK", "PaperLow", "NoPaper", "PaperJam", "OutOfOrder")
RESPONSE_MODES: Final = ("NotRequired", "Immediate", "PrintEnd", "SoundEnd")
FORMATS: Final = ("MessageRef", "Text", "XHTML", "BarCode")
ENVIRONMENTS: Final = ("Attended", "SemiAttended", "Unattended")
RECONCILIATIONS: Final = (
    "SaleReconciliation", "AcquirerSynchronisation", "AcquirerReconciliation",
    "PreviousReconciliation",
)  # fmt: skip

ID_MAX: Final = 36  # a dialect takes a UUID where the schema has 10 letters
SERVICE_ID: Final = Word(10, 1)
PEER_ID: Final = Word(ID_MAX, 1)
TRANSACTION_ID: Final = Word(128, 1)
TIME: Final = Word(40, 1)
CURRENCY: Final = Word(3, 3)
AMOUNT: Final = Number()
SHORT: Final = Word(64)
TEXT: Final = Word(4_096)
BLOB: Final = Word(192 * 1024, 1)
LINES: Final = Lines(32_768)
FLAG: Final = Flag()
SECONDS: Final = Whole(9_999_999)
ACQUIRER: Final = Whole(99_999_999_999)
PAN: Final = Hidden(Word(64), card_number=True)
SECRET: Final = Hidden(Word(1_024))
RESULT: Final = Choice(RESULTS)
ERROR: Final = Choice(ERROR_CONDITIONS)
CATEGORY: Final = Choice(CATEGORIES)
EVENT: Final = Choice(EVENTS)
