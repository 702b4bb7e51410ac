"""At every byte of a job the line is cut, the power goes, the reader stalls, the cover opens.

What the report says is held against what the simulated printer has put on paper.
"""

from __future__ import annotations

import pytest

from drivers.errors import LinkError
from drivers.printers.contract import PrintReport
from drivers.printers.limits import PrintLimits
from tests.drivers.printers.stage import ID, WIRES, Stage, Wire, job, wanted

LIMITS = PrintLimits(piece_bytes=32, echo_s=6.0)
# The two questions before the job, then the job with its question for the echo.
BYTES = 6 + len(job()) + 11
# Seconds that a whole exchange may take: the limits one after the other, and one round more.
PATIENCE_S = 2 * LIMITS.answer_s + 2 * LIMITS.stall_s + LIMITS.echo_s + 4 * LIMITS.answer_s


def printed(stage: Stage) -> PrintReport | None:
    """One try; None where the driver said that not a byte left."""
    begun = stage.clock.monotonic()
    try:
        report = stage.driver.print(job(), ID)
    except LinkError:
        report = None
    assert stage.clock.monotonic() - begun <= PATIENCE_S
    return report


def judge(stage: Stage, report: PrintReport | None) -> None:
    """The facts of a report against the paper, as it is when the printer has done all it can."""
    before = stage.rows
    stage.settle()
    rows = stage.rows
    assert rows == wanted()[: len(rows)], "a line is on paper twice, or out of order"
    if report is None or report.written == 0:
        assert rows == [], "nothing left us, and something is on paper"
    if report is not None:
        assert report.written <= report.total
        assert not (report.echoed and report.lost)
        assert not (report.echoed and report.waiting)
        assert not report.refused or report.written == 0
        if report.echoed:
            assert before == wanted(), "echoed without paper"
            assert [paper.cut for paper in stage.printer.papers] == [True]


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
@pytest.mark.parametrize("fault", ["pull", "power-loss"])
def test_a_line_or_power_that_goes_at_any_byte_is_reported_as_it_is(fault: str, wire: Wire) -> None:
    reports = []
    for byte in range(BYTES + 1):
        stage = Stage(wire, limits=LIMITS)
        stage.fault(fault, byte)
        report = printed(stage)
        judge(stage, report)
        assert report is None or not report.echoed or byte >= BYTES
        reports.append(report)
    assert any(report and report.written > 0 for report in reports)


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
@pytest.mark.parametrize("fault", ["stall", "cover-open"])
def test_what_stops_at_any_byte_and_is_mended_goes_on_without_a_second_line(
    fault: str, wire: Wire
) -> None:
    resumed = 0
    for byte in range(BYTES + 1):
        stage = Stage(wire, limits=LIMITS)
        stage.fault(fault, byte)
        report = printed(stage)
        stage.heal()
        if report is None or report.written == 0 or report.echoed:
            judge(stage, report)
            continue
        after = stage.driver.resume(ID)
        judge(stage, after)
        assert after.echoed
        resumed += 1
    assert resumed > len(job()) // 2


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
def test_a_roll_that_ends_at_any_row_is_waited_for_and_the_rest_follows_on_the_new_one(
    wire: Wire,
) -> None:
    for rows in range(8):
        stage = Stage(wire, limits=LIMITS)
        stage.fault("paper-out", rows)
        report = printed(stage)
        assert report is not None
        if rows == 0:
            assert report.refused
            assert stage.rows == []
            continue
        if not report.echoed:
            assert report.waiting
            assert report.status.can_print is False
            stage.heal()
            report = stage.driver.resume(ID)
        assert report.echoed
        stage.settle()
        assert stage.rows == wanted()


@pytest.mark.parametrize("byte", range(0, BYTES, 7))
def test_a_job_that_another_process_sent_can_be_waited_for(byte: int) -> None:
    stage = Stage(limits=LIMITS)
    stage.fault("cover-open", byte)
    report = printed(stage)
    stage.driver.close()
    stage.heal()
    if report is None or report.written < report.total:
        return
    after = stage.new_driver().resume(ID)
    assert (after.written, after.total) == (0, 0)
    # The echo may have gone to nobody while the line was closed; never does it come without paper.
    if after.echoed:
        assert stage.rows == wanted()
    stage.settle()
    assert stage.rows == wanted()


@pytest.mark.parametrize("byte", range(7, BYTES, 5))
def test_after_clear_nothing_of_a_stopped_job_follows(byte: int) -> None:
    stage = Stage(limits=LIMITS)
    stage.fault("cover-open", byte)
    printed(stage)
    before = stage.rows
    assert stage.driver.clear()
    stage.heal()
    stage.settle()
    assert stage.rows == before
