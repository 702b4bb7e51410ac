"""The cashier is led to an intent; leaving at any question decides nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.kit.money import Amount
from protocols.kit.vocabulary import Operation
from terminal_agent.console.asker import Cancelled
from terminal_agent.console.cashier import LISTED, SEARCHES, lead
from terminal_agent.console.desk import Intent, Phrase, RefusalView, WayView
from terminal_agent.prompts import Reason
from tests.console.stage import EUR, SPENT, TWICE, WHOLE, SmallDesk, Stage, sale

# cashier, reason, receipt number, matches?, amount (default), customer agrees, approver, final
SCRIPT = ("Ann", "2", "17", "y", "", "y", "Bob", "y")


def test_a_whole_dialogue_gives_the_intent() -> None:
    stage, desk = Stage(*SCRIPT), SmallDesk()
    assert lead(desk, stage.asker, stage.texts) == Intent(
        sale_id=WHOLE.sale_id,
        amount=Amount(2000, EUR),
        way=Operation.VOID,
        reason=Reason.CHARGED_TWICE,
        reason_text="",
        cashier="Ann",
        approvers=("Bob",),
    )
    assert desk.asked == [
        ("decide", WHOLE.sale_id, 2000),
        ("alike", WHOLE.sale_id, 2000),
        ("may_approve", WHOLE.sale_id, 2000, "Ann", ("Bob",)),
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_person_sees_sale_way_reason_and_card_before_the_last_confirmation(
    language: str,
) -> None:
    stage = Stage(*SCRIPT, language=language)
    assert isinstance(lead(SmallDesk(), stage.asker, stage.texts), Intent)
    last = stage.texts.line("step.final_confirm_void", amount="EUR 20.00", pan="476173******0119")
    before = stage.shown[: stage.shown.index(last)]
    for wanted in (
        "2026-11-24 10:31",
        "0017",
        "EUR 20.00",
        "VISA 476173******0119",
        stage.texts.line("step.way_void", amount="EUR 20.00"),
        stage.texts.line("why.full_amount"),
    ):
        assert wanted in before


BEFORE = Phrase(
    "step.again_refunded",
    {"amount": "EUR 20.00", "when": "2026-11-24 09:30", "case": "RF-20261124-0001"},
)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_earlier_refund_of_the_same_amount_is_asked_about_before_anybody_approves(
    language: str,
) -> None:
    typed = (*SCRIPT[:6], "y", *SCRIPT[6:])
    stage = Stage(*typed, language=language)
    assert isinstance(lead(SmallDesk(before=BEFORE), stage.asker, stage.texts), Intent)
    for part in ("RF-20261124-0001", "2026-11-24 09:30"):
        assert stage.shown.index(part) < stage.shown.index(stage.texts.line("step.approver", n=1))


def test_who_did_not_mean_a_second_one_leaves_and_nobody_approves() -> None:
    stage, desk = Stage(*SCRIPT[:6], "n"), SmallDesk(before=BEFORE)
    assert lead(desk, stage.asker, stage.texts) == Cancelled("step.again_refunded")
    assert "may_approve" not in [asked[0] for asked in desk.asked]


@pytest.mark.parametrize("left_at", range(len(SCRIPT)))
@pytest.mark.parametrize("how", ["q", None])
def test_leaving_at_any_question_is_a_cancellation(left_at: int, how: str | None) -> None:
    typed = SCRIPT[:left_at] + ((how,) if how else ())
    stage = Stage(*typed)
    ended = lead(SmallDesk(), stage.asker, stage.texts)
    assert ended == Cancelled(
        (
            "step.cashier",
            "step.reason",
            "step.find_original",
            "step.verify_record",
            "step.amount",
            "step.confirm_customer",
            "step.approver",
            "step.final_confirm_void",
        )[left_at]
    )


@pytest.mark.parametrize(("answers", "key"), [(5, "confirm_customer"), (7, "final_confirm_void")])
def test_a_no_is_a_cancellation(answers: int, key: str) -> None:
    stage = Stage(*SCRIPT[:answers], "n")
    assert lead(SmallDesk(), stage.asker, stage.texts) == Cancelled(f"step.{key}")


def test_wrong_answers_on_the_way_change_nothing() -> None:
    stage = Stage(
        "x" * 50, "Ann", "9", "2", "none", "404", "17", "what", "y", "21", "0", "", "y", "ann",
        "Bob", "", "y",
    )  # fmt: skip
    assert lead(SmallDesk(), stage.asker, stage.texts) == Cancelled("step.final_confirm_void")
    assert "No sale with the receipt number 404." in stage.shown
    assert "The most is EUR 20.00." in stage.shown
    assert "ann takes part in this already." in stage.shown


def test_who_is_signed_on_is_not_asked() -> None:
    stage = Stage(*SCRIPT[1:])
    intent = lead(SmallDesk(), stage.asker, stage.texts, cashier="Eve")
    assert isinstance(intent, Intent)
    assert intent.cashier == "Eve"


def test_another_reason_wants_a_sentence() -> None:
    stage = Stage("Ann", "5", "x", "broken glass", *SCRIPT[2:])
    intent = lead(SmallDesk(), stage.asker, stage.texts)
    assert isinstance(intent, Intent)
    assert (intent.reason, intent.reason_text) == (Reason.OTHER, "broken glass")


def test_a_part_goes_back_as_a_refund_when_the_desk_says_so() -> None:
    desk = SmallDesk(answer=WayView(Operation.REFUND, (Phrase("why.partial"),)))
    stage = Stage("Ann", "1", "0017", "y", "5,50", "y", "Bob", "y")
    intent = lead(desk, stage.asker, stage.texts)
    assert isinstance(intent, Intent)
    assert (intent.way, intent.amount) == (Operation.REFUND, Amount(550, EUR))
    assert "Refund EUR 5.50 to card 476173******0119 now?" in stage.shown


def test_the_sale_can_be_chosen_from_the_list() -> None:
    stage = Stage("Ann", "1", "0", "1", *SCRIPT[3:])
    intent = lead(SmallDesk(), stage.asker, stage.texts)
    assert isinstance(intent, Intent)
    assert intent.sale_id == WHOLE.sale_id


def test_two_sales_with_one_receipt_number_are_told_apart_by_the_person() -> None:
    stage = Stage("Ann", "1", "19", "2", *SCRIPT[3:])
    intent = lead(SmallDesk(), stage.asker, stage.texts)
    assert isinstance(intent, Intent)
    assert intent.sale_id == TWICE[1].sale_id


def test_a_sale_that_does_not_match_is_looked_for_again() -> None:
    stage = Stage("Ann", "1", "18", "n", *SCRIPT[2:])
    assert isinstance(lead(SmallDesk(), stage.asker, stage.texts), Intent)


def test_looking_for_the_sale_ends_after_some_tries() -> None:
    stage = Stage("Ann", "1", *["0"] * (SEARCHES + 1))
    assert lead(SmallDesk(listed=()), stage.asker, stage.texts) == Cancelled("step.find_original")
    assert stage.shown.count("no sale that could be refunded") == SEARCHES


def test_a_long_list_stays_on_one_screen() -> None:
    many = [sale(f"{n:04}", 100, 100) for n in range(1, 60)]
    stage = Stage("Ann", "1", "0", "q")
    lead(SmallDesk(listed=many), stage.asker, stage.texts)
    assert stage.shown.count("left EUR 1.00") == LISTED


def test_a_sale_with_nothing_left_is_refused_with_the_sums() -> None:
    stage = Stage("Ann", "1", "18", "y")
    ended = lead(SmallDesk(), stage.asker, stage.texts)
    assert ended == RefusalView(
        "refusal.over_remaining", {"amount": SPENT.amount, "rest": SPENT.remaining}
    )
    assert "No money has moved." in stage.shown


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_refusal_of_the_policy_is_shown_and_given_back(language: str) -> None:
    refusal = RefusalView("refusal.over_window", {"days": 30})
    stage = Stage(*SCRIPT, language=language)
    assert lead(SmallDesk(answer=refusal), stage.asker, stage.texts) == refusal
    for sentence in stage.texts.message("refusal.over_window", {"days": 30}).lines():
        assert sentence in stage.shown


def test_an_approver_who_may_not_is_refused() -> None:
    refusal = RefusalView("refusal.not_allowed_to_approve", {"person": "Bob"})
    stage = Stage(*SCRIPT)
    assert lead(SmallDesk(objection=refusal), stage.asker, stage.texts) == refusal
    assert "Bob may not approve refunds." in stage.shown


def test_two_approvers_are_two_people_besides_the_cashier() -> None:
    desk = SmallDesk(answer=WayView(Operation.REFUND, approvals=2))
    stage = Stage(*SCRIPT[:6], "Bob", "bob", "Ann", "Eve", "y")
    intent = lead(desk, stage.asker, stage.texts)
    assert isinstance(intent, Intent)
    assert intent.approvers == ("Bob", "Eve")
    assert "Approver number 2" in stage.shown


@given(st.lists(st.text(alphabet="0179yqnAB \t\x1b退", max_size=6), max_size=40))
def test_whatever_is_typed_the_dialogue_ends_and_an_intent_is_always_lawful(
    typed: list[str],
) -> None:
    stage = Stage(*typed)
    ended = lead(SmallDesk(), stage.asker, stage.texts)
    if isinstance(ended, Intent):
        assert 0 < ended.amount.minor <= 2000
        assert ended.cashier not in ended.approvers
    assert "\x1b" not in stage.shown
