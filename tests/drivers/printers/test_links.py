"""The lines to printers: what they take is counted, nothing waits for ever, troubles have hints."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from drivers.errors import (
    BadLinkSettings,
    LinkError,
    LinkRefused,
    NoPermission,
    PortMissing,
    PrinterLost,
)
from drivers.printers.contract import PrinterLink
from drivers.printers.device_file import DeviceFileLink
from drivers.printers.factory import build_link, build_printer
from drivers.printers.memory import MemoryPrinterLink
from drivers.printers.serial import (
    SerialPrinterLink,
    SerialPrinterSettings,
    open_printer_port,
)
from drivers.printers.spool import SpoolLink, ToolAnswer, queues, run_tool, spooler
from drivers.printers.tcp import TcpPrinterLink, TcpPrinterSettings
from printing.profile import PrinterProfile
from simulators.clock import SimulatedClock

posix = pytest.mark.skipif(os.name != "posix", reason="needs pseudo terminals")


def keep_writing(link: PrinterLink) -> None:
    """A system may notice only after a write that the other side has gone."""
    for _ in range(3):
        link.write(b"x", 0.1)
        link.read(0.1)


# -- network --------------------------------------------------------------------------------------


class Pair:
    """Two ends of a connection in this process."""

    def __init__(self) -> None:
        self.ours, self.printer = socket.socketpair()
        self.link = TcpPrinterLink(
            TcpPrinterSettings("printer.example"), connect=lambda where, timeout_s: self.ours
        )


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Pair:
    """A network printer; a socket pair knows no options of TCP."""
    monkeypatch.setattr(socket.socket, "setsockopt", lambda *words: None)
    pair = Pair()
    pair.link.open()
    return pair


def test_a_network_printer_is_written_to_and_heard(pair: Pair) -> None:
    assert pair.link.write(b"slip", 1.0) == 4
    assert pair.printer.recv(10) == b"slip"
    pair.printer.send(b"\x12")
    assert pair.link.read(1.0) == b"\x12"
    assert pair.link.read(0.0) == b""
    pair.printer.close()
    pair.link.close()
    pair.link.close()
    assert pair.link.description == "network printer printer.example:9100"


def test_a_network_printer_that_takes_no_more_is_counted_and_not_waited_for(pair: Pair) -> None:
    total = 0
    while count := pair.link.write(bytes(65_536), 0.0):
        total += count
    assert total > 0
    assert pair.link.write(b"x", 0.01) == 0
    pair.printer.close()
    pair.link.close()


def test_a_network_printer_that_hangs_up_is_lost(pair: Pair) -> None:
    pair.printer.close()
    with pytest.raises(PrinterLost):
        pair.link.read(1.0)
    with pytest.raises(PrinterLost) as caught:
        keep_writing(pair.link)
    assert caught.value.written == 0
    pair.link.close()
    with pytest.raises(PrinterLost):
        pair.link.write(b"x", 0.1)


def test_at_a_goodbye_what_the_printer_still_says_is_read_so_that_nothing_is_reset(
    pair: Pair,
) -> None:
    pair.link.write(b"slip", 1.0)
    pair.printer.send(b"\x10\0\0\0" * 10)
    pair.printer.shutdown(socket.SHUT_WR)
    pair.link.close()
    assert pair.printer.recv(10) == b"slip"
    assert pair.printer.recv(10) == b""
    pair.printer.close()


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "no"), LinkRefused, "printer.refused"),
        (TimeoutError("slow"), LinkRefused, "printer.refused"),
        (OSError(errno.EHOSTUNREACH, "no"), LinkRefused, "printer.refused"),
        (socket.gaierror("unknown"), PortMissing, "printer.missing"),
        (UnicodeError("label too long"), PortMissing, "printer.missing"),
        (PermissionError(errno.EACCES, "no"), NoPermission, "printer.no_permission"),
        (OSError(errno.EINVAL, "odd"), LinkError, "printer.cannot_open"),
    ],
)
def test_why_a_network_printer_cannot_be_reached(
    error: Exception, kind: type[LinkError], code: str
) -> None:
    def connect(where: tuple[str, int], timeout_s: float) -> socket.socket:
        raise error

    link = TcpPrinterLink(TcpPrinterSettings("2001:db8::1", 9101), connect=connect)
    with pytest.raises(kind) as caught:
        link.open()
    assert caught.value.code == code
    assert caught.value.what_to_do
    assert caught.value.details["printer"] == "[2001:db8::1]:9101"


# -- serial ---------------------------------------------------------------------------------------


class FakePort:
    """A port whose queue empties by one look, unless the printer holds the line."""

    counts = True

    def __init__(self, clock: SimulatedClock) -> None:
        self.clock = clock
        self.queue = b""
        self.held = False
        self.dsr = True
        self.sent = b""
        self.log: list[str] = []
        self.fault: Exception | None = None

    def ready(self) -> bool:
        return self.dsr

    def unsent(self) -> int:
        if not self.held:
            self.sent, self.queue = self.sent + self.queue, b""
        return len(self.queue)

    def write_some(self, data: bytes, timeout_s: float) -> int:
        if self.fault is not None:
            raise self.fault
        self.queue += data[:8]
        return len(data[:8])

    def read(self, timeout_s: float) -> bytes:
        if self.fault is not None:
            raise self.fault
        self.clock.wait(timeout_s)
        return b""

    def discard(self) -> None:
        self.log.append("discard")
        self.queue = b""

    def close(self) -> None:
        self.log.append("close")


def serial_pair() -> tuple[SerialPrinterLink, FakePort, SimulatedClock]:
    clock = SimulatedClock()
    port = FakePort(clock)
    settings = SerialPrinterSettings("/dev/ttyS9", baud=19200)
    link = SerialPrinterLink(settings, opener=lambda _: port, clock=clock, group=lambda _: "lp")
    link.open()
    return link, port, clock


def test_a_serial_write_comes_back_when_the_bytes_have_left() -> None:
    link, port, _ = serial_pair()
    assert link.write(b"0123456789", 1.0) == 8
    assert port.sent == b"01234567"
    assert link.description == "serial printer /dev/ttyS9, 19200 8N1"


def test_while_the_printer_holds_the_line_nothing_more_is_handed_over() -> None:
    link, port, clock = serial_pair()
    port.held = True
    begun = clock.monotonic()
    assert link.write(b"0123456789", 1.0) == 8
    assert link.write(b"more", 1.0) == 0
    assert port.queue == b"01234567"
    assert clock.monotonic() - begun <= 2.1
    link.close()
    assert port.log == ["discard", "close"]
    link.close()


def test_a_printer_that_drops_dsr_is_sent_nothing() -> None:
    link, port, _ = serial_pair()
    port.dsr = False
    assert link.write(b"x", 0.5) == 0
    port.dsr = True
    assert link.write(b"x", 0.5) == 1


@pytest.mark.parametrize(("counts", "written"), [(True, 0), (False, 4)])
def test_a_serial_line_that_dies_says_what_may_have_left(counts: bool, written: int) -> None:
    link, port, _ = serial_pair()
    port.counts = counts
    port.fault = OSError(errno.EIO, "gone")
    with pytest.raises(PrinterLost) as caught:
        link.write(b"slip", 1.0)
    assert caught.value.written == written
    with pytest.raises(PrinterLost):
        link.read(1.0)
    port.fault = TimeoutError()
    assert link.write(b"slip", 1.0) == 0
    link.close()
    with pytest.raises(PrinterLost):
        link.read(1.0)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FileNotFoundError(errno.ENOENT, "no"), "printer.missing"),
        (OSError(errno.EBUSY, "busy"), "printer.busy"),
        (PermissionError(errno.EACCES, "no"), "printer.no_permission"),
        (ValueError("odd"), "printer.cannot_open"),
    ],
)
def test_why_a_serial_printer_cannot_be_opened(error: Exception, code: str) -> None:
    def opener(settings: SerialPrinterSettings) -> FakePort:
        raise error

    link = SerialPrinterLink(
        SerialPrinterSettings("/dev/ttyS9"), opener=opener, group=lambda _: "dialout"
    )
    with pytest.raises(LinkError) as caught:
        link.open()
    assert caught.value.code == code
    if code == "printer.no_permission":
        assert "dialout" in caught.value.what_to_do


@posix
@pytest.mark.parametrize("flow", ["none", "rtscts", "xonxoff"])
def test_a_real_port_is_set_as_it_was_asked_and_counts(flow: str) -> None:
    import termios

    master, slave = os.openpty()
    settings = SerialPrinterSettings(os.ttyname(slave), baud=19200, flow=flow)  # type: ignore[arg-type]
    link = SerialPrinterLink(settings, opener=open_printer_port)
    link.open()
    try:
        iflag, _, cflag, _, _, speed, _ = termios.tcgetattr(slave)
        assert bool(cflag & termios.CRTSCTS) is (flow == "rtscts")
        assert bool(iflag & termios.IXON) is (flow == "xonxoff")
        assert speed == termios.B19200
        assert link.write(b"slip", 1.0) == 4
        assert os.read(master, 10) == b"slip"
        os.write(master, b"\x12")
        assert link.read(1.0) == b"\x12"
        assert link.read(0.0) == b""
    finally:
        link.close()
        os.close(master)
        os.close(slave)


@posix
def test_a_handshake_that_the_port_does_not_have_is_told_when_it_is_opened() -> None:
    master, slave = os.openpty()
    settings = SerialPrinterSettings(os.ttyname(slave), flow="dsrdtr")
    try:
        with pytest.raises(LinkError) as caught:
            SerialPrinterLink(settings).open()
        assert caught.value.code == "printer.cannot_open"
    finally:
        os.close(master)
        os.close(slave)


# -- files ----------------------------------------------------------------------------------------


def test_a_plain_file_collects_jobs_and_says_nothing(tmp_path: Path) -> None:
    file = tmp_path / "slips.prn"
    link = DeviceFileLink(str(file))
    for part in (b"one", b"two"):
        link.open()
        assert not link.readable
        assert link.write(part, 1.0) == 3
        link.close()
        link.close()
    assert file.read_bytes() == b"onetwo"
    assert file.stat().st_mode & 0o077 == 0
    assert link.description == f"file {file}"
    with pytest.raises(PrinterLost):
        link.write(b"x", 1.0)


@posix
def test_a_device_file_is_read_too_and_counts_what_it_takes() -> None:
    master, slave = os.openpty()
    import tty

    tty.setraw(slave)
    link = DeviceFileLink(os.ttyname(slave))
    link.open()
    try:
        assert link.readable
        assert link.description.startswith("printer device ")
        assert link.write(b"slip", 1.0) == 4
        assert os.read(master, 10) == b"slip"
        os.write(master, b"\x12")
        assert link.read(1.0) == b"\x12"
        assert link.read(0.0) == b""
        while link.write(bytes(4096), 0.0):
            pass
        while link.write(b"x", 0.0):
            pass
        os.close(master)
        with pytest.raises(PrinterLost):
            keep_writing(link)
    finally:
        link.close()
        os.close(slave)


def test_a_path_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(PortMissing):
        DeviceFileLink(str(tmp_path / "no" / "file")).open()
    with pytest.raises(LinkError):
        DeviceFileLink(str(tmp_path)).open()


# -- queues ---------------------------------------------------------------------------------------


class Tools:
    """The system's tools, scripted; keeps what they were called with."""

    def __init__(self, *answers: ToolAnswer | Exception) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[tuple[str, ...], bytes]] = []

    def run(self, words: Sequence[str], data: bytes, timeout_s: float) -> ToolAnswer:
        assert timeout_s > 0
        self.calls.append((tuple(words), data))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if words[0] == "cmd":
            assert Path(words[4]).read_bytes() == b"slip"
        return answer


