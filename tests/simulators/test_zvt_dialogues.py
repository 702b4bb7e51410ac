"""What a ZVT terminal says to each command, message by message, over serial and TCP."""

from __future__ import annotations

import pytest

from protocols.kit.tlv import Tlv, primitive
from protocols.zvt.framing import ACK
from simulators.terminal import Phase
from tests.simulators.till import BLOCK, ONE_SALE, Till, codes, result, scene

BOTH = pytest.mark.parametrize("transport", ["serial", "tcp"])
IDS = Tlv.of(*BLOCK.nodes, primitive(0x1F73, bytes(3)))


def a_till(text: str = "[[sale]]\namount_minor = 1234", **kind: str) -> Till:
    till = Till(
        scene(text),
        transport=kind.get("transport", "serial"),
        profile=kind.get("profile", "generic"),
    )
    till.register()
    return till


# -- registration, status, log-off ------------------------------------------------------------


@BOTH
def test_registration_is_answered_and_completed_with_terminal_and_currency(transport: str) -> None:
    till = Till(ONE_SALE, transport=transport)
    said = till.register()
    assert codes(said) == ["8000", "060F"]
    assert said[1].text("terminal_id") == "52500038"
    assert said[1].text("currency") == "0978"
    assert said[1].tlv() == ()
    assert till.controls == (["ACK", "ACK"] if transport == "serial" else [])


def test_a_currency_that_is_not_its_own_is_refused_with_84_1e_6f() -> None:
    till = Till()
    till.send(bytes.fromhex("060006000000BE0756"))
    apdus = till.next_apdus()
    assert apdus == [bytes.fromhex("841E036F0978")]


def test_sequence_ids_are_echoed_only_when_offered_and_then_carried_both_ways() -> None:
    till = Till()
    assert till.register(tlv=IDS)[1].tlv()[0].value == bytes(3)
    till.send(bytes.fromhex("05010B00000006061F7303000001"))
    assert till.next_apdus() == [bytes.fromhex("80000806061F7303000001")]
    till.line.write(ACK)
    (completion,) = till.next_apdus()
    assert completion.endswith(bytes.fromhex("1F7303000002"))
    till.line.write(ACK)
    till.send(bytes.fromhex("80000806061F7303000009"))
    till.line.read(0.0)
    assert till.line.read(1.0) == b"", "an answer with another id is none to this message"


def test_the_same_sequence_id_again_is_not_executed_again() -> None:
    till = Till(transport="tcp")
    till.register(tlv=IDS)
    apdu = bytes.fromhex("06311200000004000000000500" + "06061F7303000001")
    till.send(apdu)
    till.send(apdu)
    till.listen("0631")
    till.send(apdu)
    till.listen("0631")
    assert len([b for b in till.bank.bookings if b.kind == "refund"]) == 1


@pytest.mark.parametrize(("service", "version"), [(None, True), ("00", True), ("02", False)])
def test_a_status_enquiry_tells_the_version_unless_told_not_to(
    service: str | None, *, version: bool
) -> None:
    said = a_till().command("0501", password="000000", service_byte=service)
    assert codes(said) == ["8000", "060F"]
    assert (said[1].text("version") is not None) is version
    assert said[1].text("terminal_status") == "00"


def test_log_off_ends_with_its_answer_and_takes_the_printing_back() -> None:
    till = a_till()
    till.send(bytes.fromhex("060200"))
    assert till.next_apdus() == [bytes.fromhex("800000")]
    till.line.write(ACK)
    said = till.refund()
    assert "04FF" not in codes(said), "config byte 86 wants no intermediate states"
    assert codes(said).count("06D1") == 16, "and no text blocks without permission"
    found = result(said)
    assert found is not None
    assert "tlv" not in found.values


# -- sales, refunds, voids --------------------------------------------------------------------


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


# -- the vote ---------------------------------------------------------------------------------


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


# -- the last transaction ---------------------------------------------------------------------


def test_an_enquiry_with_service_byte_03_tells_and_prints_nothing() -> None:
    said = a_till().command("0620", password="000000", service_byte="03")
    assert codes(said) == ["8000", "040F", "060F"]


def test_an_enquiry_without_a_service_byte_only_prints() -> None:
    said = a_till().command("0620", password="000000")
    assert codes(said) == ["8000", "06D3", "06D3", "060F"]


def test_a_new_terminal_has_nothing_to_repeat() -> None:
    till = Till(scene(""))
    till.register()
    said = till.command("0620", password="000000", service_byte="03")
    assert (codes(said), said[1].text("result_code")) == (["8000", "061E"], "83")


