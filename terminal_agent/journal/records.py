"""Facts as canonical JSON and back, with a schema version per kind; refuses what is not exact.

The table `KINDS` is the whole vocabulary of the journal. A change of a fact's fields raises its
version and adds a step to `UPGRADES`, so that a journal of any age can be read for ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import TypeVar, Union, get_args, get_origin, get_type_hints

from protocols.kit.errors import BadField
from protocols.kit.money import Amount, Currency
from protocols.kit.vocabulary import TransactionRecord
from terminal_agent.refund import facts
from terminal_agent.refund.evidence import PrintProof
from terminal_agent.refund.facts import Fact

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: its name in the file, its fact, its present schema version."""

    name: str
    fact: type[Fact]
    schema: int = 1


KINDS: tuple[Kind, ...] = (
    Kind("journal_opened", facts.JournalOpened),
    Kind("sale_recorded", facts.SaleRecorded),
    Kind("end_of_day", facts.EndOfDay),
    Kind("quarantine_started", facts.QuarantineStarted),
    Kind("quarantine_released", facts.QuarantineReleased),
    Kind("case_created", facts.CaseCreated),
    Kind("case_authorised", facts.CaseAuthorised),
    Kind("case_cancelled", facts.CaseCancelled),
    Kind("case_noted", facts.CaseNoted),
    Kind("correction", facts.Correction),
    Kind("attempt_baselined", facts.AttemptBaselined),
    Kind("attempt_armed", facts.AttemptArmed),
    Kind("result_seen", facts.ResultSeenFact),
    Kind("attempt_approved", facts.AttemptApproved),
    Kind("attempt_declined", facts.AttemptDeclined),
    Kind("attempt_unknown", facts.AttemptUnknown),
    Kind("recovery_started", facts.RecoveryStarted),
    Kind("attempt_dead", facts.AttemptDead),
    Kind("attempt_parked", facts.AttemptParked),
    Kind("human_verdict", facts.HumanVerdict),
    Kind("receipt_kept", facts.ReceiptKept),
    Kind("print_due", facts.PrintDue),
    Kind("print_started", facts.PrintStarted),
    Kind("printed", facts.Printed, schema=2),
    Kind("print_not_sent", facts.PrintNotSent),
    Kind("print_uncertain", facts.PrintUncertain),
    Kind("print_failed", facts.PrintFailed),
    Kind("refusal_noted", facts.RefusalNoted),
)
_BY_NAME = {kind.name: kind for kind in KINDS}
_BY_FACT: dict[type[object], Kind] = {kind.fact: kind for kind in KINDS}


def _printed_2(payload: dict[str, object]) -> dict[str, object]:
    """Before there were printers a slip was always a file, and nobody was asked."""
    return _grown(payload, {"proof": PrintProof.KEPT.value, "by": ""})


def _grown(payload: dict[str, object], new: dict[str, object]) -> dict[str, object]:
    """The payload with fields that it could not have had before. Raises BadField."""
    if strange := sorted(payload.keys() & new.keys()):
        raise BadField(f"it had no {', '.join(strange)} then")
    return payload | new


# (kind, old schema) -> the payload as the next schema has it. Raises BadField.
UPGRADES: Mapping[tuple[str, int], Callable[[dict[str, object]], dict[str, object]]] = {
    ("printed", 1): _printed_2,
}


class Unreadable(Exception):
    """A payload that is not exactly what its kind says; the store turns it into JournalCorrupt."""

    def __init__(self, what: str, *, newer: bool = False) -> None:
        super().__init__(what)
        self.newer = newer


@dataclass(frozen=True, slots=True)
class Encoded:
    """A fact as the journal keeps it."""

    kind: str
    schema: int
    payload: str


def encode(fact: Fact) -> Encoded:
    """The record of a fact. The payload is ASCII: sorted keys, no blanks, no float but numbers."""
    kind = _BY_FACT[type(fact)]
    return Encoded(kind.name, kind.schema, canonical(_plain(fact)))


