"""Facts as records: every kind goes there and back, and nothing that is not exact is believed."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import Enum
from types import UnionType
from typing import get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.kit.errors import BadField
from protocols.kit.money import AMOUNT_MINOR_MAX, Amount, Currency
from protocols.kit.vocabulary import Booking, Operation, TransactionRecord
from terminal_agent.journal import records
from terminal_agent.journal.chain import GENESIS, link
from terminal_agent.journal.records import KINDS, Encoded, Kind, Unreadable, decode, encode
from terminal_agent.refund.evidence import PersonVerdict, PrintProof
from terminal_agent.refund.facts import CaseCreated, Fact, Printed, Timed
from tests.refund import story as s

CURRENCIES = st.sampled_from(["978", "156", "392"]).map(Currency.of)
MOMENTS = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
AMOUNTS = st.builds(
    Amount,
    st.integers(0, AMOUNT_MINOR_MAX),
    st.sampled_from(["978", "156", "392"]).map(Currency.of),
)
RECORDS = st.builds(
    TransactionRecord,
    booking=st.sampled_from(Booking),
    kind=st.none() | st.sampled_from(Operation),
    amount_minor=st.none() | st.integers(0, AMOUNT_MINOR_MAX),
    receipt_number=st.none() | st.text(),
    masked_pan=st.none() | st.just("************1234"),
)
SIMPLE: dict[object, st.SearchStrategy[object]] = {
    str: st.text(max_size=20) | st.sampled_from(["\udc80", "a\udcff"]),  # as argv may give it
    int: st.integers(),
    bool: st.booleans(),
    float: st.floats(0, 1000),
    datetime: MOMENTS,
    Amount: AMOUNTS,
    TransactionRecord: RECORDS,
}


def values(hint: object) -> st.SearchStrategy[object]:
    """Any value of a field's type."""
    if hint in SIMPLE:
        return SIMPLE[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin is UnionType:
        return st.none() | values(inner[0])
    if origin is frozenset:
        return st.frozensets(values(inner[0]), max_size=4)
    if origin is tuple and Ellipsis in inner:
        return st.lists(values(inner[0]), max_size=4).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values, inner))
    assert isinstance(hint, type)
    if issubclass(hint, Enum):
        return st.sampled_from(hint)
    return facts_of(hint)