def queue(platform: str, tools: Tools) -> SpoolLink:
    found = spooler(platform, lambda tool: None if tool == "lp" and platform == "lpr" else tool)
    return SpoolLink("TILL 1", find=lambda: found, run=tools.run)


LISTED = ToolAnswer(0, "OFFICE\nTILL 1\n")


@pytest.mark.parametrize(
    ("platform", "words"),
    [
        ("linux", ("lp", "-s", "-d", "TILL 1", "-o", "raw")),
        ("lpr", ("lpr", "-P", "TILL 1", "-l")),
        ("win32", ("cmd", "/c", "copy", "/b")),
    ],
)
def test_a_queue_gets_the_job_as_a_whole(platform: str, words: tuple[str, ...]) -> None:
    tools = Tools(LISTED, ToolAnswer(0, ""))
    link = queue(platform, tools)
    link.open()
    assert link.write(b"slip", 5.0) == 4
    assert link.read(1.0) == b""
    assert not link.readable
    called, data = tools.calls[1]
    assert called[: len(words)] == words
    assert data == (b"" if platform == "win32" else b"slip")
    assert (called[-1] == r"\\localhost\TILL 1") is (platform == "win32")
    link.close()
    with pytest.raises(PrinterLost):
        link.write(b"slip", 1.0)
    assert link.description == "printer queue TILL 1"


