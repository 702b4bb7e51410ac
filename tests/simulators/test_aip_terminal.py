"""What a simulated AIP terminal says to requests, and what a scenario makes of it."""

from __future__ import annotations

import pytest

from protocols.aip.framing import SerialFramer
from protocols.aip.messages import build, serialise
from simulators import personality
from simulators.errors import BadScenario
from simulators.personalities.aip.words import names_of
from simulators.settings import MissingAckHabit
from tests.simulators.aip_till import Till, scene


def step(do: str, on: str = "money", **values: str | float) -> str:
    """The text of one step."""
    more = "".join(f"\n{key} = {value!r}" for key, value in values.items())
    return f'[[step]]\non = "{on}"\ndo = "{do}"{more}'


# -- money ---------------------------------------------------------------------------------------


def test_a_refund_is_answered_once_with_all_its_numbers() -> None:
    till = Till()
    answer = till.ask(4, amount_minor=500, order_number="0000000042", check="000085")
    assert answer.number("trans_type") == 4
    assert answer.number("amount_minor") == 500
    told = {name: answer.text(name) for name in ("result_code", "trace_number", "batch_number")}
    assert told == {"result_code": "00", "trace_number": "000002", "batch_number": "000001"}
    assert answer.text("rrn") == "000001000002"
    assert answer.text("result_text") == "交易成功"
    assert (answer.text("check"), answer.text("order_number")) == ("000085", "0000000042")
    pan = answer.secret("pan")
    assert pan is not None
    assert pan.clear == "541333******0018"
    (booking,) = till.bank.standing_refunds()
    assert (booking.kind, booking.amount_minor, booking.reference) == ("refund", 500, "0000000042")
    assert till.hear(100.0) == []


def test_a_void_names_its_original_and_the_second_one_is_refused() -> None:
    till = Till()
    first = till.ask(3, amount_minor=1234, original_trace_number="000001")
    assert first.text("result_code") == "00"
    assert first.text("original_trace_number") == "000001"
    second = till.ask(3, amount_minor=1234, original_trace_number="000001")
    assert second.text("result_code") == "XC"
    assert second.text("trace_number") is None
    assert len(till.bank.standing_refunds()) == 1


@pytest.mark.parametrize(
    ("voucher", "amount", "code"), [("000009", 1234, "XB"), (None, 1234, "XB"), ("1", 1235, "XF")]
)
def test_a_void_that_fits_no_sale_is_refused(voucher: str | None, amount: int, code: str) -> None:
    till = Till()
    answer = till.ask(3, amount_minor=amount, original_trace_number=voucher)
    assert answer.text("result_code") == code
    assert till.bank.standing_refunds() == ()


def test_a_sale_is_booked_as_a_sale() -> None:
    till = Till()
    assert till.ask(2, amount_minor=700).text("result_code") == "00"
    assert till.bank.bookings[-1].kind == "sale"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (step("decline", code="51"), "51"),
        (step("no_connection"), "X5"),
        (step("card_abort", seconds=2.0), "X0"),
        (step("card_never"), "X0"),
        ("[terminal]\nlocked = true", "XM"),
        ("[terminal]\nend_of_day_pending = true", "XM"),
    ],
)
def test_what_is_not_booked_has_a_code_that_says_so(text: str, code: str) -> None:
    till = Till(text)
    assert till.refund().text("result_code") == code
    assert till.bank.standing_refunds() == ()


def test_an_approval_of_another_amount_says_so() -> None:
    answer = Till(step("approve", amount_minor=300)).refund(500)
    assert (answer.text("result_code"), answer.number("amount_minor")) == ("00", 300)


@pytest.mark.parametrize("do", ["ignore", "silent"])
def test_a_request_may_come_to_nothing(do: str) -> None:
    till = Till(step(do))
    till.send(4, amount_minor=500)
    assert till.hear() == []
    assert till.bank.standing_refunds() == ()
    assert till.refund().text("result_code") == "00"


def test_a_booking_may_never_be_told() -> None:
    till = Till(step("no_result"))
    till.send(4, amount_minor=500)
    assert till.hear() == []
    assert len(till.bank.standing_refunds()) == 1
    assert till.ask(15).text("trace_number") == "000002"


def test_an_untold_booking_may_be_undone() -> None:
    till = Till(f'{step("no_result")}\n[terminal]\nvote = "rec2"')
    till.send(4, amount_minor=500)
    assert till.hear() == []
    assert till.bank.standing_refunds() == ()
    told = till.ask(15)
    assert told.number("trans_type") == 3
    assert told.text("original_trace_number") == "000002"


