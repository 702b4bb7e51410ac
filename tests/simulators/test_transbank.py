"""The simulated Transbank terminal, byte by byte as an official client would meet it."""

from __future__ import annotations

import pytest

from protocols.transbank import PROTOCOL
from simulators.errors import BadScenario
from simulators.personality import load
from simulators.settings import CardHabit
from simulators.terminal import Phase
from tests.simulators.transbank_till import ACK, NAK, ONE_SALE, Till, fields, scene, step

VOID = "1200|000001|"


def test_a_poll_is_acknowledged_and_nothing_more() -> None:
    assert Till().ask("0100") == ["ACK"]


@pytest.mark.parametrize("request_", ["0200|25000|T1|||0|", "0200|000025000|0000T1|||0"])
def test_a_sale_in_the_paddings_of_both_official_clients(request_: str) -> None:
    till = Till(scene(""))
    ack, reply = till.ask(request_)
    told = fields(reply)
    assert ack == "ACK"
    assert told[:2] == ["0210", "00"]
    assert told[4].lstrip("0") == "T1"
    assert told[6] == "25000"
    assert told[10] == "000001"
    assert len(told[2]) == 12
    assert till.booked == [("sale", 25000)]


def test_progress_is_told_where_the_till_wants_it() -> None:
    said = Till().ask("0200|25000|1|||1|")
    assert said[:3] == ["ACK", "0900|78|", "0900|82|"]
    assert "0900" not in "".join(Till().ask("0200|25000|1|||0|"))


def test_a_void_is_done_once_and_then_told_to_be_done() -> None:
    till = Till()
    (_, first), (_, second) = till.ask(VOID), till.ask("1200|1|")
    assert fields(first)[:2] == ["1210", "00"]
    assert fields(first)[5] == "000001"
    assert fields(second)[1] == "04"
    assert fields(till.ask("1200|000009|")[1])[1] == "05"
    assert till.booked == [("sale", 1234), ("void", 1234)]


def test_the_list_shows_a_void_as_a_second_line_below_zero_and_ends_without_a_code() -> None:
    till = Till()
    till.ask(VOID)
    _, sale, void, end = till.ask("0260|1|")
    assert [fields(line)[6] for line in (sale, void, end)] == ["1234", "-1234", ""]
    assert fields(sale)[8] == fields(void)[8] == "000001"
    assert fields(sale)[5]
    assert not fields(end)[5]


def test_the_list_can_be_printed_and_stops_when_nobody_listens() -> None:
    till = Till()
    assert till.ask("0260|0|") == ["ACK"]
    assert till.terminal.paper[-1][0] == "DETALLE"
    said = till.ask("0260|1|", ack=False)
    assert len(said) == 1 + 3
    assert said[1] == said[2] == said[3]


def test_the_last_sale_is_told_even_when_it_was_voided() -> None:
    till = Till()
    till.ask(VOID)
    assert fields(till.ask("0250|")[1])[10] == "000001"
    assert fields(Till(scene("")).ask("0250|")[1])[:2] == ["0260", "11"]


def test_totals_keys_and_the_end_of_the_day() -> None:
    till = Till()
    assert fields(till.ask("0700||")[1]) == ["0710", "00", "001", "000001234"]
    assert fields(till.ask("0800")[1])[:2] == ["0810", "00"]
    assert fields(till.ask("0500||")[1])[:2] == ["0510", "00"]
    assert fields(till.ask(VOID)[1])[1] == "05"
    assert len(till.ask("0260|1|")) == 2


def test_a_reply_that_nobody_acknowledges_comes_three_times_ten_seconds_apart() -> None:
    till = Till()
    till.send(VOID)
    assert till.hear() == ["ACK"]
    (first,) = till.hear()
    began = till.clock.monotonic()
    assert till.hear() == [first]
    assert till.clock.monotonic() - began == pytest.approx(10.0)
    assert till.hear() == [first]
    assert till.hear() == []
    assert till.terminal.phase is Phase.IDLE
    assert till.booked[-1] == ("void", 1234)


def test_a_reply_that_is_refused_comes_again_at_once() -> None:
    till = Till()
    till.send(VOID)
    till.hear()
    (first,) = till.hear()
    till.line.write(NAK)
    assert till.hear(0.1) == [first]
    till.line.write(ACK)
    assert till.hear() == []


def test_damaged_and_senseless_frames_are_refused_and_do_nothing() -> None:
    till = Till()
    till.line.write(b"\x021200|000001|\x03\x00")
    assert till.hear() == ["NAK"]
    for body in ("0999|", "1210|00", "0200|x|1"):
        till.send(body)
        assert till.hear() == ["NAK"], body
    assert till.booked == [("sale", 1234)]


def test_a_request_again_because_its_acknowledgement_was_lost_is_not_done_again() -> None:
    till = Till()
    till.send("0200|500|1|||0|")
    till.send("0200|500|1|||0|")
    assert till.hear() == ["ACK", "ACK"]
    till.hear()
    till.line.write(ACK)
    assert till.hear() == []
    assert till.booked[1:] == [("sale", 500)]


def test_while_an_order_runs_nothing_else_is_heard() -> None:
    till = Till()
    till.send("0200|500|1|||0|")
    assert till.hear() == ["ACK"]
    till.send("0100")
    (reply,) = till.hear()
    assert reply.startswith("0210")


def test_a_new_request_in_place_of_an_acknowledgement_says_that_the_reply_was_read() -> None:
    till = Till()
    till.send(VOID)
    till.hear()
    till.hear()
    till.send("0100")
    assert till.hear() == ["ACK"]
    assert till.hear() == []


