"""Errors, money, vocabulary, capabilities and the registry: what every protocol stands on."""

from __future__ import annotations

import pkgutil
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.kit import registry
from protocols.kit.capabilities import Capabilities, Capability, CommitVote, MissingAck
from protocols.kit.errors import (
    BadField,
    BadFrame,
    MoneyMoved,
    ProtocolError,
    RefundAgentError,
    UnknownMessage,
)
from protocols.kit.money import AMOUNT_MINOR_MAX, Amount, Currency
from protocols.kit.vocabulary import Booking, Operation, Outcome, TransactionRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

EUR = Currency.of("EUR")


# --- errors ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (ProtocolError, "protocol_error"),
        (BadFrame, "bad_frame"),
        (BadField, "bad_field"),
        (UnknownMessage, "unknown_message"),
    ],
)
def test_a_protocol_error_answers_the_four_questions(kind: type[ProtocolError], code: str) -> None:
    error = kind("the byte is wrong", offset=7)
    assert (error.code, error.offset, str(error)) == (code, 7, "the byte is wrong")
    assert error.money is MoneyMoved.MAYBE
    assert error.what_to_do
    assert isinstance(error, RefundAgentError)
    assert kind("x", code="own").code == "own"
    assert kind("x").offset is None


def test_details_of_an_error_cannot_be_changed() -> None:
    error = RefundAgentError("code", "it broke", details={"n": 1})
    assert error.money is MoneyMoved.NO
    with pytest.raises(TypeError):
        error.details["n"] = 2  # type: ignore[index]


# --- money -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "minor"), [("12.50", 1250), ("12,5", 1250), ("12", 1200), (" 0.01 ", 1), ("0", 0)]
)
def test_what_people_type_becomes_cents(typed: str, minor: int) -> None:
    assert Amount.parse(typed, EUR) == Amount(minor, EUR)


@pytest.mark.parametrize(
    "typed",
    ["", "abc", "1.234", "-1", "1e3", "NaN", "Infinity", "1.250,00", "1.-5", ".5", "1 2", "+1"],
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(BadField):
        Amount.parse(typed, EUR)


@pytest.mark.parametrize("digits", [13, 30, 5000])
def test_an_amount_beyond_all_measure_is_refused(digits: int) -> None:
    with pytest.raises(BadField):
        Amount.parse("9" * digits, EUR)


def test_amounts_stay_within_twelve_digits() -> None:
    assert Amount(AMOUNT_MINOR_MAX, EUR).number() == "9999999999.99"
    for wrong in (-1, AMOUNT_MINOR_MAX + 1):
        with pytest.raises(BadField):
            Amount(wrong, EUR)


@given(st.integers(0, AMOUNT_MINOR_MAX), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_an_amount_shown_is_read_back(minor: int, code: str) -> None:
    amount = Amount(minor, Currency.of(code))
    assert Amount.parse(amount.number(), amount.currency) == amount
    assert str(amount) == f"{code} {amount.number()}"


def test_currencies_are_found_by_letters_and_numbers() -> None:
    assert Currency.of("eur") == Currency.of("978") == Currency.of("0978") == EUR
    assert Currency.of("048").alpha == "BHD"
    with pytest.raises(BadField) as caught:
        Currency.of("XXX")
    assert caught.value.code == "unknown_currency"


# --- vocabulary ------------------------------------------------------------------------------


def test_only_three_operations_move_money() -> None:
    moving = {operation for operation in Operation if operation.moves_money}
    assert moving == {Operation.SALE, Operation.VOID, Operation.REFUND}
    assert len(Outcome) == 4


RECORD = TransactionRecord(
    Booking.APPROVED, kind=Operation.VOID, amount_minor=1, receipt_number="0007", masked_pan="1*2"
)


def test_a_record_is_stored_and_read_back() -> None:
    for record in (RECORD, TransactionRecord(Booking.UNKNOWN)):
        assert TransactionRecord.from_json(record.to_json()) == record
    assert RECORD.to_json() == {
        "booking": "approved",
        "kind": "void",
        "amount_minor": 1,
        "receipt_number": "0007",
        "masked_pan": "1*2",
    }


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"booking": "perhaps"},
        {"booking": "approved", "kind": "gift"},
        {"booking": "approved", "amount_minor": "1"},
        {"booking": "approved", "amount_minor": True},
        {"booking": "approved", "receipt_number": 7},
        {"booking": "approved", "colour": "red"},
    ],
)
def test_a_stored_record_of_a_wrong_shape_is_refused(stored: dict[str, object]) -> None:
    with pytest.raises(BadField):
        TransactionRecord.from_json(stored)


