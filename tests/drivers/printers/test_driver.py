"""The print exchange against every fault of the simulated printer, on every kind of line."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from drivers.errors import LinkError, LinkRefused, PrinterLost
from drivers.printers.driver import EscPosPrinter
from drivers.printers.limits import PrintLimits
from drivers.printers.memory import MemoryPrinterLink
from drivers.printers.prober import Prober
from printing.errors import BadSheet
from printing.escpos.questions import CLEAR, NOTHING, Identity, Question, ask, ask_echo
from printing.profile import PrinterProfile
from printing.status import Paper, PrinterStatus
from simulators.printer.faults import FAULTS
from tests.drivers.printers.stage import HONEST, ID, WIRES, Stage, Wire, job, wanted

BLIND = PrinterProfile()
NO_ECHO = PrinterProfile(answers=True)
each_wire = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report must say of a fault: exactly these, whatever the line."""

    sent: bool = True
    echoed: bool = False
    waiting: bool = False
    refused: bool = False
    whole: bool = False  # the slip is on paper in the end


# Faults as they are set before the job. Those that wait for a byte are swept elsewhere.
EXPECTED = {
    "paper-out": Facts(sent=False, refused=True),
    "near-end": Facts(echoed=True, whole=True),
    "cover-open": Facts(sent=False, refused=True),
    "cutter": Facts(waiting=True, whole=True),
    "slow": Facts(echoed=True, whole=True),
    "late": Facts(echoed=True, whole=True),
    "silent": Facts(sent=False),
    "no-process-id": Facts(whole=True),
    "constant-id": Facts(whole=True),
    "noise": Facts(echoed=True, whole=True),
    "says-paper": Facts(echoed=True, whole=True),
    # It says more than what is true, behind the true answers here.
    "status-noise": Facts(echoed=True, whole=True),
    # This lie cannot be found out: here it is told before the paper, and the paper comes.
    "early-echo": Facts(echoed=True, whole=True),
    "power-loss": Facts(sent=False),
    "pull": Facts(sent=False),
    "stall": Facts(sent=False),
}


def test_every_fault_has_its_facts() -> None:
    assert EXPECTED.keys() == FAULTS.keys()


@each_wire
@pytest.mark.parametrize("fault", EXPECTED)
def test_the_report_of_each_fault_is_true(fault: str, wire: Wire) -> None:
    stage, facts = Stage(wire), EXPECTED[fault]
    stage.fault(fault)
    try:
        report = stage.driver.print(job(), ID)
    except LinkError:
        assert not facts.sent
        assert stage.rows == []
        return
    assert (report.written == report.total) is facts.sent
    assert (report.written == 0) is not facts.sent
    assert report.echoed is facts.echoed
    assert report.waiting is facts.waiting
    assert report.refused is facts.refused
    stage.settle()
    assert stage.rows == (wanted() if facts.whole else [])


def test_an_honest_printer_says_that_the_slip_is_on_paper() -> None:
    stage = Stage()
    report = stage.driver.print(job(), ID)
    assert report.echoed
    assert report.written == report.total == len(job()) + len(ask_echo(ID))
    assert report.status == PrinterStatus(paper=Paper.PRESENT, offline=False)
    assert stage.printer.papers[0].text == "".join(f"{line}\n" for line in wanted())


def test_a_status_tells_everything_and_prints_nothing() -> None:
    stage = Stage()
    assert stage.driver.status().can_print
    stage.fault("cutter")
    stage.driver.print(job(), ID)
    status = stage.driver.status()
    assert status == PrinterStatus(paper=Paper.PRESENT, offline=True, cover_open=False, error=True)
    stage.fault("near-end")
    assert stage.driver.status().paper is Paper.NEAR_END


def test_a_blind_printer_is_sent_everything_and_asked_nothing() -> None:
    stage = Stage(profile=BLIND)
    report = stage.driver.print(job(), ID)
    assert (report.written, report.total) == (len(job()), len(job()))
    assert not report.echoed
    assert not report.status.said
    stage.settle()
    assert stage.rows == wanted()
    assert stage.printer.received == len(job())