def test_stand_alone_mode_ends_only_at_the_terminal() -> None:
    till = Till()
    assert till.ask("0300") == ["ACK"]
    assert till.ask("0100") == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("0270|500|1|||0|597029414300|", "12"),
        ("0280|1|", "12"),
        ("0290|1|", "12"),
        ("0200|0|1|||0|", "72"),
        ("0200||1|||0|", "68"),
        ("0200|5-0|1|||0|", "68"),
    ],
)
def test_what_it_does_not_do_it_says_by_a_code(body: str, code: str) -> None:
    assert fields(Till().ask(body)[1])[1] == code


@pytest.mark.parametrize(
    ("do", "more", "code"),
    [
        ("decline", {"code": "08"}, "08"),
        ("abort", {"code": "21"}, "21"),
        ("no_connection", {}, "03"),
        ("card_abort", {"seconds": 1.0}, "07"),
        ("card_never", {}, "07"),
    ],
)
def test_a_scenario_decides_how_a_sale_ends(do: str, more: dict[str, object], code: str) -> None:
    till = Till(step("sale", do, **more))
    assert fields(till.ask("0200|500|1|||0|")[1])[1] == code
    assert till.booked == [("sale", 1234)]


def test_a_void_can_end_with_the_codes_of_the_bank_route() -> None:
    for code in ("05", "08", "21"):
        told = fields(Till(step("void", "abort", code=code)).ask(VOID)[1])
        assert told[:2] == ["1210", code]
        assert told[5] == "000001"


def test_other_commands_can_be_answered_with_a_code() -> None:
    assert fields(Till(step("list", "abort", code="12")).ask("0260|1|")[1])[1] == "12"
    assert fields(Till(step("end_of_day", "abort", code="02")).ask("0500||")[1])[1] == "02"


@pytest.mark.parametrize(
    ("do", "said", "booked"),
    [
        ("ignore", [], False),
        ("nak", ["NAK"], False),
        ("silent", ["ACK"], False),
        ("no_result", ["ACK"], True),
    ],
)
def test_a_scenario_can_leave_the_till_without_an_answer(
    do: str, said: list[str], booked: bool
) -> None:
    till = Till(step("void", do))
    assert till.ask(VOID) == said
    assert (till.booked[-1] == ("void", 1234)) is booked


def test_a_scenario_can_say_too_much() -> None:
    till = Till(step("void", "nak_and_run"))
    assert till.ask(VOID)[0] == "NAK"
    assert till.booked[-1] == ("void", 1234)
    first, again = Till(step("void", "repeat_result", count=1)).ask(VOID)[1:]
    assert first == again
    old, new = Till(step("void", "stale")).ask(VOID)[1:]
    assert (fields(old)[0], fields(new)[0]) == ("0210", "1210")
    till = Till(step("list", "stale"))
    till.ask(VOID)
    assert fields(till.ask("0260|1|")[1])[0] == "1210"
    nothing = scene("[[step]]\non = 'list'\ndo = 'stale'")
    assert len(Till(nothing).ask("0260|1|")) == 2


def test_somebody_books_at_the_keypad_just_before() -> None:
    till = Till(step("list", "keypad", kind="sale", amount_minor=99))
    assert len(till.ask("0260|1|")) == 1 + 2 + 1


def test_what_it_cannot_play_is_said_before_it_begins() -> None:
    for text in (
        "[[step]]\non = 'void'\ndo = 'refuse'\ncode = '05'",
        "[[step]]\non = 'void'\ndo = 'decline'\ncode = 'xx'",
        "[[step]]\non = 'register'\ndo = 'silent'",
    ):
        with pytest.raises(BadScenario):
            Till(scene(text))


@pytest.mark.parametrize(("when", "booked"), [("before_commit", 1), ("after_commit", 2)])
def test_what_was_booked_before_the_power_went_stays_booked(when: str, booked: int) -> None:
    till = Till(step("void", "power_cut", when=when, seconds=1.0))
    till.send(VOID)
    assert till.hear() == ["ACK"]
    till.line.pass_time(5.0)
    till.send("0100")
    assert till.hear(1.0) == []
    till.line.pass_time(60.0)
    assert till.ask("0100") == ["ACK"]
    assert len(till.booked) == booked
    assert len(till.ask("0260|1|")) == 1 + booked + 1


def test_a_terminal_that_un_books_shows_no_line_and_says_so() -> None:
    till = Till(scene("terminal = {vote = 'rec1'}\n[[sale]]\namount_minor = 1234"))
    assert len(till.ask(VOID, ack=False)) == 1 + 3
    till.line.pass_time(60.0)
    assert len(till.ask("0260|1|")) == 1 + 1 + 1
    stale = scene(
        "terminal = {vote = 'rec1'}\n[[sale]]\namount_minor = 1234\n"
        "[[step]]\non = 'list'\ndo = 'stale'"
    )
    till = Till(stale)
    till.ask(VOID, ack=False)
    till.line.pass_time(60.0)
    assert fields(till.ask("0260|1|")[1])[1] == "07"


def test_a_card_is_awaited_where_nobody_puts_one_in() -> None:
    till = Till(ONE_SALE)
    till.terminal.card_habit = CardHabit.ABSENT
    till.send("0200|500|1|||0|")
    assert till.hear() == ["ACK"]
    till.terminal.card_present(till.clock.monotonic())
    till.line.poke()
    assert till.hear()[0].startswith("0210|00")


def test_both_profiles_speak_alike_at_their_own_speed() -> None:
    assert Till(profile="autoservicio").ask("0100") == ["ACK"]
    assert PROTOCOL.serial.baud == load("transbank").serial.baud == 115_200