def test_an_answer_may_come_twice_and_an_old_record_in_front() -> None:
    till = Till(f"{step('repeat_result', count=1)}\n{step('stale', nth=2)}")
    till.send(4, amount_minor=500)
    first = till.hear()
    assert len(first) == 2
    till.send(4, amount_minor=600)
    assert [m.text("trace_number") for m in till.hear() + till.hear()] == ["000002", "000003"]


def test_somebody_may_book_at_the_keypad_just_before() -> None:
    till = Till(step("keypad", kind="sale", amount_minor=99))
    assert till.refund().text("trace_number") == "000003"


# -- questions -----------------------------------------------------------------------------------


def test_a_query_tells_the_last_record_under_its_own_type() -> None:
    till = Till()
    told = till.ask(15, check="000004")
    assert (told.number("trans_type"), told.text("trace_number")) == (2, "000001")
    assert told.text("check") == "000004"
    till.ask(3, amount_minor=1234, original_trace_number="1", order_number="0000000042")
    told = till.ask(15)
    assert (told.number("trans_type"), told.text("order_number")) == (3, "0000000042")


def test_a_bare_terminal_echoes_nothing_and_answers_a_query_with_its_own_type() -> None:
    till = Till(profile="bare")
    told = till.ask(15, check="000004")
    assert told.number("trans_type") == 15
    assert "check" not in told.values
    answer = till.ask(4, amount_minor=500, check="000085", order_number="0000000042")
    assert not {"check", "order_number"} & answer.values.keys()


def test_without_a_record_there_is_none() -> None:
    till = Till()
    till.terminal.memory.last = None
    assert till.ask(15).text("result_code") == "X2"


def test_what_was_undone_is_shown_as_cancelled() -> None:
    till = Till(f'{step("no_result")}\n[terminal]\nvote = "{MissingAckHabit.REC1.value}"')
    till.send(4, amount_minor=500)
    till.hear()
    told = till.ask(15)
    assert (told.text("result_code"), told.text("trace_number")) == ("X0", "000002")


def test_a_reprint_has_lines_and_finds_a_voucher_number() -> None:
    till = Till()
    till.refund()
    assert till.ask(16).text("print_content") == "退货\n凭证号 000002\n金额 5.00"
    told = till.ask(16, original_trace_number="000001")
    assert told.text("trace_number") == "000001"
    assert till.ask(16, original_trace_number="000009").text("result_code") == "X2"


def test_a_settlement_takes_its_time_and_begins_a_new_batch() -> None:
    till = Till()
    before = till.clock.monotonic()
    assert till.ask(14).text("result_code") == "00"
    assert till.clock.monotonic() - before >= 3.0
    assert till.ask(3, amount_minor=1234, original_trace_number="1").text("result_code") == "XB"
    assert till.refund().text("batch_number") == "000002"


@pytest.mark.parametrize(("number", "code"), [(1, "00"), (20, "00"), (18, "XA"), (99, "XA")])
def test_other_types_are_answered_plainly(number: int, code: str) -> None:
    answer = Till().ask(number)
    assert answer.text("result_code") == code
    assert answer.text("terminal_id") == "52500038"


# -- busy, noise, power --------------------------------------------------------------------------


@pytest.mark.parametrize(("profile", "code"), [("generic", "09"), ("bare", None)])
def test_while_it_works_a_line_test_is_answered_busy_or_not_at_all(
    profile: str, code: str | None
) -> None:
    till = Till(step("host_delay", seconds=60.0), profile=profile)
    assert till.test() == "00"
    till.send(4, amount_minor=500)
    assert till.hear(10.0) == []
    assert till.test() == code
    till.send(15)
    assert till.hear(10.0) == []
    (answer,) = till.hear()
    assert answer.text("trace_number") == "000002"
    assert till.test() == "00"


def test_one_that_hides_its_undoing_answers_questions_meanwhile() -> None:
    hidden = 'vote = "rec1"\nbusy_while_settling = false\nreversal_s = 30.0'
    till = Till(f"{step('no_result')}\n[terminal]\n{hidden}")
    till.send(4, amount_minor=500)
    assert till.hear(10.0) == []
    assert till.test() == "00"
    assert till.ask(15).text("result_code") == "00"  # not true for long
    till.send(4, amount_minor=500)
    assert till.hear(60.0) == []
    assert till.ask(15).text("result_code") == "X0"


