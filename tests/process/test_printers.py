"""Printers as processes: `printer-simulator` on a pty and over TCP, and the real lines to them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.clock import SystemClock
from drivers.errors import LinkError
from drivers.printers.driver import EscPosPrinter
from drivers.printers.factory import build_link
from drivers.printers.limits import PrintLimits
from printing.profile import PrinterProfile
from simulators.pytest_plugin import TIME_SCALE, PrinterFactory
from simulators.testing import PrinterSimulator

HONEST = PrinterProfile(answers=True, process_id=True)
LIMITS = PrintLimits(echo_s=200.0).scaled(TIME_SCALE)
JOB = b"\x1b@" + b"".join(b"LINE %02d\n" % n for n in range(5)) + b"\x1dVB\0"
LINES = [f"LINE {n:02d}" for n in range(5)]


def link_of(simulator: PrinterSimulator) -> str:
    """Its line as the configuration names it."""
    device = simulator.device
    return f"serial:{device}?baud=115200" if device.startswith("/") else f"tcp://{device}"


def driver_of(simulator: PrinterSimulator) -> EscPosPrinter:
    clock = SystemClock()
    return EscPosPrinter(build_link(link_of(simulator), clock), clock, HONEST, LIMITS)


def lines(simulator: PrinterSimulator) -> list[object]:
    """The lines of each paper."""
    return [paper["lines"] for paper in simulator.papers()]


@pytest.mark.parametrize("tcp", [False, True], ids=["pty", "tcp"])
def test_a_slip_goes_over_a_real_line_and_lies_in_the_folder(
    printer_simulator: PrinterFactory, tmp_path: Path, tcp: bool
) -> None:
    simulator = printer_simulator(tcp=tcp, options=("--papers", str(tmp_path)))
    printer = driver_of(simulator)
    assert printer.status().can_print
    report = printer.print(JOB, b"AB12")
    printer.close()
    assert report.echoed
    assert lines(simulator) == [LINES]
    assert (tmp_path / "paper-0001.txt").read_text().splitlines() == LINES
    assert (tmp_path / "paper-0001.png").read_bytes().startswith(b"\x89PNG")
    assert simulator.stop() == 0


@pytest.mark.parametrize("tcp", [False, True], ids=["pty", "tcp"])
def test_a_roll_that_ends_is_changed_and_the_slip_goes_on(
    printer_simulator: PrinterFactory, tcp: bool
) -> None:
    simulator = printer_simulator(tcp=tcp, faults=("paper-out=3",))
    printer = driver_of(simulator)
    report = printer.print(JOB, b"AB12")
    assert (report.echoed, report.waiting) == (False, True)
    assert lines(simulator) == [LINES[:3]]
    simulator.command("paper")
    assert printer.resume(b"AB12").echoed
    printer.close()
    assert lines(simulator) == [LINES[:3], LINES[3:]]


def test_a_network_printer_without_power_is_not_there_and_comes_back(
    printer_simulator: PrinterFactory,
) -> None:
    simulator = printer_simulator(tcp=True)
    printer = driver_of(simulator)
    assert printer.print(JOB, b"AB12").echoed
    simulator.command("power off")
    assert lines(simulator) == [LINES]
    with pytest.raises(LinkError):
        printer.print(JOB, b"AB13")
    simulator.command("power on")
    assert lines(simulator) == [LINES]
    assert printer.print(JOB, b"AB14").echoed
    printer.close()
    assert lines(simulator) == [LINES, LINES]


def test_power_that_goes_in_the_middle_leaves_no_word_and_no_whole_slip(
    printer_simulator: PrinterFactory,
) -> None:
    simulator = printer_simulator(tcp=True, faults=("power-loss=50",))
    printer = driver_of(simulator)
    report = printer.print(JOB, b"AB12")
    printer.close()
    assert not report.echoed
    assert report.written > 0
    assert report.lost
    assert lines(simulator) in ([], [LINES[:1]])


def test_a_serial_printer_that_is_pulled_out_is_found_again_under_its_name(
    printer_simulator: PrinterFactory, tmp_path: Path
) -> None:
    name = tmp_path / "printer"
    simulator = printer_simulator(options=("--pty-link", str(name)))
    printer = driver_of(simulator)
    assert printer.print(JOB, b"AB12").echoed
    simulator.command("pull")
    assert lines(simulator) == [LINES]
    with pytest.raises(LinkError):
        printer.print(JOB, b"AB13")
    simulator.command("plug")
    assert lines(simulator) == [LINES]
    assert printer.print(JOB, b"AB14").echoed
    printer.close()


def test_a_reader_that_stalls_holds_nobody_up(printer_simulator: PrinterFactory) -> None:
    simulator = printer_simulator(faults=("stall=30",))
    limits = PrintLimits(stall_s=0.3, echo_s=0.3, answer_s=0.2, settle_s=0.1)
    clock = SystemClock()
    printer = EscPosPrinter(build_link(link_of(simulator), clock), clock, HONEST, limits)
    begun = clock.monotonic()
    report = printer.print(JOB * 2000, b"AB12")
    printer.close()
    assert clock.monotonic() - begun < 10
    assert not report.echoed
    assert 0 < report.written < report.total
    assert report.waiting


def test_the_program_tests_a_printer(printer_simulator: PrinterFactory, tmp_path: Path) -> None:
    simulator = printer_simulator(tcp=True, columns=48)
    config = tmp_path / "config.toml"
    config.write_text(
        f'[printer.till]\nlink = "{link_of(simulator)}"\ncolumns = 48\nanswers = true\n'
        f"process_id = true\n[time]\nscale = {TIME_SCALE}\n"
    )
    words = (sys.executable, "-m", "terminal_agent", "--config", str(config), "printer", "test")
    done = subprocess.run([*words, "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "done"
    assert any("48-----" in str(line) for line in simulator.papers()[0]["lines"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "arguments",
    [(), ("--pty", "--tcp", "127.0.0.1:0"), ("--tcp", "nowhere"), ("--pty", "--fault", "jam"),
     ("--tcp", "127.0.0.1:0", "--pty-link", "x"), ("--tcp", "192.0.2.1:1")],
)  # fmt: skip
def test_arguments_that_cannot_be_used_are_refused(arguments: tuple[str, ...]) -> None:
    words = [sys.executable, "-m", "simulators.printer", *arguments]
    done = subprocess.run(words, capture_output=True, text=True, check=False, input="")
    assert done.returncode == 2
    assert done.stderr


def test_the_faults_are_listed() -> None:
    words = [sys.executable, "-m", "simulators.printer", "--list-faults"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "power-loss[=N]" in done.stdout


def test_a_command_that_there_is_not_is_told_and_a_folder_that_cannot_be_written_too(
    printer_simulator: PrinterFactory, tmp_path: Path
) -> None:
    (tmp_path / "papers").write_text("a file in its place")
    simulator = printer_simulator(tcp=True, options=("--papers", str(tmp_path / "papers")))
    printer = driver_of(simulator)
    assert printer.print(JOB, b"AB12").echoed
    printer.close()
    simulator.command("nonsense")
    assert lines(simulator) == [LINES]
    assert "'nonsense' is no command" in simulator.log
    assert "cannot be kept" in simulator.log
