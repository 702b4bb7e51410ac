"""Virtual time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from drivers.clock import Clock
from simulators.clock import ScaledClock, SimulatedClock


def as_a_driver_takes_it(clock: Clock) -> Clock:
    return clock


def test_waiting_jumps_and_moves_both_times_alike() -> None:
    clock = as_a_driver_takes_it(SimulatedClock())
    before, wall = clock.monotonic(), clock.wall()
    clock.wait(90.5)
    assert clock.monotonic() - before == 90.5
    assert clock.wall() - wall == timedelta(seconds=90.5)


def test_a_wait_of_nothing_or_less_changes_nothing() -> None:
    clock = SimulatedClock()
    before = clock.monotonic()
    clock.wait(0)
    clock.wait(-3)
    clock.advance_to(before - 1)
    assert clock.monotonic() == before


def test_the_time_of_day_may_step_back_while_the_other_time_does_not() -> None:
    clock = SimulatedClock(datetime(2026, 1, 1, tzinfo=UTC))
    before = clock.monotonic()
    clock.step_wall(-3600)
    assert clock.wall() == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert clock.monotonic() == before


def test_a_scaled_clock_knows_how_long_virtual_time_really_is() -> None:
    clock = ScaledClock(20.0)
    assert clock.real_s(5.0) == 0.25
    first = clock.monotonic()
    assert 0 <= first <= clock.monotonic()
    assert clock.wall().tzinfo is not None