@pytest.mark.parametrize(
    ("answer", "written"),
    [
        (ToolAnswer(1, "lp: no such destination"), 0),
        (OSError(errno.ENOENT, "no lp"), 0),
        (subprocess.TimeoutExpired("lp", 5.0), 4),
    ],
)
def test_what_a_queue_did_not_take_is_told(answer: ToolAnswer | Exception, written: int) -> None:
    link = queue("linux", Tools(LISTED, answer))
    link.open()
    with pytest.raises(PrinterLost) as caught:
        link.write(b"slip", 1.0)
    assert caught.value.written == written


def test_a_queue_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(PortMissing) as caught:
        queue("linux", Tools(ToolAnswer(0, "OFFICE\n"))).open()
    assert "OFFICE" in caught.value.what_to_do
    with pytest.raises(LinkError) as none:
        SpoolLink("Q", find=lambda: None).open()
    assert none.value.code == "printer.no_spooler"


@pytest.mark.parametrize(
    "answer", [ToolAnswer(1, ""), OSError("no"), subprocess.TimeoutExpired("lpstat", 5.0)]
)
def test_where_the_system_does_not_list_its_queues_one_is_tried_all_the_same(
    answer: ToolAnswer | Exception,
) -> None:
    found = spooler("linux", lambda tool: tool)
    assert found is not None
    assert queues(found, Tools(answer).run) is None
    queue("linux", Tools(answer)).open()