def test_a_line_test_may_be_given_another_code() -> None:
    assert Till(step("status", on="status", code="77")).test() == "77"


def test_noise_is_passed_over_and_a_torn_frame_forgotten() -> None:
    till = Till()
    frame = SerialFramer().frame(serialise(build(15, app_name="APP01")))
    till.line.write(b"\x55\x02" + frame)
    assert till.hear(5.0)
    till.line.write(frame[:-1] + b"\x00")
    assert till.hear(5.0) == []
    till.line.write(bytes.fromhex("0290009F011004") + frame)
    assert till.hear(5.0)
    till.line.write(SerialFramer().frame(bytes.fromhex("00059F00000141")))  # no type in it
    assert till.hear(5.0) == []
    till.line.write(SerialFramer().frame(serialise(build(15, result_code="00"))))  # an answer
    assert till.hear(5.0) == []


@pytest.mark.parametrize(("when", "stands"), [("before_commit", 0), ("after_commit", 1)])
def test_power_lost_around_the_booking(when: str, stands: int) -> None:
    till = Till(step("power_cut", when=when, seconds=2.0))
    till.send(4, amount_minor=500)
    assert till.hear(10.0) == []
    till.send(15)
    assert till.hear(5.0) == []  # it boots
    till.line.pass_time(30.0)
    assert till.ask(15).text("trace_number") == f"{1 + stands:06d}"
    assert len(till.bank.standing_refunds()) == stands


def test_power_lost_in_a_settlement_ends_it() -> None:
    till = Till()
    till.send(14)
    till.line.pass_time(1.0)
    till.terminal.power_off(till.clock.monotonic(), for_s=1.0)
    till.line.poke()
    till.line.pass_time(60.0)
    assert till.terminal.memory.counters.batch == 1
    assert till.test() == "00"


# -- relay ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "content", "kind", "result"),
    [
        ("00", b"\x00\x0500500", 4, "00"),
        ("00", b"\x00\x0251", 4, "51"),
        ("00", b"\x00\x0500abc", 4, "98"),  # an approval of nothing
        ("00", b"", 4, "98"),
        ("-113", None, 4, "X5"),
        ("-114", None, 4, "98"),
        ("-114", None, 3, "X0"),  # it was reversed
    ],
)
def test_a_terminal_without_a_line_goes_by_what_the_till_brings(
    code: str, content: bytes | None, kind: int, result: str
) -> None:
    till = Till(profile="relay")
    asked = till.ask(kind, amount_minor=1234, original_trace_number="1" if kind == 3 else None)
    assert asked.number("trans_type") == 17
    assert (asked.text("host"), asked.text("port")) == ("127.0.0.1", "10004")
    assert asked.raw("content")
    answer = till.ask(17, result_code=code, content=content)
    assert (answer.number("trans_type"), answer.text("result_code")) == (kind, result)
    assert till.ask(15).text("result_code") == result
    till.send(17, result_code=code, content=content)  # nobody waits for another one
    assert till.hear(100.0) == []


def test_a_terminal_that_nobody_answers_gives_up() -> None:
    till = Till(profile="relay")
    till.ask(4, amount_minor=1234)
    (answer,) = till.hear()
    assert answer.text("result_code") == "98"


# -- words ---------------------------------------------------------------------------------------


def test_messages_go_by_their_type_and_their_words() -> None:
    def names(number: int, **values: str) -> tuple[str, ...]:
        return names_of(serialise(build(number, **values)))

    assert names(4) == ("04", "refund", "money")
    assert names(4, result_code="00") == ("04", "answer", "result", "completion", "end")
    assert names(7, app_name="MANAGER") == ("07", "status")
    assert names(7) == ("07",)
    assert names(15, result_code="X2") == ("0F", "answer")
    assert names(17, host="127.0.0.1") == ("11", "relay")
    assert names_of(b"\x00\x01\x9f") == ()


def test_a_scenario_is_held_against_what_this_terminal_can() -> None:
    spec = personality.load("aip")
    assert spec.knows("money")
    assert spec.knows("0F")
    assert not spec.knows("0631")
    assert spec.is_code("A2")
    assert not spec.is_code("6c")
    assert not spec.votes
    with pytest.raises(BadScenario):
        Till(step("nak"))
    assert scene().sales