def test_a_line_without_a_way_back_is_blind_whatever_the_profile_says() -> None:
    stage = Stage(profile=HONEST, readable=False)
    report = stage.driver.print(job(), ID)
    assert (report.written, report.echoed) == (len(job()), False)
    assert not stage.driver.status().said
    assert not stage.driver.clear()


def test_a_blind_printer_that_takes_no_more_is_reported_as_holding_the_job() -> None:
    stage = Stage(profile=BLIND)
    stage.fault("stall", 20)
    report = stage.driver.print(job(), ID)
    assert (report.written, report.waiting) == (20, True)


def test_without_a_process_id_the_driver_looks_whether_the_printer_stops() -> None:
    stage = Stage(profile=NO_ECHO)
    begun = stage.clock.monotonic()
    report = stage.driver.print(job(), ID)
    assert (report.written, report.echoed, report.waiting) == (len(job()), False, False)
    assert stage.clock.monotonic() - begun <= stage.limits.settle_s + stage.limits.answer_s
    stage.fault("paper-out", 2)
    report = stage.driver.print(job(), ID)
    assert report.waiting
    assert report.status.paper is Paper.OUT


def test_an_id_of_another_job_proves_nothing() -> None:
    stage = Stage(profile=HONEST)
    stage.fault("no-process-id")
    assert not stage.driver.print(job(), b"1111").echoed
    stage.printer.clear_fault(stage.clock.monotonic())
    stage.fault("constant-id")
    assert not stage.driver.print(job(), b"2222").echoed


def test_an_echo_that_came_too_late_for_its_job_counts_for_that_job_alone() -> None:
    limits = PrintLimits(echo_s=1.0)
    stage = Stage(limits=limits)
    stage.fault("slow", 2_000)
    assert not stage.driver.print(job(), b"1111").echoed
    stage.printer.clear_fault(stage.clock.monotonic())
    stage.settle()
    assert stage.driver.resume(b"1111").echoed
    assert not stage.driver.resume(b"2222").echoed


def test_an_echo_from_before_the_job_is_not_its_echo() -> None:
    stage = Stage(limits=PrintLimits(echo_s=1.0))
    assert stage.driver.print(job(), ID).echoed
    stage.fault("no-process-id")
    assert not stage.driver.print(job(), ID).echoed


def test_an_id_that_cannot_be_sent_is_refused_before_a_byte_leaves() -> None:
    stage = Stage()
    with pytest.raises(BadSheet):
        stage.driver.print(job(), b"\x01\x02\x03\x04")
    assert stage.printer.received == 0


def test_while_a_part_of_a_job_is_in_the_printer_no_other_job_is_sent() -> None:
    stage = Stage()
    stage.fault("stall", 60)
    first = stage.driver.print(job(), b"1111")
    assert 0 < first.written < first.total
    second = stage.driver.print(job(), b"2222")
    assert (second.written, second.refused) == (0, True)
    stage.printer.clear_fault(stage.clock.monotonic())
    assert stage.driver.resume(b"1111").echoed
    assert stage.driver.print(job(), b"2222").echoed
    assert stage.rows == wanted() * 2


def test_after_clear_another_job_may_come() -> None:
    stage = Stage()
    stage.fault("stall", 60)
    stage.driver.print(job(), b"1111")
    stage.printer.clear_fault(stage.clock.monotonic())
    assert stage.driver.clear()
    rows = stage.rows
    assert stage.driver.print(job(), b"2222").echoed
    assert stage.rows == rows + wanted()


def test_a_printer_that_does_not_say_so_has_not_cleared() -> None:
    stage = Stage()
    stage.fault("silent")
    assert not stage.driver.clear()
    stage.fault("pull", 3)
    assert not stage.driver.clear()
    assert not Stage(profile=BLIND).driver.clear()


def test_a_line_that_died_between_two_jobs_is_opened_once_more() -> None:
    stage = Stage()
    assert stage.driver.print(job(), b"1111").echoed
    stage.printer.power_off()
    stage.printer.power_on(stage.clock.monotonic())
    stage.line.close()
    stage.line.open()
    assert stage.driver.print(job(), b"2222").echoed
    stage.printer.pull()
    with pytest.raises(LinkRefused):
        stage.driver.print(job(), b"3333")
    with pytest.raises(LinkError):
        stage.driver.status()
    stage.printer.plug()
    assert stage.driver.print(job(), b"4444").echoed
    assert stage.rows == wanted() * 3


