"""Each thing that can go wrong between terminal and acquirer, and what the ledger then says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from simulators.acquirer import layout
from simulators.acquirer import messages as m
from simulators.acquirer.frame import FrameReader
from simulators.acquirer.jobs import End
from simulators.acquirer.settings import FAULT_KEYS, HostSettings
from tests.simulators.acquirer import PAN, Pair

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.acquirer.jobs import Outcome
    from simulators.bank import BookingKind

DAY_S: Final = 86_400.0
TIMEOUT_S: Final = HostSettings().timeout_s
UNDONE: Final = (End.FAILED, None)
REFUSED: Final = (End.DECLINED, None)
DONE: Final = (End.APPROVED, 1000)

# What a fault does to a sale or a void: the end that the terminal shows, and what stands.
REVERSIBLE: Final = [
    ("lose_request", {}, UNDONE),
    ("lose_answer", {}, UNDONE),
    ("slow", {"seconds": 30.0}, DONE),
    ("slow", {"seconds": 90.0}, UNDONE),  # the reversal is there first, and is remembered
    ("late", {"seconds": 30.0}, DONE),
    ("late", {"seconds": 90.0}, UNDONE),
    ("overtaken", {}, UNDONE),
    ("duplicate", {}, DONE),  # the second one is answered 94, and nobody listens
    ("break_request_mac", {}, REFUSED),
    ("break_answer_mac", {}, UNDONE),
    ("unreadable_answer", {}, UNDONE),
    ("code", {"code": "A2"}, DONE),  # approved though not 00
    ("code", {"code": "51"}, REFUSED),
    ("code", {"code": "94"}, UNDONE),  # may have worked: not taken for a refusal
    ("code", {"code": "96"}, UNDONE),
    ("close_batch", {}, REFUSED),
]
LOST: Final = (End.LOST, None)
LOST_MONEY: Final = (End.LOST, 1000)  # the terminal shows "failed", and the money has moved
# The same for a refund, which nothing undoes.
IRREVERSIBLE: Final = [
    ("lose_request", {}, LOST),
    ("lose_answer", {}, LOST_MONEY),
    ("slow", {"seconds": 90.0}, LOST_MONEY),
    ("late", {"seconds": 30.0}, DONE),
    ("late", {"seconds": 90.0}, LOST_MONEY),
    ("duplicate", {}, DONE),
    ("break_request_mac", {}, REFUSED),
    ("break_answer_mac", {}, LOST_MONEY),
    ("unreadable_answer", {}, LOST_MONEY),
    ("code", {"code": "A2"}, DONE),
    ("code", {"code": "94"}, LOST),
    ("code", {"code": "51"}, REFUSED),
    ("partial", {"amount_minor": 300}, (End.APPROVED, 300)),
    ("close_batch", {}, REFUSED),
]

Fault = tuple[str, dict[str, object], tuple[End, int | None]]


def ended(pair: Pair) -> tuple[End, int | None]:
    """How the last request ended, and what of it stands long after."""
    pair.wait(4 * TIMEOUT_S)
    view = pair.views[-1]
    booking = pair.stands(view)
    assert view.outcome is not None
    return view.outcome.end, None if booking is None else booking.amount_minor


def struck(kind: BookingKind, fault: Fault, settings: HostSettings | None = None) -> Pair:
    """A sale, and then one request of a kind under a fault."""
    do, more, _ = fault
    pair = Pair(settings or HostSettings())
    sale = pair.ask("sale")
    pair.fault(kind, do, **more)
    pair.ask(kind, original=None if kind == "sale" else sale)
    return pair


@pytest.mark.parametrize("kind", ["sale", "void"])
@pytest.mark.parametrize("fault", REVERSIBLE, ids=lambda fault: f"{fault[0]} {fault[1]}")
def test_a_sale_or_void_ends_as_it_is_shown(kind: BookingKind, fault: Fault) -> None:
    pair = struck(kind, fault)
    assert ended(pair) == fault[2]
    assert pair.disagreements() == []
    assert pair.client.memory.pending is None


@pytest.mark.parametrize("fault", IRREVERSIBLE, ids=lambda fault: f"{fault[0]} {fault[1]}")
def test_a_refund_without_an_answer_is_never_undone(fault: Fault) -> None:
    pair = struck("refund", fault)
    assert ended(pair) == fault[2]
    lost = fault[2] == LOST_MONEY
    assert len(pair.disagreements()) == lost
    assert bool(pair.client.memory.incidents) == (fault[2][0] is End.LOST)


@pytest.mark.parametrize("fault", IRREVERSIBLE, ids=lambda fault: f"{fault[0]} {fault[1]}")
def test_where_the_acquirer_knows_a_reversal_of_refunds_they_end_as_shown(fault: Fault) -> None:
    pair = struck("refund", fault, HostSettings(refund_reversal=True))
    ended(pair)
    assert pair.disagreements() == []


def test_a_refund_that_was_overtaken_is_booked_when_it_arrives() -> None:
    pair = struck("refund", ("overtaken", {}, LOST))
    assert ended(pair) == LOST
    overtaken = pair.views[-1]
    pair.ask("sale", 100)
    assert pair.disagreements() == [overtaken]
    assert pair.stands(overtaken) is not None


def test_every_fault_is_in_the_tables() -> None:
    assert {fault[0] for fault in (*REVERSIBLE, *IRREVERSIBLE)} == set(FAULT_KEYS)


# --- the reversal ------------------------------------------------------------------------------


def reversals(pair: Pair) -> list[layout.Fields]:
    """Every reversal that was sent."""
    found = [layout.decode(message) for message in pair.sent]
    return [fields for fields in found if fields["t"] == m.REVERSAL]


@pytest.mark.parametrize(
    ("do", "more", "reason"),
    [
        ("lose_answer", {}, "98"),
        ("break_answer_mac", {}, "A0"),
        ("unreadable_answer", {}, "06"),
        ("code", {"code": "96"}, "06"),
    ],
)
def test_a_reversal_says_why_and_repeats_the_message_it_undoes(
    do: str, more: dict[str, object], reason: str
) -> None:
    pair = struck("void", (do, more, UNDONE))
    (reversal,) = reversals(pair)
    original = layout.decode(pair.sent[-2])
    assert reversal["39"] == reason
    for number in ("2", "3", "4", "11", "14", "22", "25", "41", "42", "49", "60", "61"):
        assert reversal[number] == original[number]
    assert not {"37", "62", "63"} & set(reversal)


def test_a_terminal_that_cannot_complete_reverses_with_96() -> None:
    pair = Pair()
    assert pair.undo(pair.ask("sale")).end is End.FAILED
    (reversal,) = reversals(pair)
    assert reversal["39"] == "96"
    assert ended(pair)[1] is None
    assert pair.disagreements() == []


def test_a_reversal_is_repeated_and_what_is_not_answered_stays_owed() -> None:
    pair = Pair()
    pair.fault("sale", "lose_answer")
    pair.fault("reversal", "lose_request", nth=None)
    assert pair.ask("sale").end is End.OWED
    assert len(reversals(pair)) == HostSettings().tries
    assert pair.stands(pair.views[0]) is not None, "shown as failed, and the money has moved"
    pair.front.calm()
    assert pair.ask("sale").end is End.APPROVED
    assert [layout.decode(sent)["t"] for sent in pair.sent[-2:]] == ["0400", "0200"]
    assert pair.disagreements() == []


def test_nothing_is_sent_while_a_reversal_is_owed_that_nobody_answers() -> None:
    pair = Pair()
    pair.fault("sale", "lose_answer")
    pair.fault("reversal", "lose_answer", nth=None)
    pair.ask("sale")
    for kind in ("sale", "refund"):
        assert pair.ask(kind).end is End.FAILED
    assert pair.settle().end is End.FAILED
    asked = [layout.decode(sent)["t"] for sent in pair.sent]
    assert asked.count("0200") == 1
    assert {"0220", "0500"}.isdisjoint(asked)
    assert pair.disagreements() == [], "the acquirer has undone it; only its answers were lost"


@pytest.mark.parametrize("code", ["00", "12", "25"])
def test_these_answers_close_a_reversal(code: str) -> None:
    pair = Pair()
    pair.fault("sale", "lose_request")
    pair.fault("reversal", "code", code=code)
    assert pair.ask("sale").end is End.FAILED
    assert len(reversals(pair)) == 1
    assert pair.client.memory.pending is None


@pytest.mark.parametrize("do", ["code", "break_answer_mac", "unreadable_answer"])
def test_other_answers_leave_a_reversal_open_and_it_is_tried_again(do: str) -> None:
    pair = Pair()
    pair.fault("sale", "lose_answer")
    pair.fault("reversal", do, **({"code": "96"} if do == "code" else {}))
    assert pair.ask("sale").end is End.FAILED
    assert len(reversals(pair)) == 2
    assert pair.disagreements() == []


def test_it_is_durable_before_the_original_is_sent_and_goes_out_at_the_next_start() -> None:
    pair = Pair()
    pair.ask("sale")
    pair.fault("sale", "lose_answer")
    pair.begin("sale")
    assert pair.saved.pending is not None
    assert pair.saved.pending.reason == ""
    pair.power_cut()
    assert pair.stands(pair.views[-1]) is not None
    pair.start_up()
    assert [layout.decode(sent)["t"] for sent in pair.sent[-2:]] == ["0800", "0400"]
    assert pair.disagreements() == []


@pytest.mark.parametrize("seconds", [DAY_S, 0.0])
def test_a_reversal_of_yesterday_is_thrown_away_by_a_terminal_with_that_fault(
    seconds: float,
) -> None:
    pair = Pair(HostSettings(drops_at_midnight=True))
    pair.fault("sale", "lose_answer")
    pair.begin("sale")
    pair.power_cut()
    pair.clock.step_wall(seconds)
    pair.start_up()
    dropped = seconds > 0
    assert len(reversals(pair)) == (not dropped)
    assert len(pair.disagreements()) == dropped, "money has moved, and the terminal shows no sale"
    assert len(pair.client.memory.incidents) == dropped
    assert pair.client.memory.pending is None


def test_a_reversal_that_cannot_be_built_is_deleted_and_the_money_stays() -> None:
    pair = Pair(HostSettings(unbuildable=True))
    pair.fault("void", "lose_answer")
    sale = pair.ask("sale")
    assert pair.ask("void", original=sale).end is End.FAILED
    assert pair.disagreements() == [pair.views[-1]]
    assert reversals(pair) == []
    assert "cannot be built" in pair.client.memory.incidents[0]


def test_an_acquirer_that_forgets_what_it_could_not_reverse_books_the_original_behind_it() -> None:
    for forgets in (False, True):
        pair = Pair(HostSettings(forgets_reversals=forgets))
        pair.fault("sale", "overtaken")
        assert pair.ask("sale").end is End.FAILED
        pair.wait(TIMEOUT_S)
        assert len(pair.disagreements()) == forgets


def test_a_late_answer_is_never_taken_for_another_ones() -> None:
    pair = Pair()
    pair.fault("refund", "late", seconds=TIMEOUT_S + 1)
    pair.ask("refund", 700)
    assert pair.ask("refund", 500).amount_minor == 500
    pair.wait(TIMEOUT_S)
    assert pair.client.strays == 1
    assert pair.views[0].outcome is not None
    assert pair.views[0].outcome.end is End.LOST


def test_a_reversal_across_the_end_of_the_batch_still_undoes() -> None:
    pair = Pair()
    pair.fault("sale", "lose_answer")
    pair.fault("reversal", "close_batch")
    assert pair.ask("sale").end is End.FAILED
    assert pair.disagreements() == []


# --- what the acquirer refuses -----------------------------------------------------------------


def void_twice(pair: Pair, sale: Outcome) -> Outcome:
    pair.ask("void", original=sale)
    return pair.ask("void", original=sale)


def void_other_amount(pair: Pair, sale: Outcome) -> Outcome:
    return pair.ask("void", 900, original=sale)


def void_a_void(pair: Pair, sale: Outcome) -> Outcome:
    return pair.ask("void", original=pair.ask("void", original=sale))


def void_after_settlement(pair: Pair, sale: Outcome) -> Outcome:
    pair.settle()
    return pair.ask("void", original=sale)


def void_behind_a_refund(pair: Pair, sale: Outcome) -> Outcome:
    pair.ask("refund", 100, original=sale)
    return pair.ask("void", original=sale)


def void_of_nothing(pair: Pair, _sale: Outcome) -> Outcome:
    return pair.ask("void")


def refund_too_much(pair: Pair, sale: Outcome) -> Outcome:
    pair.ask("refund", 600, original=sale)
    return pair.ask("refund", 401, original=sale)


def refund_a_voided(pair: Pair, sale: Outcome) -> Outcome:
    pair.ask("void", original=sale)
    return pair.ask("refund", original=sale)


def refund_a_refund(pair: Pair, sale: Outcome) -> Outcome:
    return pair.ask("refund", original=pair.ask("refund", original=sale))


def another_card(pair: Pair, sale: Outcome) -> Outcome:
    pair.client._card = m.Card("6222029999999999993"[:15] + "0009")
    return pair.ask("refund", original=sale)


@pytest.mark.parametrize(
    ("story", "code"),
    [
        (void_twice, "22"),
        (void_other_amount, "64"),
        (void_a_void, "12"),
        (void_after_settlement, "12"),
        (void_behind_a_refund, "22"),
        (void_of_nothing, "25"),
        (refund_too_much, "64"),
        (refund_a_voided, "22"),
        (refund_a_refund, "12"),
        (another_card, "14"),
    ],
)
def test_what_contradicts_the_ledger_is_refused_with_its_code(
    story: Callable[[Pair, Outcome], Outcome], code: str
) -> None:
    pair = Pair()
    outcome = story(pair, pair.ask("sale"))
    assert (outcome.end, outcome.code) == (End.DECLINED, code)
    assert pair.disagreements() == []


def test_a_voided_void_leaves_a_sale_that_can_be_voided_again() -> None:
    pair = Pair()
    sale = pair.ask("sale")
    pair.undo(pair.ask("void", original=sale))
    assert pair.ask("void", original=sale).end is End.APPROVED
    assert pair.disagreements() == []


def test_a_refund_after_settlement_is_booked_and_parts_add_up_to_the_sale() -> None:
    pair = Pair()
    sale = pair.ask("sale")
    pair.settle()
    assert [pair.ask("refund", 500, original=sale).code for _ in range(3)] == ["00", "00", "64"]
    assert pair.bank.refunded_minor() == 1000


# --- settlement and sign-on --------------------------------------------------------------------


def test_a_settlement_compares_totals_and_opens_the_next_batch() -> None:
    pair = Pair()
    sale = pair.ask("sale", 1250)
    pair.ask("refund", 250, original=sale)
    assert pair.settle(m.Sums(1250, 1, 250, 1)).code == "1"
    assert pair.client.memory.batch == pair.host.ledger.batch == "000002"
    pair.ask("sale", 100)
    assert pair.settle(m.Sums(999, 1, 0, 0)).code == "2"
    assert pair.client.memory.incidents == ["the acquirer's totals of the batch differ"]


def test_the_totals_disclose_a_refund_whose_answer_was_lost() -> None:
    pair = Pair()
    pair.fault("refund", "lose_answer")
    pair.ask("refund", 500)
    assert pair.settle(m.Sums()).code == "2"


@pytest.mark.parametrize("do", ["lose_request", "lose_answer", "unreadable_answer"])
def test_a_settlement_without_an_answer_is_repeated(do: str) -> None:
    pair = Pair()
    pair.ask("sale")
    pair.fault("settlement", do)
    assert pair.settle().end is End.APPROVED
    assert pair.host.ledger.batch == "000002"


@pytest.mark.parametrize(
    ("do", "more"), [("lose_request", {}), ("code", {"code": "97"}), ("unreadable_answer", {})]
)
def test_without_a_sign_on_no_money_is_asked_for(do: str, more: dict[str, object]) -> None:
    pair = Pair()
    pair.fault("sign_on", do, **more)
    assert pair.ask("sale").end is End.FAILED
    assert [layout.decode(sent)["t"] for sent in pair.sent] == ["0800"]
    assert pair.ask("sale").end is End.APPROVED


@pytest.mark.parametrize("key_bytes", [8, 16])
def test_keys_of_both_lengths_are_handed_out_and_used(key_bytes: int) -> None:
    pair = Pair(HostSettings(key_bytes=key_bytes))
    assert pair.ask("sale").end is End.APPROVED
    assert layout.decode(pair.sent[0])["60"].endswith("001" if key_bytes == 8 else "003")


def test_after_a_bad_check_value_the_terminal_signs_on_before_it_tries_again() -> None:
    pair = Pair()
    pair.fault("sale", "break_request_mac")
    assert pair.ask("sale").code == "A0"
    assert pair.ask("sale").end is End.APPROVED
    assert [layout.decode(sent)["t"] for sent in pair.sent] == ["0800", "0200", "0800", "0200"]


def test_an_acquirer_that_cannot_be_reached_has_booked_nothing_and_nothing_is_owed() -> None:
    pair = Pair()
    pair.ask("sale")
    pair.reachable = False
    assert pair.ask("sale").end is End.FAILED
    assert pair.client.memory.pending is None
    assert pair.disagreements() == []


# --- what is never shown -----------------------------------------------------------------------


def test_no_card_number_is_in_what_is_kept_or_shown() -> None:
    pair = Pair()
    pair.fault("sale", "lose_answer")
    pair.fault("reversal", "lose_request", nth=None)
    pair.ask("sale")
    kept = [
        pair.host.ledger.to_json(),
        pair.bank.ledger(),
        pair.client.memory.to_json(),
        pair.client.memory,
        m.Card(PAN),
        FrameReader().feed(pair.last),
    ]
    assert pair.client.memory.pending is not None
    for thing in kept:
        assert PAN[6:15] not in repr(thing)
    assert pair.host.ledger.entries[0].card == "622202*********0003"
