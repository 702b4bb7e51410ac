"""What a ZVT terminal says to sales, refunds and voids, and what a scenario makes of it."""

from __future__ import annotations

import pytest

from simulators.terminal import Phase
from tests.simulators.till import a_till, codes, result, running

BOTH = pytest.mark.parametrize("transport", ["serial", "tcp"])


# -- sales, refunds, voids -----------------------------------------------------------------------


@BOTH
def test_a_refund_goes_through_card_host_result_receipts_and_completion(transport: str) -> None:
    till = a_till(transport=transport)
    said = till.refund(500)
    assert codes(said) == ["8000", "04FF", "04FF", "040F", "06D3", "06D3", "060F"]
    assert [m.text("intermediate_status") for m in said[1:3]] == ["0A", "04"]
    found = result(said)
    assert found is not None
    assert found.text("result_code") == "00"
    assert found.number("amount_minor") == 500
    assert (found.text("receipt_number"), found.text("trace_number")) == ("0002", "000002")
    assert found.text("turnover_number") == "000002"
    assert found.text("original_trace_number") is None
    pan = found.secret("pan")
    assert pan is not None
    assert pan.clear == "541333EEEEEE0018"
    (booking,) = till.bank.standing_refunds()
    assert (booking.kind, booking.amount_minor, booking.receipt_number) == ("refund", 500, "0002")


def test_a_void_names_the_trace_of_its_original_and_has_numbers_of_its_own() -> None:
    till = a_till()
    found = result(till.void("0001", 1234))
    assert found is not None
    assert found.text("original_trace_number") == "000001"
    assert found.text("receipt_number") == "0002"
    (booking,) = till.bank.standing_refunds()
    assert (booking.kind, booking.original_receipt_number) == ("void", "0001")


@pytest.mark.parametrize(
    ("receipt", "amount", "code"),
    [("0009", None, "B5"), ("FFFF", None, "B5"), ("0001", 1235, "B7")],
)
def test_a_void_that_fits_no_sale_is_declined(receipt: str, amount: int | None, code: str) -> None:
    till = a_till()
    said = till.void(receipt, amount)
    found = result(said)
    assert found is not None
    assert found.text("result_code") == code
    assert said[-1].text("result_code") == code
    assert codes(said)[-1] == "061E"
    assert till.bank.standing_refunds() == ()


def test_a_second_void_of_the_same_sale_is_already_reversed() -> None:
    till = a_till()
    till.void("0001")
    found = result(till.void("0001"))
    assert found is not None
    assert found.text("result_code") == "B4"
    assert len(till.bank.standing_refunds()) == 1


def test_a_sale_is_booked_as_a_sale() -> None:
    till = a_till()
    said = till.command("0601", amount_minor=700, currency="0978")
    assert codes(said)[-1] == "060F"
    assert till.bank.bookings[-1].kind == "sale"


def test_another_currency_is_aborted_with_6f_and_the_right_one() -> None:
    till = a_till()
    said = till.command("0631", password="000000", amount_minor=500, currency="0756")
    assert codes(said) == ["8000", "061E"]
    assert (said[1].text("result_code"), said[1].text("currency")) == ("6F", "0978")


@pytest.mark.parametrize(
    ("terminal", "code"),
    [
        ("locked = true", "C0"),
        ("end_of_day_pending = true", "F0"),
        ("store_max = 1", "6A"),
        ("own_printer = true\npaper = false", "CC"),
    ],
)
def test_a_terminal_that_cannot_book_aborts_without_a_result(terminal: str, code: str) -> None:
    till = a_till(f"[terminal]\n{terminal}\n[[sale]]\namount_minor = 1234")
    said = till.refund()
    assert codes(said) == ["8000", "061E"]
    assert said[1].text("result_code") == code
    assert till.status() == ("00" if code == "6A" else code)
    assert codes(till.register()) == ["8000", "060F"], "registration works all the same"


@pytest.mark.parametrize(
    ("step", "code", "receipt"),
    [
        ('do = "decline"\ncode = "05"', "05", "0002"),
        ('do = "no_connection"', "A3", "0002"),
        ('do = "card_abort"\nseconds = 2', "6C", None),
        ('do = "card_never"', "6C", None),
    ],
)
def test_a_failure_is_told_twice_and_books_nothing(
    step: str, code: str, receipt: str | None
) -> None:
    till = a_till(f'[[step]]\non = "refund"\n{step}\n[[sale]]\namount_minor = 1234')
    said = till.refund()
    found = result(said)
    assert found is not None
    assert found.text("result_code") == said[-1].text("result_code") == code
    assert codes(said)[-1] == "061E"
    assert found.text("receipt_number") == receipt
    assert till.bank.standing_refunds() == ()


