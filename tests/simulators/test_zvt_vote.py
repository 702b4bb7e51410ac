"""What a ZVT terminal does when nobody takes its result, and when power or line are lost."""

from __future__ import annotations

import pytest

from simulators.terminal import Phase
from tests.simulators.till import Till, a_till, codes, running

BOTH = pytest.mark.parametrize("transport", ["serial", "tcp"])


# -- the vote ------------------------------------------------------------------------------------


@BOTH
def test_a_refused_result_is_undone_and_the_record_says_so(transport: str) -> None:
    till = a_till(transport=transport)
    till.refuses["040F"] = "846600"
    said = till.refund()
    assert codes(said)[-2:] == ["04FF", "061E"]
    assert said[-2].text("intermediate_status") == "05"
    assert till.bank.standing_refunds() == ()
    assert [b.kind for b in till.bank.bookings[1:]] == ["refund", "auto_reversal"]
    shown = till.enquire()
    assert shown is not None
    assert (shown.text("receipt_number"), shown.text("result_code")) == ("0002", "6C")


def test_a_refused_print_block_undoes_the_booking_where_print_lines_vote() -> None:
    till = a_till()
    till.refuses["06D3"] = "84CC00"
    assert codes(till.refund())[-1] == "061E"
    assert till.bank.standing_refunds() == ()


def test_a_refused_print_block_changes_nothing_where_they_do_not() -> None:
    till = a_till(profile="ingenico-a32")
    till.refuses["06D3"] = "84CC00"
    assert codes(till.refund())[-3:] == ["06D3", "06D3", "060F"]
    assert len(till.bank.standing_refunds()) == 1


def test_a_terminal_that_stays_booked_completes_even_without_an_answer() -> None:
    till = a_till('[terminal]\nvote = "stay"')
    till.refuses["040F"] = "846600"
    assert codes(till.refund())[-1] == "060F"
    assert len(till.bank.standing_refunds()) == 1


def test_an_unanswered_result_is_sent_three_times_and_then_undone() -> None:
    till = a_till()
    till.mute_on = frozenset({"040F", "04FF", "061E"})
    said = till.refund()
    assert codes(said).count("040F") == 3
    assert till.bank.standing_refunds() == ()
    assert till.terminal.phase is Phase.IDLE


def test_busy_is_told_until_the_vote_is_settled() -> None:
    till = a_till()
    till.mute_on = frozenset({"040F"})
    till.send(bytes.fromhex("06310A00000004000000000500"))
    while till.terminal.phase is not Phase.VOTE:
        for apdu in till.next_apdus(1.0):
            till.answer(apdu)
    till.reopen()
    assert till.status() == "9C"
    assert codes(till.command("0620", password="000000", service_byte="03")) == ["849C"]
    assert codes(till.refund()) == ["849C"]
    till.line.pass_time(60.0)
    till.mute_on = frozenset()
    till.reopen()
    assert till.status() == "00"
    assert till.bank.standing_refunds() == ()


def test_a_terminal_that_does_not_tell_busy_shows_the_booking_that_it_will_undo() -> None:
    """The dangerous kind of section 5a: asked too early, it shows what is not to stay."""
    till = a_till("[terminal]\nbusy_while_settling = false\n[[sale]]\namount_minor = 1234")
    till.mute_on = frozenset({"040F"})
    till.send(bytes.fromhex("06310A00000004000000000500"))
    while till.terminal.phase is not Phase.VOTE:
        for apdu in till.next_apdus(1.0):
            till.answer(apdu)
    till.mute_on = frozenset()
    till.reopen()
    assert till.status() == "00"
    early = till.enquire()
    assert early is not None
    assert (early.text("result_code"), early.text("receipt_number")) == ("00", "0002")
    assert codes(till.refund()) == ["849C"]
    till.line.pass_time(120.0)
    till.reopen()
    late = till.enquire()
    assert late is not None
    assert late.text("result_code") == "6C"
    assert till.bank.standing_refunds() == ()