def test_there_may_be_no_tool_at_all() -> None:
    assert spooler("linux", lambda _: None) is None


@posix
def test_a_tool_is_run_with_its_input_and_a_limit() -> None:
    assert run_tool(("cat",), b"slip", 20.0) == ToolAnswer(0, "slip")
    with pytest.raises(subprocess.TimeoutExpired):
        run_tool(("sleep", "60"), b"", 0.05)


# -- texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("tcp://10.0.0.9:9100", "network printer 10.0.0.9:9100"),
        ("tcp:printer.example", "network printer printer.example:9100"),
        ("tcp://[2001:db8::1]:9101/", "network printer [2001:db8::1]:9101"),
        ("serial:/dev/ttyS0", "serial printer /dev/ttyS0, 9600 8N1"),
        ("serial:COM3?baud=19200&parity=E&bits=7&stop_bits=2&flow=rtscts",
         "serial printer COM3, 19200 7E2"),
        ("usb:04b8:0E15", "USB printer 04b8:0e15"),
        ("usb:04b8:0e15:X12", "USB printer 04b8:0e15:X12"),
        ("file:/tmp/x.prn", "file /tmp/x.prn"),
        ("spool:Till 1", "printer queue Till 1"),
    ],
)  # fmt: skip
def test_each_form_of_a_link_is_understood(text: str, description: str) -> None:
    clock = SimulatedClock()
    assert build_link(text, clock).description == description
    assert build_printer(text, PrinterProfile(), clock).description == description


@pytest.mark.parametrize(
    "text",
    [
        "", "tcp", "tcp:", "tcp://", "tcp://h:0", "tcp://h:70000", "tcp://h:x", "tcp://h o:1",
        "serial:", "serial:?baud=9600", "serial:x?baud=1", "serial:x?baud", "serial:x?speed=9600",
        "serial:x?baud=9600&baud=9600", "serial:x?flow=maybe", "serial:x?bits=9", "usb:04b8",
        "usb:4b8:e15", "usb:04b8:0e15:", "spool:", "spool:-o", "spool:a;b", "lpt:1", "file:",
    ],
)  # fmt: skip
def test_a_link_that_is_not_understood_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(BadLinkSettings) as caught:
        build_link(text, SimulatedClock())
    assert caught.value.what_to_do
    assert caught.value.details["link"] == text


# -- memory ---------------------------------------------------------------------------------------


def test_a_line_in_memory_counts_as_lost_whatever_it_raises() -> None:
    class Broken:
        readable = True

        def open(self) -> None:
            raise ConnectionError("nobody")

        def close(self) -> None:
            raise ConnectionError("nobody")

        def write(self, data: bytes, timeout_s: float) -> int:
            raise ConnectionError("nobody")

        def read(self, timeout_s: float) -> bytes:
            raise ConnectionError("nobody")

    link = MemoryPrinterLink(Broken(), name="broken")
    with pytest.raises(LinkRefused):
        link.open()
    with pytest.raises(PrinterLost) as caught:
        link.write(b"slip", 1.0)
    assert caught.value.written == 4
    with pytest.raises(PrinterLost):
        link.read(1.0)
    link.close()
