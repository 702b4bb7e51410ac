"""A refund by options: what a script may rely on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.till import BOOK, ONE_SALE, PEOPLE, SOLD, TERMINAL, YES, Till

if TYPE_CHECKING:
    from pathlib import Path

DECLINED = ONE_SALE + '[[step]]\non = "money"\ndo = "decline"\ncode = "05"\n'
LOST = """[terminal]
vote = "stay"
[[sale]]
amount_minor = 1234
[[fault]]
direction = "to_ecr"
message = "result"
after = "money"
do = "cut"
seconds = 5
"""


def test_a_whole_sale_of_today_is_voided_and_told_in_full(till: Till) -> None:
    ran = till.refund()
    assert ran.code == 0
    found = ran.json
    assert found["ok"] is True
    assert found["outcome"] == "approved"
    assert found["operation"] == "void"
    assert found["money_moved"] == "yes"
    assert found["case"] == "RF-20261124-0001"
    assert found["amount_minor"] == 1234
    assert isinstance(found["slips"], list)
    assert len(found["slips"]) == 2
    assert till.bookings == [("void", 1234)]


def test_a_part_of_a_sale_is_refunded(till: Till) -> None:
    ran = till.refund("--amount", "5,00")
    assert (ran.code, ran.json["operation"]) == (0, "refund")
    assert till.bookings == [("refund", 500)]


def test_the_cashier_reads_three_sentences_and_where_the_slips_lie(till: Till) -> None:
    ran = till.run("refund", "--receipt", "0001", *YES)
    assert ran.code == 0
    assert "Void approved: the sale of EUR 12.34 is cancelled." in ran.out
    assert "The money has been returned, once." in ran.out
    assert ran.out.count("Slip: ") == 2


def test_the_same_in_chinese(till: Till) -> None:
    ran = till.run("refund", "--receipt", "0001", *YES, options=("--lang", "zh"))
    assert ran.code == 0
    assert "撤销成功" in ran.out
    assert "[" not in ran.out


@pytest.mark.parametrize("again", ["refund", "void"])
def test_a_repeated_key_gives_the_same_state_and_sends_nothing(till: Till, again: str) -> None:
    first = till.refund("--key", "K1").json
    opened = till.opened
    ran = till.run(again, "--receipt", "1", *PEOPLE, "--json", "--key", "K1")
    assert ran.code == 0
    assert ran.json["case"] == first["case"]
    assert till.bookings == [("void", 1234)]
    assert till.opened == opened + 1  # described, and its line never taken


def test_the_same_key_for_another_content_is_refused(till: Till) -> None:
    till.refund("--key", "K1", "--amount", "5.00")
    ran = till.refund("--key", "K1", "--amount", "6.00")
    assert (ran.code, ran.error) == (6, "refusal.key_reused")
    assert till.bookings == [("refund", 500)]


def test_a_declined_refund_is_3_and_its_key_stays_declined(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=DECLINED)
    for _ in range(2):
        ran = till.refund("--key", "K1")
        assert (ran.code, ran.json["outcome"]) == (3, "declined")
        message = ran.json["message"]
        assert isinstance(message, dict)
        assert message["do"]
    assert till.bookings == []


def test_a_declined_void_gives_way_to_a_refund_with_a_new_key(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=DECLINED)
    assert till.refund("--key", "K1").json["operation"] == "void"
    ran = till.refund("--key", "K2")
    assert (ran.code, ran.json["operation"]) == (0, "refund")
    assert till.bookings == [("refund", 1234)]


def test_a_terminal_that_refuses_to_start_is_4_and_the_same_key_may_try_again(
    tmp_path: Path,
) -> None:
    refuse = '[[step]]\non = "money"\ndo = "refuse"\ncode = "9C"\n'
    till = Till(tmp_path, scenario=ONE_SALE + refuse)
    ran = till.refund("--key", "K1")
    assert (ran.code, ran.json["outcome"], ran.json["money_moved"]) == (4, "not_sent", "no")
    ran = till.refund("--key", "K1")
    assert (ran.code, ran.json["case"]) == (0, "RF-20261124-0001")
    assert till.bookings == [("void", 1234)]


def test_a_lost_answer_is_resolved_without_paying_twice(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=LOST)
    ran = till.refund("--key", "K1")
    assert (ran.code, ran.json["outcome"], ran.json["resolved"]) == (0, "approved", True)
    assert till.refund("--key", "K1").code == 0
    assert till.bookings == [("void", 1234)]


def test_a_lost_answer_with_no_cable_is_5_and_never_called_decided(tmp_path: Path) -> None:
    till = Till(tmp_path, scenario=LOST.replace("seconds = 5\n", ""))
    ran = till.refund("--key", "K1")
    assert (ran.code, ran.json["outcome"], ran.json["money_moved"]) == (5, "unknown", "maybe")
    assert ran.json["trouble"]
    said = ran.said.casefold().replace("link.failed", "")
    assert not re.search("fail|no money|declined", said)
    # Another refund is not even begun; a script hears so, and what blocks it.
    other = till.refund("--amount", "1.00", "--key", "K2")
    assert (other.code, other.error) == (5, "refusal.open_case")
    same = till.refund("--key", "K1")
    assert (same.code, same.json["outcome"]) == (5, "unknown")
    shown = till.run("refund", "--receipt", "1", *YES)
    assert shown.code == 5
    assert "Nothing new may be sent." in shown.out
    assert "NOT CONFIRMED" in shown.out
    # The cable is back: it was booked, once.
    till.line.plug()
    assert till.refund("--key", "K1").code == 0
    assert till.bookings == [("void", 1234)]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--receipt", "77"), "refusal.not_found"),
        (("--sale", "S9"), "refusal.not_found"),
        (("--receipt", "1", "--amount", "12.35"), "refusal.over_remaining"),
        (("--receipt", "1", "--amount", "0"), "refusal.zero_amount"),
        (("--receipt", "1", "--way", "void", "--amount", "1"), "refusal.void_partial"),
        (("--receipt", "1", "--approver", " anna "), "refusal.same_person"),
        (("--receipt", "1", "--reason", "other"), "refusal.reason_needed"),
        (("--receipt", "2"), "refusal.ambiguous"),
    ],
)
def test_a_refusal_by_policy_is_6_and_leaves_no_case(
    tmp_path: Path, more: tuple[str, ...], code: str
) -> None:
    twice = "S2,1.00,2026-11-24T09:00:00Z,0002,000002,\nS3,2.00,2026-11-23T09:00:00Z,0002,000003,\n"
    till = Till(tmp_path, sales=BOOK + SOLD + twice)
    ran = till.run("refund", *YES, "--json", *more)
    assert (ran.code, ran.error) == (6, code)
    assert ran.json["money_moved"] == "no"
    assert till.run("cases", "list", "--json").out == ""
    shown = till.run("refund", *YES, *more)
    assert shown.code == 6
    assert "No money has moved." in shown.out
    assert "[refusal" not in shown.out


def test_after_the_sale_is_refunded_nothing_is_left(till: Till) -> None:
    till.refund()
    ran = till.refund()
    assert (ran.code, ran.error) == (6, "refusal.already_voided")
    assert till.bookings == [("void", 1234)]


def test_a_part_blocks_only_that_part(till: Till) -> None:
    assert till.refund("--amount", "12.00").code == 0
    ran = till.refund("--amount", "0.35")
    assert (ran.code, ran.error) == (6, "refusal.over_remaining")
    ran = till.run("void", "--receipt", "1", *YES, "--json")
    assert (ran.code, ran.error) == (6, "refusal.void_partial")
    # Without an amount it is all that is left.
    assert till.refund().json["amount_minor"] == 34
    assert till.bookings == [("refund", 1200), ("refund", 34)]


def test_above_the_shops_limit_a_second_approver_is_needed(tmp_path: Path) -> None:
    till = Till(tmp_path, config='[policy]\nsecond_approver_above = "10.00"\n')
    ran = till.refund()
    assert (ran.code, ran.error) == (6, "refusal.approver_needed")
    assert till.refund("--approver", "Cleo").code == 0


def test_above_the_single_limit_nothing_goes(tmp_path: Path) -> None:
    till = Till(tmp_path, config='[policy]\nsingle_limit = "10.00"\nrefund_window_days = 30\n')
    ran = till.refund()
    assert (ran.code, ran.error) == (6, "refusal.over_limit")


@pytest.mark.parametrize(
    "argv",
    [
        ("refund", "--receipt", "1"),
        ("refund", "--receipt", "1", *PEOPLE),
        ("void", "--sale", "S1", "--cashier", "Anna", "--reason", "other", "--yes"),
        ("refund", "--receipt", "1", *YES, "--amount", "12.3.4"),
        ("refund", "--receipt", "1", *YES, "--approver", " "),
        ("refund", "--receipt", "1", *YES, "--reason-text", "x"),
    ],
)
def test_options_that_do_not_say_everything_are_2(till: Till, argv: tuple[str, ...]) -> None:
    ran = till.run(*argv, "--json")
    assert ran.code == 2
    assert ran.error.startswith("usage.")
    assert till.bookings == []


def test_a_card_number_in_the_reason_is_hidden_everywhere(till: Till) -> None:
    pan = "4111111111111111"
    ran = till.refund("--reason", "other", "--reason-text", f"card {pan} was wrong")
    assert ran.code == 0
    for path in till.folder.rglob("*"):
        if path.is_file():
            assert pan.encode() not in path.read_bytes(), path


def test_the_confirmation_names_the_way_that_the_policy_chose(till: Till) -> None:
    ran = till.run("refund", "--receipt", "1", *PEOPLE, typed="n\n")
    assert ran.code == 9
    assert "Cancel the sale of EUR 12.34 on card 541333******0018 now?" in ran.out
    assert "Nothing was sent" in ran.out
    assert till.run("refund", "--receipt", "1", *PEOPLE, typed="y\n").code == 0
    ran = till.run("refund", "--receipt", "1", *PEOPLE, typed="y\n")
    assert ran.code == 6


def test_questions_never_stand_between_a_scripts_results(till: Till) -> None:
    ran = till.run("refund", "--receipt", "1", *PEOPLE, "--json", typed="\n")
    assert (ran.code, ran.json["ok"]) == (9, False)
    assert "now?" in ran.err


def test_a_busy_terminal_is_waited_for_and_then_7(tmp_path: Path) -> None:
    busy = '[[step]]\non = "status"\nnth = "every"\ndo = "status"\ncode = "9C"\n'
    till = Till(tmp_path, scenario=ONE_SALE + busy)
    begun = till.clock.monotonic()
    ran = till.refund()
    assert (ran.code, ran.error) == (7, "link.busy")
    assert 60 <= till.clock.monotonic() - begun < 90
    assert ran.json["money_moved"] == "no"


def test_a_terminal_that_is_not_ready_says_what_to_do(tmp_path: Path) -> None:
    status = '[[step]]\non = "status"\nnth = "every"\ndo = "status"\ncode = "CC"\n'
    till = Till(tmp_path, scenario=ONE_SALE + status)
    ran = till.run("refund", "--receipt", "1", *YES)
    assert ran.code == 7
    assert "not ready (status CC)" in ran.err
    assert "Put paper in the printer and close it." in ran.err


def test_a_line_that_is_not_there_is_7(till: Till) -> None:
    till.line.pull()
    ran = till.refund()
    assert (ran.code, ran.error) == (7, "link.failed")
    assert ran.json["money_moved"] == "no"
    till.line.plug()
    assert till.refund().code == 0


def test_another_terminal_than_the_pinned_one_gets_nothing(tmp_path: Path) -> None:
    till = Till(tmp_path, terminal=TERMINAL + 'terminal_id = "11112222"\n')
    ran = till.run("refund", "--receipt", "1", *YES)
    assert ran.code == 7
    assert "11112222 was expected, 52500038 was found" in ran.err
    assert till.bookings == []


def test_a_receipt_number_that_the_wire_has_no_room_for_is_refused_before_arming(
    tmp_path: Path,
) -> None:
    row = "S1,12.34,2026-11-24T09:00:00+00:00,A0001,,\n"
    till = Till(tmp_path, sales=BOOK + row)
    ran = till.run("refund", "--sale", "S1", *YES, "--json")
    assert (ran.code, ran.error) == (6, "refusal.cannot_be_sent")
    assert till.run("cases", "list", "--open", "--json").out == ""
