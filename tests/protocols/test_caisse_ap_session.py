"""The till's side of Caisse-AP: written once, tied to our CF, and never sure without a reason."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

import pytest

from protocols.caisse_ap.messages import parse
from protocols.caisse_ap.session import STRAGGLER_S, CaisseApSession
from protocols.kit.errors import BadField
from protocols.kit.money import Amount, Currency
from protocols.kit.session import Finished, Note, ReceiptText, Request, SessionSettings
from protocols.kit.vocabulary import Booking, Operation, Outcome
from tests.protocols.caisse_ap_peer import DONE, EUR, OURS, REFUND, REFUSED, VOID, Peer, items

REPRINT = Request(Operation.REPRINT)


def end(peer: Peer) -> tuple[Outcome, str]:
    assert peer.result is not None
    return peer.result.outcome, peer.result.reason


# --- what goes out -----------------------------------------------------------------------------


@pytest.mark.parametrize(("request_", "action"), [(REFUND, "1"), (VOID, "2")])
def test_a_money_request_is_one_message_with_our_reference_and_the_answer_at_the_end(
    request_: Request, action: str
) -> None:
    peer = Peer()
    peer.begin(request_)
    (send,) = peer.sends
    assert send.money
    text = f"CZ0040300CJ012012345678901CA00201CE003978BA0010CD001{action}CB0041250CF018{OURS}"
    assert send.data == text.encode()


def test_the_newer_version_carries_the_reference_in_ch_as_well() -> None:
    peer = Peer("payxpert")
    peer.begin()
    message = parse(peer.sends[0].data)
    assert message.text("version") == "0320"
    assert message.text("till_reference") == message.text("private") == OURS


def test_small_amounts_have_two_digits() -> None:
    peer = Peer()
    peer.begin(replace(REFUND, amount=Amount(5, EUR)))
    assert b"CB00205" in peer.sends[0].data


def test_a_sale_has_a_form_too() -> None:
    peer = Peer()
    peer.begin(replace(REFUND, operation=Operation.SALE))
    assert b"CD0010" in peer.sends[0].data


@pytest.mark.parametrize(
    "request_",
    [
        replace(REFUND, amount=None),
        replace(REFUND, amount=Amount(1250, Currency.of("USD"))),
        replace(REFUND, reference=""),
        replace(REFUND, reference="x" * 100),
    ],
)
def test_what_has_no_place_on_the_wire_is_refused_before_it_is_sent(request_: Request) -> None:
    peer = Peer()
    with pytest.raises(BadField):
        peer.begin(request_)
    peer.begin()
    assert len(peer.sends) == 1


@pytest.mark.parametrize(
    ("operation", "outcome"),
    [
        (Operation.CONNECT, Outcome.APPROVED),
        (Operation.DISCONNECT, Outcome.APPROVED),
        (Operation.INITIALISE, Outcome.APPROVED),
        (Operation.STATUS, Outcome.APPROVED),
        (Operation.END_OF_DAY, Outcome.DECLINED),
        (Operation.DIAGNOSE, Outcome.DECLINED),
        (Operation.ABORT, Outcome.DECLINED),
    ],
)
def test_what_the_protocol_has_no_form_for_ends_at_once(
    operation: Operation, outcome: Outcome
) -> None:
    peer = Peer()
    peer.begin(Request(operation))
    assert end(peer) == (outcome, "not_offered")
    assert peer.result is not None
    assert peer.result.line_clean
    assert (peer.result.status is not None) == (operation is Operation.STATUS)
    assert not peer.sends
    assert peer.session.deadline is None


# --- a good answer -----------------------------------------------------------------------------


def test_an_answer_is_durable_at_once_and_the_verdict_comes_with_the_silence_behind_it() -> None:
    peer = Peer()
    peer.begin()
    peer.hear(DONE)
    assert [seen.record.booking for seen in peer.seen] == [Booking.APPROVED]
    assert peer.session.deadline is None
    peer.durable()
    assert peer.session.deadline == pytest.approx(peer.now + 0.5)
    assert peer.result is None
    peer.wait_out()
    assert end(peer) == (Outcome.APPROVED, "completed")
    assert peer.result is not None
    record = peer.result.record
    assert record is not None
    assert (record.amount_minor, record.currency, record.auth_code) == (1250, "978", "123456")
    assert (record.kind, record.reference) == (Operation.REFUND, OURS)
    assert peer.result.line_clean


@pytest.mark.parametrize("size", [1, 7, 25, 60])
def test_an_answer_in_pieces_is_put_together(size: int) -> None:
    peer = Peer()
    peer.begin()
    for at in range(0, len(DONE), size):
        peer.hear(DONE[at : at + size])
        if peer.seen and peer.session.deadline is None:
            peer.durable()
    peer.wait_out()
    assert end(peer) == (Outcome.APPROVED, "completed")
    assert peer.result is not None
    assert peer.result.record is not None
    assert peer.result.record.auth_code == "123456"


def test_a_peer_that_hangs_up_behind_its_answer_has_ended_it() -> None:
    peer = Peer()
    peer.begin()
    peer.hear(DONE)
    peer.durable()
    peer.hang_up()
    assert end(peer) == (Outcome.APPROVED, "completed")
    assert peer.result is not None
    assert peer.result.line_clean
    assert peer.session.deadline is None


def test_a_refusal_may_leave_the_amount_out() -> None:
    result = Peer().answered(REFUSED)
    assert (result.outcome, result.reason) == (Outcome.DECLINED, "refused")
    assert result.result_code == "0104"
    assert result.result_text == "caisse_ap.result.0104"
    assert result.line_clean


def test_the_silence_is_not_scaled_to_nothing() -> None:
    peer = Peer(scale=1000.0)
    peer.begin()
    assert peer.session.deadline == pytest.approx(0.18)
    peer.hear(DONE)
    peer.durable()
    assert peer.session.deadline == pytest.approx(peer.now + 0.1)


def test_a_slip_comes_along_with_card_numbers_hidden() -> None:
    text = b64encode(b"REMBOURSEMENT\r\n4111111111111111  \r\n").decode()
    peer = Peer()
    peer.answered(DONE, f"AK{len(text):03d}{text}".encode())
    assert peer.told == [ReceiptText(("REMBOURSEMENT", "411111******1111"), last=True)]


@pytest.mark.parametrize("text", ["", "no base64!"])
def test_a_slip_that_cannot_be_read_is_none(text: str) -> None:
    peer = Peer()
    result = peer.answered(DONE, f"AK{len(text):03d}{text}".encode())
    assert peer.told == []
    assert result.outcome is Outcome.APPROVED


# --- whose answer ------------------------------------------------------------------------------


def test_an_answer_with_another_reference_is_not_ours() -> None:
    peer = Peer()
    peer.begin()
    peer.hear(DONE.replace(b"0007-1", b"0006-1"))
    assert not peer.seen
    assert peer.session.deadline == pytest.approx(180.0)
    peer.wait_out()
    assert end(peer) == (Outcome.UNKNOWN, "timeout")


def test_our_answer_behind_a_foreign_one_is_found() -> None:
    peer = Peer()
    peer.begin()
    peer.hear(DONE.replace(b"0007-1", b"0006-1"))
    peer.hear(REFUSED)
    peer.durable()
    peer.wait_out()
    assert end(peer) == (Outcome.DECLINED, "refused")
    assert peer.result is not None
    assert not peer.result.line_clean


def test_another_ch_is_not_ours_either() -> None:
    peer = Peer("payxpert")
    peer.begin()
    peer.hear(DONE + b"CH003abc")
    assert not peer.seen
    peer.wait_out()
    assert end(peer) == (Outcome.UNKNOWN, "timeout")


def test_a_ch_where_we_sent_none_is_the_terminal_s_own() -> None:
    assert Peer().answered(DONE, b"CH003abc").outcome is Outcome.APPROVED


@pytest.mark.parametrize("rest", [b"CH003abc", b"CB0041250"], ids=["another's", "twice"])
def test_what_follows_may_take_an_answer_back(rest: bytes) -> None:
    ended = Peer("payxpert").answered(DONE, rest)
    assert (ended.outcome, ended.reason) == (Outcome.UNKNOWN, "garbled")
    peer = Peer()
    peer.begin(REPRINT)
    peer.hear(items(AE="10"))
    peer.hear(b"AE00210")
    peer.wait_out()
    assert end(peer) == (Outcome.UNKNOWN, "garbled")


@pytest.mark.parametrize("answer", [DONE, REFUSED], ids=["done", "refused"])
def test_an_answer_without_our_reference_proves_nothing_where_it_must_come_back(
    answer: bytes,
) -> None:
    bare = answer.replace(f"CF018{OURS}".encode(), b"")
    peer = Peer()
    peer.begin()
    peer.hear(bare)
    assert not peer.seen
    assert peer.session.deadline == pytest.approx(peer.now + STRAGGLER_S)
    peer.wait_out()
    assert end(peer) == (Outcome.UNKNOWN, "unclear")
    assert Peer("no-echo").answered(bare).outcome is not Outcome.UNKNOWN


def test_a_reference_where_we_sent_none_is_not_ours() -> None:
    peer = Peer("no-echo")
    peer.begin(replace(REFUND, reference=None))
    assert b"CF" not in peer.sends[0].data
    peer.hear(DONE)
    assert not peer.seen
    peer.wait_out()
    assert end(peer) == (Outcome.UNKNOWN, "timeout")


# --- not sure ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "reason"), [("01", "00"), ("01", "07"), ("10", "04"), ("02", "01")]
)
def test_a_result_that_does_not_say_so_is_unclear(result: str, reason: str) -> None:
    peer = Peer()
    ended = peer.answered(items(CF=OURS, CB="1250", AE=result, AF=reason))
    assert (ended.outcome, ended.reason) == (Outcome.UNKNOWN, "unclear")
    assert ended.record is not None
    assert ended.record.booking is Booking.UNKNOWN
    assert ended.result_code == result + reason
    assert [seen.record.booking for seen in peer.seen] == [Booking.UNKNOWN]


def test_taken_into_account_is_not_the_end() -> None:
    peer = Peer()
    peer.begin()
    peer.hear(items(CF=OURS, AE="11"))
    assert peer.session.deadline == pytest.approx(180.0)
    peer.hear(DONE)
    peer.durable()
    peer.wait_out()
    assert end(peer) == (Outcome.APPROVED, "completed")
    peer.begin()
    peer.hear(items(CF=OURS, AE="11"))
    peer.wait_out()
    assert end(peer) == (Outcome.UNKNOWN, "timeout")


@pytest.mark.parametrize(
    "answer",
    [
        items(CA="01", CE="978", CD="1", CB="1250", CF=OURS),  # no AE
        items(CF=OURS, AE="10"),  # no amount of what was done
        items(CF=OURS, AE="01"),  # no reason of what was not
    ],
    ids=["no AE", "no CB", "no AF"],
)
@pytest.mark.parametrize("hang_up", [True, False])
def test_an_answer_that_lacks_something_is_unknown_never_failed(
    answer: bytes, *, hang_up: bool
) -> None:
    peer = Peer()
    peer.begin()
    peer.hear(answer)
    if hang_up:
        peer.hang_up()
    else:
        peer.wait_out()
    assert peer.result is not None
    assert peer.result.outcome is Outcome.UNKNOWN
    assert not peer.result.line_clean


def test_the_rest_of_an_answer_may_still_come() -> None:
    peer = Peer()
    peer.begin()
    peer.hear(items(CF=OURS, AE="10"))
    peer.now += 20.0
    peer.hear(b"CB0041250")
    peer.durable()
    peer.wait_out()
    assert end(peer) == (Outcome.APPROVED, "completed")


@pytest.mark.parametrize(
    "other",
    [
        {"CB": "1251"},
        {"CE": "840"},
        {"CD": "0"},
    ],
)
def test_a_result_of_something_else_is_a_mismatch(other: dict[str, str]) -> None:
    values = {"CE": "978", "CD": "1", "CB": "1250", "CF": OURS, "AE": "10", **other}
    ended = Peer().answered(items(**values))
    assert (ended.outcome, ended.reason) == (Outcome.UNKNOWN, "mismatch")


def test_answers_that_contradict_each_other_decide_nothing() -> None:
    peer = Peer()
    peer.begin()
    peer.hear(DONE)
    peer.durable()
    peer.hear(REFUSED)
    peer.wait_out()
    assert end(peer) == (Outcome.UNKNOWN, "contradiction")


def test_an_answer_that_changes_its_mind_while_it_comes_decides_nothing() -> None:
    peer = Peer()
    ended = peer.answered(items(CF=OURS, CB="1250", AE="10"), b"AF00204")
    assert (ended.outcome, ended.reason) == (Outcome.UNKNOWN, "contradiction")


def test_the_same_answer_twice_is_one() -> None:
    ended = Peer().answered(DONE, DONE)
    assert ended.outcome is Outcome.APPROVED
    assert not ended.line_clean


@pytest.mark.parametrize("before", [b"", DONE], ids=["at once", "behind the answer"])
def test_bytes_that_are_no_item_end_it_as_garbled(before: bytes) -> None:
    peer = Peer()
    peer.begin()
    if before:
        peer.hear(before)
        peer.durable()
    peer.hear(b"\x05\x06")
    assert end(peer) == (Outcome.UNKNOWN, "garbled")


def test_damage_while_the_journal_writes_counts_at_the_end() -> None:
    peer = Peer()
    peer.begin()
    peer.hear(DONE)
    peer.hear(b"!")
    peer.do(peer.session.tick(peer.now))
    peer.durable()
    peer.wait_out()
    assert end(peer) == (Outcome.UNKNOWN, "garbled")


def test_a_message_that_cannot_be_read_is_damage() -> None:
    peer = Peer()
    peer.begin()
    peer.hear(items(AE="1x") + DONE)
    assert end(peer) == (Outcome.UNKNOWN, "garbled")


def test_endless_chatter_ends() -> None:
    peer = Peer()
    peer.begin()
    peer.hear(DONE)
    peer.durable()
    for _ in range(40):
        if peer.result is None:
            peer.hear(DONE)
    assert end(peer) == (Outcome.UNKNOWN, "garbled")


# --- loss --------------------------------------------------------------------------------------


def test_silence_is_unknown() -> None:
    peer = Peer()
    peer.begin()
    peer.do(peer.session.tick(179.0))
    assert peer.result is None
    peer.wait_out()
    assert end(peer) == (Outcome.UNKNOWN, "timeout")
    assert len(peer.sends) == 1


def test_a_line_that_dies_is_unknown_unless_nothing_was_written() -> None:
    peer = Peer()
    peer.begin()
    peer.hang_up()
    assert end(peer) == (Outcome.UNKNOWN, "line_lost")
    peer.begin()
    peer.hang_up(nothing_written=True)
    assert end(peer) == (Outcome.NOT_SENT, "nothing_written")
    peer.begin()
    peer.hear(b"C")
    peer.hang_up(nothing_written=True)
    assert end(peer) == (Outcome.UNKNOWN, "line_lost")


def test_a_line_that_dies_before_the_result_is_durable_is_unknown() -> None:
    peer = Peer()
    peer.begin()
    peer.hear(DONE)
    peer.hang_up()
    assert end(peer) == (Outcome.UNKNOWN, "line_lost")
    assert peer.result is not None
    assert peer.result.record is not None


def test_between_requests_nothing_happens() -> None:
    peer = Peer()
    peer.hear(DONE)
    peer.do(peer.session.tick(5.0))
    peer.hang_up()
    assert peer.result is None
    assert peer.seen == []


def test_an_abort_has_no_form() -> None:
    peer = Peer()
    peer.begin()
    peer.do(peer.session.abort(1.0))
    assert [type(told) for told in peer.told] == [Note]
    assert peer.result is None


# --- the duplicate -----------------------------------------------------------------------------


@pytest.mark.parametrize("operation", [Operation.REPRINT, Operation.LAST_TRANSACTION])
def test_a_duplicate_shows_a_record_that_proves_nothing(operation: Operation) -> None:
    peer = Peer()
    peer.begin(Request(operation))
    (send,) = peer.sends
    assert not send.money
    assert send.data == b"CZ0040300CJ012012345678901CA00201CE003978BA0010CD0013"
    peer.hear(items(CD="3", CB="1250", CF=OURS, AE="10", AP="241126"))
    assert not peer.seen
    peer.wait_out()
    assert end(peer) == (Outcome.APPROVED, "completed")
    assert peer.result is not None
    record = peer.result.record
    assert record is not None
    assert (record.booking, record.kind) == (Booking.UNKNOWN, None)
    assert (record.reference, record.amount_minor, record.date) == (OURS, 1250, "241126")
    assert peer.result.line_clean


def test_the_answer_to_a_booking_is_no_duplicate_and_a_bare_one_tells_nothing_of_the_original() -> (
    None
):
    peer = Peer()
    peer.begin(REPRINT)
    peer.hear(DONE)
    assert peer.session.deadline == pytest.approx(60.0)
    peer.hear(items(CB="1250", AE="10"))
    peer.wait_out()
    assert end(peer) == (Outcome.APPROVED, "completed")
    assert peer.result is not None
    assert peer.result.record is not None
    assert peer.result.record.booking is Booking.UNKNOWN
    assert not peer.result.line_clean


def test_a_refused_duplicate_is_an_answer() -> None:
    peer = Peer()
    peer.begin(REPRINT)
    peer.hear(items(CD="3", AE="01", AF="12"))
    peer.hang_up()
    assert end(peer) == (Outcome.DECLINED, "refused")
    assert peer.result is not None
    assert peer.result.record is None


def test_a_duplicate_that_never_comes_is_no_answer_and_half_a_one_is_none_either() -> None:
    peer = Peer()
    peer.begin(REPRINT)
    peer.wait_out()
    assert end(peer) == (Outcome.UNKNOWN, "timeout")
    peer.begin(REPRINT)
    peer.hear(items(CD="3", CB="1250"))
    peer.hear(items(AE="11"))
    peer.wait_out()
    assert end(peer) == (Outcome.DECLINED, "unclear")


def test_a_terminal_without_duplicates_is_not_asked() -> None:
    session = CaisseApSession(SessionSettings("generic", "tcp"))
    object.__setattr__(session, "_profile", replace(session._profile, has_duplicate=False))
    (finished,) = session.begin(REPRINT, 0.0)
    assert isinstance(finished, Finished)
    assert finished.result.reason == "not_offered"