def facts_of(kind: type[object]) -> st.SearchStrategy[object]:
    hints = get_type_hints(kind)
    return st.fixed_dictionaries({n: values(h) for n, h in hints.items()}).map(
        lambda parts: kind(**parts)
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_fact_goes_into_a_record_and_back(kind: Kind) -> None:
    @settings(max_examples=25)
    @given(facts_of(kind.fact))
    def there_and_back(fact: Fact) -> None:
        record = encode(fact)
        assert decode(record.kind, record.schema, record.payload) == fact
        assert record.payload.isascii()
        assert json.loads(record.payload)["at"]

    there_and_back()


def test_every_fact_has_its_kind_and_every_kind_its_own_name() -> None:
    assert {kind.fact for kind in KINDS} == set(get_args(Fact))
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert all(issubclass(kind.fact, Timed) for kind in KINDS)


GOOD = encode(s.created())


@pytest.mark.parametrize(
    ("kind", "schema", "payload", "why", "newer"),
    [
        ("case_dreamt", 1, GOOD.payload, "no kind of record", True),
        (GOOD.kind, 2, GOOD.payload, "newer than", True),
        (GOOD.kind, 1, "{", "not JSON", False),
        (GOOD.kind, 1, "[" * 100_000, "not JSON", False),
        (GOOD.kind, 1, GOOD.payload.replace(",", ", "), "canonical", False),
        (GOOD.kind, 1, "NaN", "canonical", False),
        (GOOD.kind, 1, '{"at":1e999}', "canonical", False),
        (GOOD.kind, 0, GOOD.payload, "the first one is 1", False),
        (GOOD.kind, 1, "[]", "not an object", False),
        (GOOD.kind, 1, GOOD.payload.replace('"at"', '"at2"'), "has no at2", False),
        (GOOD.kind, 1, GOOD.payload.replace('"key":"k1",', ""), "lacks key", False),
        (GOOD.kind, 1, GOOD.payload.replace('"k1"', "1"), "key is int, not str", False),
        (GOOD.kind, 1, GOOD.payload.replace("1000", "true"), "no amount", False),
        (GOOD.kind, 1, GOOD.payload.replace("1000", "-5"), "outside", False),
        (GOOD.kind, 1, GOOD.payload.replace('"978"', '"000"'), "not known", False),
        (GOOD.kind, 1, GOOD.payload.replace('"978"', "978"), "no amount", False),
        (GOOD.kind, 1, GOOD.payload.replace("2026-11-24T", "yesterday"), "no time", False),
        (GOOD.kind, 1, GOOD.payload.replace("+00:00", ""), "needs its zone", False),
    ],
)
def test_a_payload_that_is_not_exact_is_not_believed(
    kind: str, schema: int, payload: str, why: str, newer: bool
) -> None:
    with pytest.raises(Unreadable, match=why) as caught:
        decode(kind, schema, payload)
    assert caught.value.newer == newer


@pytest.mark.parametrize(
    ("fact", "old", "new", "why"),
    [
        (s.authorised(), '["Bruno"]', '"Bruno"', "not a list"),
        (s.authorised(), '"refund"', '"gift"', "cannot be 'gift'"),
        (s.armed(), '["L","N"]', '["L","Z"]', "cannot be 'Z'"),
        (s.seen(), '"approved"', '"liked"', "wrong booking"),
        (s.correction(PersonVerdict.BOOKED), '["Chen","Meier"]', '["Chen"]', "1 parts, not 2"),
        (s.receipt(), '"attempt":1', '"attempt":"1"', "attempt is str, not int"),
        (s.armed(), '"exclusive":true', '"exclusive":1', "exclusive is int, not bool"),
        (s.armed(), '"horizon_s":45.0', f'"horizon_s":{10**400}', "horizon_s is too large"),
    ],
)
def test_each_type_of_field_refuses_another(fact: Fact, old: str, new: str, why: str) -> None:
    record = encode(fact)
    assert old in record.payload
    with pytest.raises(Unreadable, match=why):
        decode(record.kind, 1, record.payload.replace(old, new))


def test_a_whole_number_of_seconds_is_a_number_of_seconds() -> None:
    record = encode(s.armed())
    again = decode(record.kind, 1, record.payload.replace("45.0", "45"))
    assert again == s.armed()


def test_an_old_schema_is_read_through_its_upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    def upgrade(payload: dict[str, object]) -> dict[str, object]:
        token = payload.pop("token")
        return {**payload, "key": token}

    kind = Kind(GOOD.kind, CaseCreated, schema=2)
    monkeypatch.setitem(records._BY_NAME, GOOD.kind, kind)
    monkeypatch.setattr(records, "UPGRADES", {(GOOD.kind, 1): upgrade})
    old = records.canonical({**json.loads(GOOD.payload), "token": "k1"})
    old = old.replace('"key":"k1",', "")
    assert decode(GOOD.kind, 1, old) == s.created()


def test_a_slip_that_was_printed_before_there_were_printers_was_a_file() -> None:
    old = '{"at":"2026-11-24T10:00:00+00:00","case_id":"RF-20261124-0001","copy":"merchant",'
    old += '"reprint":0,"slip_id":"RF-20261124-0001-1","where":"slips/1.txt"}'
    fact = decode("printed", 1, old)
    assert isinstance(fact, Printed)
    assert (fact.proof, fact.by, fact.where) == (PrintProof.KEPT, "", "slips/1.txt")
    assert encode(fact).schema == 2


@pytest.mark.parametrize(
    ("payload", "why"),
    [("[]", "not an object"), ('{"by":"","proof":"echo"}', "it had no by, proof then")],
)
def test_an_old_record_has_no_field_of_a_newer_one(payload: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        decode("printed", 1, payload)


@dataclass(frozen=True)
class Odd:
    """A field that no record can hold."""

    strange: complex


def test_a_field_that_no_record_can_hold_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError):
        records._plain(Odd(1j))
    with pytest.raises(AssertionError):
        records._value(list[int], [], "x")
    assert [field.name for field in fields(Odd)] == ["strange"]


def test_no_two_records_spell_the_same_bytes_for_the_hash() -> None:
    one = link(GENESIS, 1, Encoded("ab", 1, "c"))
    assert one != link(GENESIS, 1, Encoded("a", 1, "bc"))
    assert one != link(GENESIS, 2, Encoded("ab", 1, "c"))
    assert one != link(GENESIS, 1, Encoded("ab", 2, "c"))
    assert one != link(b"\1" * 32, 1, Encoded("ab", 1, "c"))


def test_the_hash_of_a_record_never_changes() -> None:
    """A change here would make every journal in the field unreadable."""
    assert link(GENESIS, 1, Encoded("end_of_day", 1, '{"terminal":"desk"}')).hex() == (
        "ae49d38efee82fe5a0b53bd8fa6c2c97aa5e1fcfeb1e516783693c7744002f88"
    )


def test_a_damaged_amount_is_a_bad_field_before_it_is_unreadable() -> None:
    with pytest.raises(BadField):
        records._amount({"minor": 1, "currency": "978", "extra": 1}, "amount")