# --- capabilities ----------------------------------------------------------------------------

DECLARED = Capabilities(
    frozenset({Capability.LAST, Capability.BUSY_TOLD}), CommitVote(MissingAck.UNBOOKS, 75.0)
)


def test_a_capability_counts_when_declared_and_confirmed() -> None:
    proved = DECLARED.proved(frozenset({Capability.LAST, Capability.QUERY}))
    assert proved == {Capability.LAST}


@pytest.mark.parametrize(
    ("missing_ack", "proved", "wait_s"),
    [
        (MissingAck.STAYS_BOOKED, frozenset(), 75.0),
        (MissingAck.STAYS_BOOKED, frozenset({Capability.BUSY_TOLD}), 0.0),
        (MissingAck.UNBOOKS, frozenset(), 75.0),
        (MissingAck.UNKNOWN, frozenset({Capability.LAST}), 75.0),
        (MissingAck.UNBOOKS, frozenset({Capability.BUSY_TOLD}), 0.0),
    ],
)
def test_a_terminal_that_may_not_say_busy_must_be_idle_for_its_horizon(
    missing_ack: MissingAck, proved: frozenset[Capability], wait_s: float
) -> None:
    assert replace(DECLARED.vote, missing_ack=missing_ack).wait_s(proved) == wait_s


# --- registry --------------------------------------------------------------------------------


@pytest.fixture
def fresh_registry() -> Iterator[None]:
    registry.names.cache_clear()
    yield
    registry.names.cache_clear()


def test_protocol_folders_are_found_and_loaded_by_their_name() -> None:
    assert "zvt" in registry.names()
    assert "kit" not in registry.names()
    assert registry.load("zvt") is registry.load("zvt")
    assert set(registry.installed()) == set(registry.names())


def test_a_protocol_that_is_not_there_is_refused_with_the_list() -> None:
    with pytest.raises(RefundAgentError) as caught:
        registry.load("morse")
    assert caught.value.code == "unknown_protocol"
    assert "zvt" in caught.value.what_to_do


@pytest.mark.usefixtures("fresh_registry")
def test_an_installation_without_protocols_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_the_kit(path: object) -> list[SimpleNamespace]:
        del path
        return [SimpleNamespace(name="kit", ispkg=True), SimpleNamespace(name="x", ispkg=False)]

    monkeypatch.setattr(pkgutil, "iter_modules", only_the_kit)
    with pytest.raises(RefundAgentError) as caught:
        registry.names()
    assert caught.value.code == "no_protocols"


_C = Capability


@pytest.mark.parametrize(
    ("signs", "void", "tells", "nobody"),
    [
        (frozenset(), True, True, False),
        (frozenset({_C.LAST}), False, True, False),
        (frozenset({_C.LAST, _C.NUMBERS}), False, True, True),
        (frozenset({_C.LAST, _C.REFERENCE}), False, True, True),
        (frozenset({_C.QUERY}), True, True, True),
        (frozenset({_C.COMMIT_ONCE}), True, True, True),
        (frozenset({_C.COMMIT_ONCE}), False, True, False),
        (frozenset({_C.LAST, _C.NUMBERS}), True, False, False),
        (frozenset({_C.LAST, _C.NUMBERS}), False, False, True),
    ],
)
def test_which_signs_spare_people_the_decision(
    signs: frozenset[Capability], void: bool, tells: bool, nobody: bool
) -> None:
    can = replace(DECLARED, void_tells_amount=tells)
    assert can.needs_nobody(signs, void=void) is nobody
