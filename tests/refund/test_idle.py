"""A terminal's words count only after unbroken idleness that is longer than its horizon."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal_agent.refund.idle import IdleWatch, Sign


def test_idle_for_longer_than_the_horizon_is_enough() -> None:
    watch = IdleWatch(10, gap_s=5)
    assert watch.remaining_s(0) == 10
    assert [watch.feed(now, Sign.IDLE) for now in (0, 4, 8, 10, 10.5)] == [False] * 4 + [True]
    assert watch.remaining_s(12) == 0


@pytest.mark.parametrize("sign", [sign for sign in Sign if sign is not Sign.IDLE])
def test_anything_but_idle_starts_the_wait_again(sign: Sign) -> None:
    watch = IdleWatch(10, gap_s=5)
    for now in (0, 4, 8):
        watch.feed(now, Sign.IDLE)
    assert not watch.feed(9, sign)
    assert watch.remaining_s(9) == 10
    assert [watch.feed(now, Sign.IDLE) for now in (11, 15, 19, 21, 22)] == [False] * 4 + [True]


def test_a_gap_between_two_idle_answers_is_no_unbroken_idleness() -> None:
    watch = IdleWatch(10, gap_s=5)
    watch.feed(0, Sign.IDLE)
    assert not watch.feed(60, Sign.IDLE)
    assert watch.remaining_s(61) == 9


def test_a_clock_that_steps_back_starts_the_wait_again() -> None:
    watch = IdleWatch(10, gap_s=100)
    watch.feed(50, Sign.IDLE)
    assert not watch.feed(40, Sign.IDLE)
    assert not watch.feed(50, Sign.IDLE)
    assert watch.feed(50.5, Sign.IDLE)


def test_without_a_horizon_one_idle_answer_is_enough() -> None:
    assert not IdleWatch(0).feed(5, Sign.BUSY)
    assert IdleWatch(0).feed(5, Sign.IDLE)


def test_a_negative_horizon_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError):
        IdleWatch(-1)


SIGNS = st.lists(st.tuples(st.floats(0, 4), st.sampled_from(Sign)), max_size=60)


@given(SIGNS)
def test_it_is_satisfied_exactly_when_the_idle_stretch_is_longer(
    signs: list[tuple[float, Sign]],
) -> None:
    watch, now, since = IdleWatch(7, gap_s=5), 0.0, None
    for pause, sign in signs:
        now += pause
        since = None if sign is not Sign.IDLE else now if since is None else since
        assert watch.feed(now, sign) == (since is not None and now - since > 7)
