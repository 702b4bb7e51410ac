"""Recovery: evidence, the commit-once repeat, and everything that interrupts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from drivers.errors import LinkError
from protocols.kit.vocabulary import Operation
from terminal_agent.journal.errors import JournalFull, JournalRefusal
from terminal_agent.journal.store import Journal
from terminal_agent.refund.errors import IllegalFact
from terminal_agent.refund.facts import AttemptArmed, AttemptUnknown, ResultSeenFact
from terminal_agent.refund.states import AttemptState, CaseState
from tests.cli.till import ONE_SALE
from tests.runtime.floor import Floor

if TYPE_CHECKING:
    from pathlib import Path

    from terminal_agent.refund.facts import Fact

STAY = '[terminal]\nvote = "stay"\n'


def cut(nth: int) -> str:
    """The line dies for a moment on the nth result behind the first money message."""
    return (
        '[[fault]]\ndirection = "to_ecr"\nmessage = "result"\nafter = "money"\n'
        f'nth = {nth}\ndo = "cut"\nseconds = 5\n'
    )


def money(nth: int, do: str, code: str = "") -> str:
    """What the terminal does at the nth money message."""
    more = f'code = "{code}"\n' if code else ""
    return f'[[step]]\non = "money"\nnth = {nth}\ndo = "{do}"\n{more}'


ONCE = ("I1",)
LOST = STAY + ONE_SALE + cut(1)


def states(floor: Floor) -> list[AttemptState]:
    """The attempts of the only case."""
    (case,) = floor.journal.cases()
    return [attempt.state for attempt in case.attempts]


def test_a_repeat_that_is_told_already_done_proves_the_first(tmp_path: Path) -> None:
    floor = Floor(tmp_path, scenario=LOST, proved=ONCE)
    done = floor.refund()
    assert done.resolved
    assert done.case.state is CaseState.REFUNDED
    assert states(floor) == [AttemptState.APPROVED, AttemptState.DECLINED]
    assert floor.bookings == [("void", 1234)]


def test_a_repeat_that_is_done_now_proves_that_the_first_was_not(tmp_path: Path) -> None:
    scenario = STAY + ONE_SALE + money(1, "decline", "05") + cut(1)
    floor = Floor(tmp_path, scenario=scenario, proved=ONCE)
    done = floor.refund()
    assert done.case.state is CaseState.REFUNDED
    assert states(floor) == [AttemptState.DEAD, AttemptState.APPROVED]
    assert floor.bookings == [("void", 1234)]


def test_a_repeat_that_is_refused_proves_nothing_and_is_for_people(tmp_path: Path) -> None:
    declined = money(1, "decline", "05") + money(2, "decline", "05")
    floor = Floor(tmp_path, scenario=STAY + ONE_SALE + declined + cut(1), proved=ONCE)
    done = floor.refund()
    assert done.case.state is CaseState.ATTEMPTING
    assert states(floor) == [AttemptState.PARKED, AttemptState.DECLINED]
    assert floor.bookings == []


def test_a_repeat_that_is_lost_too_leaves_all_open_until_the_next_recovery(tmp_path: Path) -> None:
    floor = Floor(tmp_path, scenario=LOST + money(2, "silent"), proved=ONCE)
    done = floor.refund()
    assert done.case.state is CaseState.ATTEMPTING
    assert AttemptState.APPROVED not in states(floor)
    (settled,) = floor.agent.finish_open()
    assert settled.case.state is CaseState.REFUNDED
    assert floor.bookings == [("void", 1234)]


def test_a_repeat_that_is_not_started_parks_the_case(tmp_path: Path) -> None:
    floor = Floor(tmp_path, scenario=LOST + money(2, "refuse", "9C"), proved=ONCE)
    done = floor.refund()
    assert states(floor)[0] is AttemptState.PARKED
    assert done.case.open_attempts


def test_a_repeat_whose_result_cannot_be_kept_stays_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = Floor(tmp_path, scenario=LOST, proved=ONCE)
    whole = Journal.append

    def append(self: Journal, *facts: Fact) -> None:
        if any(isinstance(fact, ResultSeenFact) and fact.attempt == 2 for fact in facts):
            raise JournalFull("no room", path="j")
        whole(self, *facts)

    monkeypatch.setattr(Journal, "append", append)
    done = floor.refund()
    assert isinstance(done.trouble, JournalFull)
    assert done.case.open_attempts
    assert not done.resolved


def test_a_repeat_is_never_sent_once_a_person_wants_to_stop(tmp_path: Path) -> None:
    floor = Floor(tmp_path, scenario=LOST, proved=ONCE, stop_at="step.unconfirmed")
    floor.reporter.stop_at = "step.settling"
    done = floor.refund()
    assert isinstance(done.trouble, LinkError)
    assert done.trouble.code == "link.stopped"
    assert len(states(floor)) == 1


def test_stopping_right_before_the_repeat_sends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = Floor(tmp_path, scenario=LOST, proved=ONCE)
    asked = floor.agent._recoverer._settled_look

    def look(case: object, talk: object) -> object:
        last = asked(case, talk)  # type: ignore[arg-type]
        floor.reporter._wanted = True
        return last

    monkeypatch.setattr(floor.agent._recoverer, "_settled_look", look)
    done = floor.refund()
    assert isinstance(done.trouble, LinkError)
    assert done.trouble.code == "link.stopped"
    assert states(floor) == [AttemptState.UNKNOWN]
    assert floor.bookings == [("void", 1234)]


def from_the_second_status_on(do: str) -> str:
    """What the terminal does whenever it is asked for its status, once the baseline is read."""
    step = '[[step]]\non = "status"\nnth = {}\n{}\n'
    return "".join(step.format(nth, do) for nth in range(2, 500))


def test_a_terminal_that_stays_busy_keeps_the_case_unknown(tmp_path: Path) -> None:
    busy = from_the_second_status_on('do = "status"\ncode = "9C"')
    floor = Floor(tmp_path, scenario=LOST + busy)
    begun = floor.till.clock.monotonic()
    done = floor.refund()
    assert done.trouble is not None
    assert done.trouble.code == "link.busy"
    assert floor.till.clock.monotonic() - begun > 900
    assert "terminal.busy" in floor.reporter.said
    assert states(floor) == [AttemptState.UNKNOWN]


def test_a_terminal_that_answers_no_status_is_given_up_after_a_while(tmp_path: Path) -> None:
    floor = Floor(tmp_path, scenario=LOST + from_the_second_status_on('do = "silent"'))
    done = floor.refund()
    assert done.trouble is not None
    assert done.trouble.code == "link.no_answer"
    assert "step.line_down" in floor.reporter.said
    assert states(floor) == [AttemptState.UNKNOWN]


def test_a_wrong_terminal_is_not_asked_again_and_again(tmp_path: Path) -> None:
    floor = Floor(tmp_path, scenario=STAY + ONE_SALE + cut(1).replace("seconds = 5\n", ""))
    assert floor.refund().case.open_attempts
    floor.till.line.plug()
    object.__setattr__(floor.station, "terminal_id", "11112222")
    begun = floor.till.clock.monotonic()
    (done,) = floor.agent.finish_open()
    assert done.trouble is not None
    assert done.trouble.code == "link.wrong_terminal"
    assert floor.till.clock.monotonic() - begun < 60


def test_a_disturbed_enquiry_is_no_evidence(tmp_path: Path) -> None:
    noisy = cut(3).replace('"cut"\nseconds = 5', '"garble"')
    floor = Floor(tmp_path, scenario=LOST + noisy)
    done = floor.refund()
    assert floor.reporter.said.count("step.querying") == 3  # baseline, disturbed, again
    assert done.case.state is CaseState.REFUNDED
    assert floor.bookings == [("void", 1234)]


def test_recovery_that_was_interrupted_by_a_crash_begins_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = Floor(tmp_path, scenario=LOST)
    with monkeypatch.context() as patch:
        patch.setattr(floor.agent._recoverer, "_settled_look", lambda _case, _talk: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            floor.refund()
    assert states(floor) == [AttemptState.RESOLVING]
    (done,) = floor.agent.finish_open()
    assert done.case.state is CaseState.REFUNDED


def test_an_attempt_that_was_only_armed_is_unknown_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = Floor(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(floor.station.terminal, "exchange", _die_at_money(floor))
        with pytest.raises(ZeroDivisionError):
            floor.refund()
    assert states(floor) == [AttemptState.ARMED]
    (done,) = floor.agent.finish_open()
    assert states(floor) == [AttemptState.DEAD]
    assert done.resolved
    unknown = done.case.attempts[0].unknown
    assert isinstance(unknown, AttemptUnknown)
    assert unknown.reason.value == "restarted"
    assert floor.agent.carry_out(done.case).case.state is CaseState.REFUNDED
    assert floor.bookings == [("void", 1234)]


def _die_at_money(floor: Floor) -> object:
    whole = floor.station.terminal.exchange

    def exchange(request: object, listener: object) -> object:
        if request.operation.moves_money:  # type: ignore[attr-defined]
            raise ZeroDivisionError
        return whole(request, listener)  # type: ignore[arg-type]

    return exchange


def test_a_case_without_an_open_attempt_is_given_back_as_it_is(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    done = floor.refund()
    assert floor.agent.recover(done.case).case == done.case
    assert floor.agent.carry_out(done.case).case == done.case
    with pytest.raises(IllegalFact):
        floor.agent.cancel(done.case, "Ben")


def test_an_open_case_blocks_every_other_on_its_terminal(tmp_path: Path) -> None:
    floor = Floor(tmp_path, scenario=STAY + ONE_SALE + cut(1).replace("seconds = 5\n", ""))
    first, second = floor.wish(100), floor.wish(200)
    assert floor.agent.carry_out(first).case.open_attempts
    with pytest.raises(JournalRefusal) as refused:
        floor.agent.carry_out(second)
    assert refused.value.code == "refusal.open_case"
    floor.till.line.plug()
    again = floor.agent.carry_out(floor.journal.case(first.case_id))
    assert again.case.state is CaseState.REFUNDED
    assert floor.agent.carry_out(second).case.state is CaseState.REFUNDED
    assert floor.bookings == [("refund", 100), ("refund", 200)]


def test_of_two_open_terminals_only_one_is_worked_on(tmp_path: Path) -> None:
    floor = Floor(tmp_path, scenario=STAY + ONE_SALE + cut(1).replace("seconds = 5\n", ""))
    done = floor.refund(100, Operation.REFUND)
    object.__setattr__(floor.station, "name", "bar")
    with pytest.raises(JournalRefusal) as refused:
        floor.agent.recover(done.case)
    assert refused.value.code == "refusal.case_elsewhere"
    assert floor.agent.finish_open() == []


def test_at_most_three_commits_stand_between_the_last_word_and_the_outcome(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    case = floor.wish(1234)
    before = floor.journal.commits
    assert floor.agent.carry_out(case).case.state is CaseState.REFUNDED
    assert floor.journal.commits - before == 3
    first = next(r.seq for r in floor.journal.records() if isinstance(r.fact, AttemptArmed))
    kinds = [r.kind for r in floor.journal.records(after=first - 2)]
    assert kinds[0] == "attempt_baselined"


def test_a_case_that_a_crash_left_without_its_approval_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = Floor(tmp_path)
    whole = Journal.append

    def append(self: Journal, *facts: Fact) -> None:
        if type(facts[0]).__name__ == "CaseAuthorised":
            raise ZeroDivisionError
        whole(self, *facts)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append", append)
        with pytest.raises(ZeroDivisionError):
            floor.wish(1234)
    (case,) = floor.journal.cases()
    assert case.state is CaseState.CREATED
    assert floor.agent.carry_out(case).case is case
    assert floor.refund().case.state is CaseState.REFUNDED