def canonical(value: object) -> str:
    """JSON with one spelling only, so that equal facts have equal hashes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def decode(kind_name: str, schema: int, payload: str) -> Fact:
    """The fact of a record. Raises Unreadable unless the payload is exactly what was written."""
    kind = _BY_NAME.get(kind_name)
    if kind is None:
        raise Unreadable(f"no kind of record is called {kind_name!r}", newer=True)
    if schema > kind.schema:
        raise Unreadable(f"{kind_name} has schema {schema}, newer than {kind.schema}", newer=True)
    try:
        raw = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{kind_name} is not JSON: {error}") from error
    if not _is_canonical(raw, payload):
        raise Unreadable(f"{kind_name} is not in its canonical spelling")
    if schema < 1:
        raise Unreadable(f"{kind_name} has schema {schema}; the first one is 1")
    build: Callable[..., Fact] = kind.fact
    try:
        for version in range(schema, kind.schema):
            raw = UPGRADES[kind_name, version](_object(raw, kind_name))
        return _built(build, raw)
    except BadField as error:
        raise Unreadable(f"{kind_name}: {error}") from error


def _is_canonical(raw: object, payload: str) -> bool:
    try:
        return canonical(raw) == payload
    except ValueError:  # NaN, or a number too large to be one: no fact was ever written so
        return False


# --- to JSON ---------------------------------------------------------------------------------


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Amount):
        return {"minor": value.minor, "currency": value.currency.numeric}
    if isinstance(value, TransactionRecord):
        return value.to_json()
    if isinstance(value, frozenset):
        return sorted(str(_plain(part)) for part in value)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    assert is_dataclass(value), f"{type(value).__name__} has no place in a record"
    found = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return {name: part for name, part in found.items() if part is not None}


# --- from JSON -------------------------------------------------------------------------------


@cache
def _hints(of: Callable[..., object]) -> Mapping[str, object]:
    return get_type_hints(of)


@cache
def _needed(of: Callable[..., object]) -> frozenset[str]:
    """The fields that a record always has: None is left out."""
    return frozenset(
        field for field, hint in _hints(of).items() if type(None) not in get_args(hint)
    )


def _built(wanted: Callable[..., T], raw: object) -> T:
    """A dataclass from a JSON object: every field of the right type, no field too many."""
    hints, name = _hints(wanted), wanted.__name__
    given = _object(raw, name)
    if strange := sorted(given.keys() - hints.keys()):
        raise BadField(f"{name} has no {', '.join(strange)}")
    if missing := sorted(_needed(wanted) - given.keys()):
        raise BadField(f"{name} lacks {', '.join(missing)}")
    values = {field: _value(hints[field], part, field) for field, part in given.items()}
    return wanted(**values)


def _object(raw: object, name: str) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise BadField(f"{name} is not an object")
    return raw


def _value(hint: object, raw: object, name: str) -> object:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {UnionType, Union}:
        return _value(next(part for part in inner if part is not type(None)), raw, name)
    if origin in {tuple, frozenset}:
        return _collection(origin, inner, raw, name)
    assert isinstance(hint, type), f"{name} has a type that no record can hold: {hint}"
    if hint in {str, int, float, bool}:
        return _scalar(hint, raw, name)
    if issubclass(hint, Enum):
        return _member(hint, raw, name)
    if issubclass(hint, datetime):
        return _moment(raw, name)
    if issubclass(hint, Amount):
        return _amount(raw, name)
    if issubclass(hint, TransactionRecord):
        return TransactionRecord.from_json(_object(raw, name))
    return _built(hint, raw)


def _collection(origin: object, inner: tuple[object, ...], raw: object, name: str) -> object:
    if not isinstance(raw, list):
        raise BadField(f"{name} is not a list")
    if Ellipsis not in inner and origin is tuple and len(raw) != len(inner):
        raise BadField(f"{name} has {len(raw)} parts, not {len(inner)}")
    parts = [_value(inner[0], part, name) for part in raw]
    return frozenset(parts) if origin is frozenset else tuple(parts)


def _scalar(hint: type[object], raw: object, name: str) -> object:
    if hint is float and type(raw) is int:
        try:
            return float(raw)
        except OverflowError:
            raise BadField(f"{name} is too large") from None
    if type(raw) is not hint:
        raise BadField(f"{name} is {type(raw).__name__}, not {hint.__name__}")
    return raw


def _member(hint: type[Enum], raw: object, name: str) -> Enum:
    try:
        return hint(raw)
    except ValueError:
        raise BadField(f"{name} cannot be {raw!r}") from None


def _moment(raw: object, name: str) -> datetime:
    try:
        return datetime.fromisoformat(str(raw))
    except ValueError:
        raise BadField(f"{name} is no time: {raw!r}") from None


def _amount(raw: object, name: str) -> Amount:
    given = _object(raw, name)
    minor, currency = given.get("minor"), given.get("currency")
    if type(minor) is not int or not isinstance(currency, str) or len(given) != 2:  # noqa: PLR2004
        raise BadField(f"{name} is no amount")
    return Amount(minor, Currency.of(currency))