def test_ingenico_repeats_the_last_positive_transaction_only() -> None:
    text = '[[step]]\non = "money"\ndo = "decline"\ncode = "05"\n[[sale]]\namount_minor = 1234'
    generic, ingenico = a_till(text), a_till(text, profile="ingenico-a32")
    for till, receipt in ((generic, "0002"), (ingenico, "0001")):
        till.refund()
        shown = till.enquire()
        assert shown is not None
        assert shown.text("receipt_number") == receipt


def test_a_receipt_kind_that_a_profile_lacks_is_a_protocol_error() -> None:
    tlv = Tlv.of(primitive(0x1F01, b"\x05"))
    said = a_till(profile="ingenico-a32").command("0620", password="000000", tlv=tlv)
    assert codes(said) == ["849A"]


# -- administration ---------------------------------------------------------------------------


def test_end_of_day_tells_totals_and_empties_the_store() -> None:
    till = a_till("[terminal]\nend_of_day_pending = true\n[[sale]]\namount_minor = 1234")
    said = till.command("0650", password="000000")
    assert codes(said) == ["8000", "040F", "06D3", "060F"]
    totals = said[1].text("totals")
    assert totals is not None
    assert len(totals) == 2 * 53
    assert totals.startswith("00010001")
    assert totals.endswith("01000000001234")
    assert till.status() == "00"
    found = result(till.void("0001"))
    assert found is not None
    assert found.text("result_code") == "B5"


def test_diagnosis_sets_the_clock_of_the_till() -> None:
    said = a_till().command("0670")
    assert codes(said) == ["8000", "0401", "06D3", "060F"]
    assert said[1].text("date_yymmdd") == "260302"


def test_initialisation_exists_except_at_card_complete() -> None:
    assert codes(a_till().command("0693", password="000000"))[-1] == "060F"
    card_complete = a_till(profile="card-complete")
    assert codes(card_complete.command("0693", password="000000")) == ["8483"]


@pytest.mark.parametrize(
    "apdu", ["0622070400000000010049", "0FFF00", "06220704000000000100", "0695020102"]
)
def test_what_it_does_not_know_or_cannot_read_is_refused(apdu: str) -> None:
    till = a_till()
    till.send(bytes.fromhex(apdu))
    (answer,) = till.next_apdus()
    assert answer in {bytes.fromhex("848300"), bytes.fromhex("849A00")}


def test_setting_the_clock_showing_a_text_and_printing_for_the_till() -> None:
    till = a_till()
    assert (
        codes(till.command("0691", password="000000", date_yymmdd="260302", time="093000"))[-1]
        == "060F"
    )
    till.send(bytes.fromhex("06E005F1F0F24869"))
    assert till.next_apdus() == [bytes.fromhex("800000")]
    till.line.write(ACK)
    assert till.terminal.display == "Hi"
    till.send(bytes.fromhex("06D103004869"))
    assert till.next_apdus() == [bytes.fromhex("800000")]
    till.line.write(ACK)
    assert till.terminal.paper[-1] == ("Hi",)
    till.terminal.has_paper = False
    till.send(bytes.fromhex("06D103004869"))
    assert till.next_apdus() == [bytes.fromhex("84CC00")]


# -- printing ---------------------------------------------------------------------------------


def test_without_permission_for_blocks_lines_come_and_the_last_is_marked() -> None:
    till = Till()
    till.register(tlv=None)
    lines = [m for m in till.refund() if m.layout.code == b"\x06\xd1"]
    assert [line.text("attribute") for line in lines[:8]] == ["00"] * 7 + ["81"]
    assert lines[0].text("text") == "Händlerbeleg"


def test_a_till_that_builds_receipts_itself_gets_none() -> None:
    till = Till()
    till.register("3E")
    assert codes(till.refund())[-2:] == ["040F", "060F"]


@pytest.mark.parametrize(("config", "printer"), [("B8", "ecr"), ("BE", "terminal")])
def test_the_terminal_prints_when_the_till_does_not_or_when_it_has_a_printer(
    config: str, printer: str
) -> None:
    till = Till(printer=printer)
    till.register(config)
    assert codes(till.refund())[-2:] == ["040F", "060F"]
    assert len(till.terminal.paper) == 2
    assert "Betrag 5,00 (978)" in till.terminal.paper[0]


# -- abort ------------------------------------------------------------------------------------


def running(till: Till, phase: Phase) -> None:
    """Start a refund and live up to a phase."""
    till.send(bytes.fromhex("06310A00000004000000000500"))
    while till.terminal.phase is not phase:
        for apdu in till.next_apdus(0.5):
            till.answer(apdu)


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


# -- what scenarios want on the line ----------------------------------------------------------


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


# -- power and lost connections ---------------------------------------------------------------


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
