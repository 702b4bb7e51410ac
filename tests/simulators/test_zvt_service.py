"""What a ZVT terminal says to registration, enquiries and administration, over serial and TCP."""

from __future__ import annotations

import pytest

from protocols.kit.tlv import Tlv, primitive
from protocols.zvt.framing import ACK
from tests.simulators.till import BLOCK, ONE_SALE, Till, a_till, codes, result, scene

BOTH = pytest.mark.parametrize("transport", ["serial", "tcp"])
IDS = Tlv.of(*BLOCK.nodes, primitive(0x1F73, bytes(3)))


# -- registration, status, log-off ---------------------------------------------------------------


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


@BOTH
def test_a_till_that_died_behind_its_offer_of_sequence_ids_can_register_again(
    transport: str,
) -> None:
    till = Till(transport=transport)
    for _ in range(3):
        assert codes(till.register(tlv=IDS)) == ["8000", "060F"]
        till.line.pass_time(60.0)
        till.reopen()


# -- the last transaction ------------------------------------------------------------------------


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


# -- administration ------------------------------------------------------------------------------


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


# -- printing ------------------------------------------------------------------------------------


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
