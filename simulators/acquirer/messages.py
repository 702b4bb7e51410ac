"""The messages between terminal and acquirer, made from values and sealed with their MAC."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from simulators.acquirer import layout, mac
from simulators.acquirer.layout import Fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulators.bank import BookingKind

# The set of codes that mean "done": a terminal that knows only 00 would give money back twice.
APPROVED: Final = frozenset({"00", "10", "11", "A2", "A4", "A5", "A6"})
# A reversal is over with these: undone, or there was nothing to undo.
REVERSAL_DONE: Final = frozenset({"00", "12", "25"})
# Codes behind which the money may have moved all the same: never taken for a refusal.
UNCERTAIN: Final = frozenset({"06", "09", "20", "68", "79", "91", "92", "94", "96", "98"})
SIGN_ON_FIRST: Final = frozenset({"77", "A0", "A7"})
BAD_MAC: Final = "A0"
PARTIAL: Final = "10"
NO_REFERENCE: Final = "0" * 12
NO_ORIGINAL: Final = "0" * 16
_UNSEALED: Final = "00" * mac.VALUE
_SCHEME: Final = "CUP"
_CONDITION: Final = "00"
_READER: Final = "000600"  # network code of transactions, contactless reader, no more to say
_LAST_BIT: Final = 9  # the byte of the bitmap that says whether F64 is there
TRACE_DIGITS: Final = 6


class Kind(NamedTuple):
    """How one kind of transaction is written: type, processing code, first part of F60."""

    mti: str
    processing: str
    type60: str


KINDS: Final[Mapping[BookingKind, Kind]] = MappingProxyType(
    {
        "sale": Kind("0200", "000000", "22"),
        "void": Kind("0200", "200000", "23"),
        "refund": Kind("0220", "200000", "25"),
    }
)
REVERSAL: Final = "0400"
SETTLEMENT: Final = "0500"
SIGN_ON: Final = "0800"
# The network code that names the key scheme at sign-on: keys of 8 and of 16 bytes.
SCHEMES: Final[Mapping[int, str]] = MappingProxyType({8: "001", 16: "003"})
_SETTLEMENT_CODE: Final = "201"


def answer_type(mti: str) -> str:
    """The type of the answer: 0200 -> 0210."""
    return f"{mti[:2]}{int(mti[2]) + 1}{mti[3]}"


def name_of(fields: Mapping[str, str]) -> str:
    """What a request is called in the words of faults; "" for one that is not known."""
    mti = fields["t"]
    plain = {REVERSAL: "reversal", SETTLEMENT: "settlement", SIGN_ON: "sign_on"}
    if mti in plain:
        return plain[mti]
    for name, kind in KINDS.items():
        if (mti, fields.get("3"), fields.get("60", "")[:2]) == kind:
            return name
    return ""


@dataclass(frozen=True, slots=True)
class Card:
    """The simulated card. Its number is never shown, not even an invented one."""

    pan: str = field(repr=False)
    expiry: str = field(repr=False, default="3012")
    entry: str = "022"

    @classmethod
    def of(cls, masked: str) -> Card:
        """The card behind a masked number: the stars are zeros."""
        return cls(masked.replace("*", "0"))


def masked(pan: str) -> str:
    """What of a card number may be kept: the first six and the last four digits."""
    hidden = max(len(pan) - 10, 0)
    return pan[:6] + "*" * hidden + pan[-4:]


@dataclass(frozen=True, slots=True)
class Station:
    """Who speaks: F41 and F42."""

    terminal_id: str
    merchant_id: str

    def fields(self) -> Fields:
        """Both, in their width."""
        return {"41": self.terminal_id.ljust(8), "42": self.merchant_id.ljust(15)}


@dataclass(frozen=True, slots=True)
class Money:
    """What a request for money and its reversal have in common; it can be kept without the card.

    `batch` and `trace` are the key under which the acquirer knows it. `original` is F61 and
    `reference` F37 of the original; `note` is what the till's side calls it (F62): the terminal's
    receipt and trace numbers and the till's own reference, for the ledger.
    """

    kind: BookingKind
    amount_minor: int
    currency: str
    batch: str
    trace: str
    original: str = ""
    reference: str = ""
    note: str = ""

    def _common(self, card: Card, station: Station) -> Fields:
        kind = KINDS[self.kind]
        fields = {
            "2": card.pan,
            "3": kind.processing,
            "4": f"{self.amount_minor:012d}",
            "11": self.trace,
            "14": card.expiry,
            "22": card.entry,
            "25": _CONDITION,
            **station.fields(),
            "49": self.currency,
            "60": kind.type60 + self.batch + _READER,
            "64": _UNSEALED,
        }
        if self.original:
            fields["61"] = self.original
        return fields

    def request(self, card: Card, station: Station) -> Fields:
        """0200 or 0220."""
        fields = {"t": KINDS[self.kind].mti, **self._common(card, station)}
        if self.reference:
            fields["37"] = self.reference
        fields["62"] = self.note.encode("utf-8").hex().upper()
        fields["63"] = _SCHEME
        return fields

    def reversal(self, card: Card, station: Station, reason: str) -> Fields:
        """0400 with the same trace; a code that is known of the original does not matter here."""
        return {"t": REVERSAL, **self._common(card, station), "39": reason}


@dataclass(frozen=True, slots=True)
class Sums:
    """Totals of a batch: what came in, and what was given back (voids and refunds)."""

    debit_minor: int = 0
    debit_count: int = 0
    credit_minor: int = 0
    credit_count: int = 0

    def digits(self, flag: int = 0) -> str:
        """F48: domestic sums and a flag, and the same for foreign cards, of which there are none.

        The flag is 0 in a request; 1 = balanced, 2 = not.
        """
        one = f"{self.debit_minor:012d}{self.debit_count:03d}"
        other = f"{self.credit_minor:012d}{self.credit_count:03d}"
        return f"{one}{other}{flag}{'0' * 30}{flag}"


BALANCED: Final = 1
NOT_BALANCED: Final = 2
FLAG_AT: Final = 30  # the place of the first flag in F48


def settlement(station: Station, sums: Sums, *, batch: str, trace: str, currency: str) -> Fields:
    """0500."""
    return {
        "t": SETTLEMENT,
        "11": trace,
        **station.fields(),
        "48": sums.digits(),
        "49": currency,
        "60": f"00{batch}{_SETTLEMENT_CODE}",
        "63": "001",
    }


def sign_on(station: Station, *, batch: str, trace: str, key_bytes: int) -> Fields:
    """0800; the answer carries batch and working key."""
    return {
        "t": SIGN_ON,
        "11": trace,
        **station.fields(),
        "60": f"00{batch}{SCHEMES[key_bytes]}",
        "63": "001",
    }


def sealed(fields: Mapping[str, str], key: bytes) -> bytes:
    """The bytes of a message, with its MAC where it has a field 64."""
    message = layout.encode(fields)
    if "64" not in fields:
        return message
    covered = message[: -mac.VALUE]
    return covered + mac.ecb(key, covered)


def seal_holds(message: bytes, key: bytes | None) -> bool:
    """Whether a message carries a MAC, and the right one."""
    if key is None or not message[_LAST_BIT] & 1:
        return False
    return mac.ecb(key, message[: -mac.VALUE]) == message[-mac.VALUE :]


def broken(message: bytes) -> bytes:
    """The same message with a MAC that does not fit (or, without one, as it is)."""
    if not message[_LAST_BIT] & 1:
        return message
    return message[:-1] + bytes([message[-1] ^ 1])
