"""The acquirer's host: a message in, its answer out, and the ledger that holds the truth.

Pure but for the wall clock it is given: no sockets, no waiting. What it books goes into the same
`Bank` that the ledger file and the judges read; it keeps its own index of keys beside that, by
which it finds originals. Card numbers are kept masked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulators.acquirer import des, mac
from simulators.acquirer import messages as m
from simulators.acquirer.ledger import Entry, Ledger
from simulators.acquirer.settings import HostSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from simulators.acquirer.layout import Fields
    from simulators.bank import Bank

_ECHOED: Final = ("3", "4", "11", "25", "41", "42", "49", "60")
_ADDRESSED: Final = {"11", "41", "42", "60"}
_MONEY: Final = {"2", "3", "4", "49"}
_TOTALS: Final = {"48"}
_F60_LEAST: Final = 8  # type and batch
_AUTH_STEP: Final = 7_919  # a prime, so that codes do not look like counters
_ACQUIRER: Final = "48523310"
_ISSUER: Final = "01020000"


@dataclass(frozen=True, slots=True)
class Told:
    """What the scenario wants of this answer."""

    code: str = ""
    partial_minor: int = 0
    bad_mac: bool = False


class _No(Exception):
    """The request is refused with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AcquirerHost:
    """One acquirer for one terminal."""

    def __init__(
        self,
        bank: Bank,
        *,
        wall: Callable[[], datetime],
        settings: HostSettings | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self.bank = bank
        self._wall = wall
        self._settings = settings or HostSettings()
        self.ledger = ledger or Ledger()
        self.save: Callable[[], None] = lambda: None  # makes bank and ledger durable

    def _key(self) -> bytes | None:
        """The working key of the last sign-on, made from its number: nothing here is by chance."""
        count = self.ledger.keys
        if not count:
            return None
        size = self._settings.key_bytes
        blocks = range(0, size, des.BLOCK)
        return b"".join(
            des.encrypt(mac.MASTER_KEY, (count << 8 | at).to_bytes(des.BLOCK, "big"))
            for at in blocks
        )

    # -- messages -------------------------------------------------------------------------------

    def answer(self, message: bytes, fields: Fields, told: Told | None = None) -> bytes | None:
        """The answer to a request of these fields; None where nobody would answer it."""
        told = told or Told()
        name = m.name_of(fields)
        if not name or not fields.keys() >= _ADDRESSED or len(fields["60"]) < _F60_LEAST:
            return None
        if name == "sign_on":
            return self._signed_on(fields, told)
        key = self._key()
        money = name != "settlement"
        try:
            if key is None:
                raise _No("77")
            if money and (told.bad_mac or not m.seal_holds(message, key)):
                raise _No(m.BAD_MAC)
            if not (_MONEY if money else _TOTALS) <= fields.keys():
                raise _No("30")
            back = self._done(name, fields, told)
        except _No as no:
            back = {"39": no.code, "37": self._reference()}
        self.save()  # before anybody can hear of it
        sealed = {"64": "00" * mac.VALUE} if money and key and back["39"] != m.BAD_MAC else {}
        return m.sealed({**self._head(fields), **back, **sealed}, key or bytes(des.BLOCK))

    def _head(self, fields: Fields) -> Fields:
        now = self._wall()
        echoed: Fields = {number: fields[number] for number in _ECHOED if number in fields}
        return {
            "t": m.answer_type(fields["t"]),
            **echoed,
            "12": f"{now:%H%M%S}",
            "13": f"{now:%m%d}",
        }

    def _done(self, name: str, fields: Fields, told: Told) -> Fields:
        if name == "settlement":
            return self._settled(fields, told)
        if told.code and told.code not in m.APPROVED:
            raise _No(told.code)
        if name == "reversal":
            return self._reversed(fields)
        return self._booked(name, fields, told)

    def _signed_on(self, fields: Fields, told: Told) -> bytes:
        head = self._head(fields)
        if told.code and told.code not in m.APPROVED:
            return m.sealed({**head, "39": told.code}, bytes(des.BLOCK))
        self.ledger.keys += 1
        key = self._key()
        assert key is not None, "one was just handed out"
        head["60"] = fields["60"][:2] + self.ledger.batch + m.SCHEMES[len(key)]
        carried = mac.wrapped(key).hex().upper()
        return m.sealed({**head, "37": self._reference(), "39": "00", "62": carried}, key)

    def _settled(self, fields: Fields, told: Told) -> Fields:
        batch = fields["60"][2:8]
        if told.code and told.code not in m.APPROVED:
            raise _No(told.code)
        ours, theirs = self.ledger.sums(batch).digits(), fields["48"]
        flag = m.BALANCED if ours == theirs else m.NOT_BALANCED
        if batch == self.ledger.batch:
            self.ledger.close_batch()
        return {"37": self._reference(), "39": "00", "48": self.ledger.sums(batch).digits(flag)}

    # -- money ----------------------------------------------------------------------------------

    def _booked(self, name: str, fields: Fields, told: Told) -> Fields:
        batch, trace = fields["60"][2:8], fields["11"]
        if self.ledger.by_key(batch + trace) is not None:
            raise _No("94")
        if batch + trace in self.ledger.overtaken:
            raise _No("22")
        if batch != self.ledger.batch:
            raise _No("77")
        asked = int(fields["4"])
        original = self._RULES[name](self, fields, asked)
        partial = told.partial_minor if name != "void" else 0  # a void is whole or nothing
        minor = min(asked, partial) if partial else asked
        receipt, till_trace, reference = _note(fields)
        entry = Entry(
            kind=next(kind for kind in m.KINDS if kind == name),
            batch=batch,
            trace=trace,
            amount_minor=minor,
            currency=fields["49"],
            card=m.masked(fields["2"]),
            rrn=batch + trace,  # this acquirer's way: one number of twelve digits per message
            receipt=receipt,
            original_rrn=original.rrn if original is not None else "",
        )
        if original is not None:
            original.voided |= name == "void"
            original.refunded_minor += minor if name == "refund" else 0
        self.ledger.add(entry)
        self.bank.book(
            entry.kind,
            minor,
            currency=entry.currency,
            receipt_number=receipt,
            trace_number=till_trace,
            original_receipt_number=original.receipt if original is not None else None,
            reference=reference or None,
        )
        code = told.code or (m.PARTIAL if minor != asked else "00")
        auth = f"{len(self.ledger.entries) * _AUTH_STEP % 1_000_000:06d}"
        return {
            **({"38": auth} if name != "refund" else {}),
            "2": fields["2"],
            "4": f"{minor:012d}",
            "15": f"{self._wall():%m%d}",
            "32": _ACQUIRER,
            "37": entry.rrn,
            "39": code,
            "44": f"{_ISSUER:<11}{_ACQUIRER:<11}",
            "63": fields.get("63", "")[:3],
        }

    def _sale(self, _fields: Fields, _asked: int) -> None:
        return None

    def _void(self, fields: Fields, asked: int) -> Entry:
        original = self._original(fields)
        if original is None:
            raise _No("25")
        if original.kind == "void" or original.batch != self.ledger.batch:
            raise _No("12")
        if not original.standing or original.voided or original.refunded_minor:
            raise _No("22")
        if asked != original.amount_minor:
            raise _No("64")
        return original

    def _refund(self, fields: Fields, asked: int) -> Entry | None:
        """Without a reference it is a credit of its own, as the till's wire may have no place."""
        if fields.get("37", m.NO_REFERENCE) == m.NO_REFERENCE:
            return None
        original = self._original(fields)
        if original is None:
            raise _No("25")
        if original.kind != "sale":
            raise _No("12")
        if not original.standing or original.voided:
            raise _No("22")
        if asked > original.amount_minor - original.refunded_minor:
            raise _No("64")
        return original

    _RULES: Final = {"sale": _sale, "void": _void, "refund": _refund}

    def _original(self, fields: Fields) -> Entry | None:
        """The transaction that F37 names, if the batch and trace of F61 are its own or zeros."""
        entry = self.ledger.by_reference(fields.get("37", ""))
        named = fields.get("61", m.NO_ORIGINAL)[:12]
        if entry is None or named not in {entry.batch + entry.trace, m.NO_ORIGINAL[:12]}:
            return None
        if entry.card != m.masked(fields.get("2", "")):
            raise _No("14")
        return entry

    def _reversed(self, fields: Fields) -> Fields:
        key = fields["60"][2:8] + fields["11"]
        entry = self.ledger.by_key(key)
        if entry is None:
            if not self._settings.forgets_reversals:
                self.ledger.remember_overtaken(key)
            raise _No("25")
        if entry.kind == "refund" and not self._settings.refund_reversal:
            raise _No("40")
        if entry.standing:
            self._undo(entry)
        return {"37": entry.rrn, "39": "00"}

    def _undo(self, entry: Entry) -> None:
        if entry.voided or entry.refunded_minor:
            raise _No("22")
        entry.standing = False
        original = self.ledger.by_reference(entry.original_rrn)
        if original is not None and entry.kind == "void":
            original.voided = False
        elif original is not None:
            original.refunded_minor -= entry.amount_minor
        self.bank.book(
            "auto_reversal",
            entry.amount_minor,
            currency=entry.currency,
            receipt_number=entry.receipt,
            trace_number=entry.trace,
            original_receipt_number=entry.receipt,
        )

    def _reference(self) -> str:
        self.ledger.references += 1
        return f"{self._wall():%m%d}{self.ledger.references:08d}"


def _note(fields: Fields) -> tuple[str, str, str]:
    """F62: the terminal's receipt and trace numbers and the till's own reference."""
    text = bytes.fromhex(fields.get("62", "")).decode("utf-8", "replace")
    receipt, _, rest = text.partition("/")
    trace, _, reference = rest.partition("/")
    return receipt or fields["11"], trace or fields["11"], reference