def test_the_card_time_of_the_command_counts() -> None:
    till = a_till('[[step]]\non = "sale"\ndo = "card_never"')
    start = till.clock.monotonic()
    till.command("0601", timeout_s=12, amount_minor=100)
    assert till.clock.monotonic() - start == 12.0


def test_a_slow_host_is_bridged_with_intermediate_states_within_t4() -> None:
    till = a_till('[[step]]\non = "money"\ndo = "host_delay"\nseconds = 100')
    said = till.refund()
    states = [m.text("intermediate_status") for m in said if m.layout.code == b"\x04\xff"]
    assert states == ["0A", "04", "0E", "0E"]
    assert codes(said)[-1] == "060F"


def test_the_amount_of_the_result_may_be_another_one() -> None:
    till = a_till('[[step]]\non = "money"\ndo = "approve"\namount_minor = 222')
    found = result(till.refund(333))
    assert found is not None
    assert found.number("amount_minor") == 222
    assert till.bank.refunded_minor() == 222


# -- abort ---------------------------------------------------------------------------------------


def test_an_abort_while_a_card_is_awaited_ends_it_with_6c() -> None:
    till = a_till()
    running(till, Phase.CARD)
    till.send(bytes.fromhex("06B000"))
    said = till.listen("0631")
    assert "8000" in codes(said)
    found = result(said)
    assert found is not None
    assert found.text("result_code") == said[-1].text("result_code") == "6C"
    assert till.bank.standing_refunds() == ()
    assert till.status() == "00"


def test_an_abort_while_the_host_is_asked_is_refused() -> None:
    till = a_till()
    running(till, Phase.HOST)
    till.send(bytes.fromhex("06B000"))
    refused = till.listen("0631")
    assert "8483" in codes(refused)
    till.listen("0631")
    assert len(till.bank.standing_refunds()) == 1


def test_an_abort_of_nothing_is_answered() -> None:
    till = a_till()
    till.send(bytes.fromhex("06B000"))
    assert till.next_apdus() == [bytes.fromhex("800000")]


# -- what scenarios want on the line -------------------------------------------------------------


@pytest.mark.parametrize(
    ("do", "control", "standing"),
    [("nak", "NAK", 0), ("nak_and_run", "NAK", 1), ("silent", "ACK", 0), ("ignore", None, 0)],
)
def test_the_line_may_lie_about_a_command(do: str, control: str | None, standing: int) -> None:
    till = a_till(f'[[step]]\non = "refund"\ndo = "{do}"')
    before = len(till.controls)
    till.refund()
    assert till.controls[before:][:1] == ([control] if control else [])
    assert len(till.bank.standing_refunds()) == standing


def test_refused_and_aborted_commands_book_nothing() -> None:
    refused = a_till('[[step]]\non = "0631"\ndo = "refuse"\ncode = "9C"')
    assert codes(refused.refund()) == ["849C"]
    aborted = a_till('[[step]]\non = "0631"\ndo = "abort"\ncode = "64"')
    assert codes(aborted.refund()) == ["8000", "061E"]
    assert refused.bank.standing_refunds() == aborted.bank.standing_refunds() == ()


def test_a_stale_record_comes_in_front_of_the_answer() -> None:
    till = a_till('[[step]]\non = "money"\ndo = "stale"\n[[sale]]\namount_minor = 1234')
    said = till.refund()
    assert codes(said)[:2] == ["040F", "8000"]
    assert said[0].number("amount_minor") == 1234


def test_a_stale_record_needs_a_record() -> None:
    till = a_till('[[step]]\non = "money"\ndo = "stale"')
    assert codes(till.refund())[0] == "8000"


def test_a_result_may_come_more_than_once_or_not_at_all() -> None:
    often = a_till('[[step]]\non = "money"\ndo = "repeat_result"\ncount = 2')
    assert codes(often.refund()).count("040F") == 3
    never = a_till('[[step]]\non = "money"\ndo = "no_result"')
    assert codes(never.refund()).count("040F") == 0
    assert len(often.bank.standing_refunds()) == len(never.bank.standing_refunds()) == 1


def test_somebody_books_at_the_keypad_before_the_enquiry() -> None:
    till = a_till('[[step]]\non = "enquiry"\ndo = "keypad"\nkind = "sale"\namount_minor = 777')
    shown = till.enquire()
    assert shown is not None
    assert shown.number("amount_minor") == 777


def test_a_busy_status_can_be_played() -> None:
    till = a_till('[[step]]\non = "status"\nnth = 2\ndo = "status"\ncode = "9C"')
    assert [till.status() for _ in range(3)] == ["00", "9C", "00"]