def test_a_line_that_dies_twice_in_the_questions_is_an_error_and_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage()
    stage.driver.status()
    reads = 0

    def read(timeout_s: float) -> bytes:
        nonlocal reads
        reads += 1
        raise ConnectionError("gone")

    monkeypatch.setattr(stage.line, "read", read)
    with pytest.raises(PrinterLost):
        stage.driver.print(job(), ID)
    assert reads == 2
    assert stage.rows == []


@pytest.mark.parametrize("echo_first", [False, True])
def test_a_line_that_dies_while_the_word_is_waited_for_is_reported(
    monkeypatch: pytest.MonkeyPatch, echo_first: bool
) -> None:
    stage = Stage()
    stage.fault("slow", 100)
    real, said = stage.line.read, [b"\x37\x22" + ID + b"\0"] if echo_first else []

    def read(timeout_s: float) -> bytes:
        if stage.printer.received < len(NOTHING) + 6 + len(job()) + len(ask_echo(ID)):
            return real(timeout_s)
        if said:
            return said.pop()
        raise ConnectionError("gone")

    monkeypatch.setattr(stage.line, "read", read)
    report = stage.driver.print(job(), ID)
    assert report.written == report.total
    assert report.echoed is echo_first
    assert report.lost == ("" if echo_first else "printer.lost")
    assert not report.waiting


def test_a_prober_on_a_line_that_dies_says_so() -> None:
    for what in ("identity", "echoes", "late_echo"):
        stage = Stage()
        prober = Prober(MemoryPrinterLink(stage.line), stage.clock, HONEST)
        prober.status()
        stage.printer.pull()
        with pytest.raises(PrinterLost):
            {
                "identity": lambda to=prober: to.identity(Identity.MODEL),
                "echoes": lambda to=prober: to.echoes(ID, 1.0),
                "late_echo": lambda to=prober: to.late_echo(ID, 1.0),
            }[what]()


def test_closing_twice_and_unopened_is_harmless() -> None:
    stage = Stage()
    stage.driver.close()
    stage.driver.status()
    stage.driver.close()
    stage.driver.close()
    assert stage.driver.description == "simulated printer"
    assert stage.driver.profile is HONEST


def test_times_are_divided_and_sizes_are_not() -> None:
    limits = PrintLimits(piece_bytes=100, echo_s=30.0).scaled(10)
    assert (limits.piece_bytes, limits.echo_s, limits.answer_s) == (100, 3.0, 0.1)


def test_the_status_of_a_printer_that_says_nothing_is_what_its_line_knows() -> None:
    stage = Stage()
    stage.fault("silent")

    class KnowingLink:
        description = "knowing"
        readable = True

        def __init__(self) -> None:
            self.told = PrinterStatus(paper=Paper.OUT)
            self.gone = False

        def open(self) -> None:
            pass

        def close(self) -> None:
            pass

        def write(self, data: bytes, timeout_s: float) -> int:
            return len(data)

        def read(self, timeout_s: float) -> bytes:
            stage.clock.wait(timeout_s)
            return b""

        def port_status(self) -> PrinterStatus:
            if self.gone:
                raise PrinterLost("gone")
            return self.told

    link = KnowingLink()
    driver = EscPosPrinter(link, stage.clock, HONEST)
    assert driver.status() == link.told
    link.gone = True
    with pytest.raises(PrinterLost):
        driver.status()


@pytest.mark.parametrize("asked", [ask(question) for question in Question] + [CLEAR])
def test_a_question_that_was_broken_off_does_not_eat_the_head_of_the_next_slip(
    asked: bytes,
) -> None:
    for cut in range(1, len(asked)):
        stage = Stage()
        stage.printer.receive(asked[:cut], stage.clock.monotonic())
        report = stage.driver.print(job(), ID)
        assert report.echoed
        assert stage.rows == wanted()