def test_the_same_money_frame_again_is_one_refund() -> None:
    till = a_till()
    apdu = bytes.fromhex("06310A00000004000000000500")
    till.send(apdu)
    till.send(apdu)
    till.listen("0631")
    assert till.controls[-1] == "ACK"
    assert len(till.bank.standing_refunds()) == 1
    assert [b.kind for b in till.bank.bookings].count("refund") == 1


def test_a_later_copy_of_a_money_frame_is_a_second_refund() -> None:
    """Serial frames have no number: this is why a till must never send one twice."""
    till = a_till()
    till.refund()
    till.refund()
    assert len(till.bank.standing_refunds()) == 2


# -- power and lost connections ------------------------------------------------------------------


def test_a_serial_terminal_without_power_is_silent_and_forgets_its_registration() -> None:
    till = a_till()
    running(till, Phase.CARD)
    till.terminal.power_off(till.clock.monotonic(), for_s=30.0)
    till.line.poke()
    till.framer.reset()
    assert till.next_apdus(10.0) == []
    till.send(bytes.fromhex("050100"))
    assert till.next_apdus(10.0) == []
    till.line.pass_time(60.0)
    assert till.status() == "00"
    assert till.bank.standing_refunds() == ()
    assert "04FF" not in codes(till.refund())


def test_a_power_cut_ends_what_was_still_being_repeated() -> None:
    text = '[[step]]\non = "money"\ndo = "power_cut"\nwhen = "before_commit"\nseconds = 30'
    till = a_till(text)
    till.mute_on = frozenset({"04FF"})
    till.send(bytes.fromhex("06310A00000004000000000500"))
    while till.terminal.powered:
        for apdu in till.next_apdus(0.5):
            till.answer(apdu)
    assert till.next_apdus(30.0) == []


def test_a_network_terminal_without_power_hangs_up_and_takes_no_connection() -> None:
    till = a_till(transport="tcp")
    till.terminal.power_off(till.clock.monotonic(), for_s=30.0)
    till.line.poke()
    with pytest.raises(ConnectionError):
        till.line.read(1.0)
    till.line.close()
    with pytest.raises(ConnectionError):
        till.line.open()
    till.line.pass_time(60.0)
    till.line.open()
    assert till.status() == "00"


def test_over_tcp_a_dialogue_of_a_lost_connection_says_nothing_on_the_next() -> None:
    till = a_till(transport="tcp")
    running(till, Phase.HOST)
    till.reopen()
    assert till.status() == "9C"
    assert till.next_apdus(60.0) == []
    assert till.bank.standing_refunds() == (), "nobody acknowledged it"
    assert till.status() == "00"


def test_a_till_that_is_gone_before_the_answer_starts_nothing() -> None:
    till = a_till()
    till.send(bytes.fromhex("06310A00000004000000000500"))
    assert till.next_apdus() == [bytes.fromhex("800000")]
    till.line.pass_time(60.0)
    assert till.terminal.phase is Phase.IDLE
    assert [b.kind for b in till.bank.bookings] == ["sale"]


def test_a_new_command_ends_a_dialogue_that_only_waits_for_its_last_answer() -> None:
    till = a_till()
    till.mute_on = frozenset({"060F"})
    till.send(bytes.fromhex("06310A00000004000000000500"))
    said: list[bytes] = []
    while not said or said[-1][:2] != b"\x06\x0f":
        for apdu in till.next_apdus(5.0):
            said.append(apdu)
            till.answer(apdu)
    till.mute_on = frozenset()
    assert till.status() == "00"
    assert len(till.bank.standing_refunds()) == 1


def test_a_till_that_died_behind_its_registration_can_register_again() -> None:
    till = Till()
    till.mute_on = frozenset({"8000"})
    till.send(bytes.fromhex("060006000000BE0978"))
    till.line.read(0.0)
    till.line.pass_time(60.0)
    till.mute_on = frozenset()
    till.reopen()
    said = till.command("0600", password="000000", config_byte="BE", currency="0978")
    assert codes(said) == ["8000", "060F"]
