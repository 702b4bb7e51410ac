"""The serial link on real pseudo-terminals, and its errors over an injected opener."""

from __future__ import annotations

import errno
import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from drivers.errors import LinkError, LinkLost, NoPermission, PortBusy, PortMissing
from drivers.links.serial import SerialLink
from drivers.links.serial_port import (
    DescriptorPort,
    PyserialPort,
    SerialPort,
    SerialSettings,
    open_port,
)
from tests.drivers.fakes import FakeClock, ListedClock

if TYPE_CHECKING:
    from serial import Serial

needs_pty = pytest.mark.skipif(os.name != "posix", reason="there are no pseudo-terminals here")


class Pty:
    """A pseudo-terminal; `master` is the terminal's end."""

    def __init__(self) -> None:
        self.master, slave = os.openpty()
        self.device = os.ttyname(slave)
        os.close(slave)
        os.set_blocking(self.master, True)

    def pull(self) -> None:
        if self.master >= 0:
            os.close(self.master)
            self.master = -1


@pytest.fixture
def pty() -> Iterator[Pty]:
    pair = Pty()
    yield pair
    pair.pull()


@pytest.fixture(params=[True, False], ids=["descriptor", "pyserial"])
def link(request: pytest.FixtureRequest, pty: Pty) -> Iterator[SerialLink]:
    """Both ways to move bytes must keep the same promises."""
    opener = partial(open_port, descriptor=bool(request.param))
    made = SerialLink(SerialSettings(pty.device, write_timeout_s=0.05), opener=opener)
    made.open()
    yield made
    made.close()


@needs_pty
def test_bytes_pass_unchanged_in_both_directions(link: SerialLink, pty: Pty) -> None:
    everything = bytes(range(256))
    link.write(everything)
    assert os.read(pty.master, 4096) == everything
    os.write(pty.master, everything)
    heard = b""
    while len(heard) < len(everything):
        heard += link.read(1.0)
    assert heard == everything


@needs_pty
def test_silence_gives_nothing_when_the_time_is_over(link: SerialLink) -> None:
    assert link.read(0.001) == b""
    assert link.read(0.0) == b""
    assert link.read(-1.0) == b""


@needs_pty
def test_one_read_takes_everything_that_has_arrived(link: SerialLink, pty: Pty) -> None:
    os.write(pty.master, b"all of it")
    assert link.read(1.0) == b"all of it"


@needs_pty
def test_one_byte_alone_is_given_at_once(link: SerialLink, pty: Pty) -> None:
    os.write(pty.master, b"\x06")
    assert link.read(1.0) == b"\x06"


@needs_pty
def test_a_line_that_takes_no_byte_is_lost_and_maybe_sent(link: SerialLink) -> None:
    with pytest.raises(LinkLost) as caught:
        link.write(b"x" * 1_000_000)
    assert caught.value.nothing_written is False
    assert caught.value.money.value == "maybe"


@needs_pty
def test_a_full_line_takes_not_one_byte_and_we_know_it(pty: Pty) -> None:
    link = SerialLink(SerialSettings(pty.device, write_timeout_s=0.01))
    link.open()
    with pytest.raises(LinkLost):
        link.write(b"x" * 1_000_000)
    with pytest.raises(LinkLost) as caught:
        link.write(b"x")
    assert caught.value.nothing_written is True
    link.close()


@needs_pty
def test_a_vanished_device_is_a_lost_line_whatever_is_called(link: SerialLink, pty: Pty) -> None:
    pty.pull()
    with pytest.raises(LinkLost, match="was lost in a read"):
        link.read(0.1)
    with pytest.raises(LinkLost, match="was lost in a write"):
        link.write(b"x")
    link.close()
    with pytest.raises(PortMissing) as caught:
        link.open()
    assert caught.value.code == "link.no_port"


@needs_pty
def test_a_device_that_is_gone_before_the_first_byte_took_nothing(pty: Pty) -> None:
    link = SerialLink(SerialSettings(pty.device))
    link.open()
    pty.pull()
    with pytest.raises(LinkLost) as caught:
        link.write(b"command")
    assert caught.value.nothing_written is True
    assert caught.value.money.value == "no"
    link.close()


@needs_pty
def test_a_second_opener_is_told_that_the_port_is_busy(pty: Pty) -> None:
    first, second = (SerialLink(SerialSettings(pty.device), platform="linux") for _ in range(2))
    first.open()
    with pytest.raises(PortBusy) as caught:
        second.open()
    assert caught.value.code == "link.port_busy"
    assert caught.value.details == {"port": pty.device}
    assert "ModemManager" in caught.value.what_to_do
    first.close()
    second.open()
    second.close()


@needs_pty
def test_settings_that_the_device_does_not_take_are_named_as_such() -> None:
    termios = pytest.importorskip("termios", reason="only where there is termios")
    with pytest.raises(LinkError, match="does not accept the line settings") as caught:
        over(termios.error(errno.EINVAL, "Invalid argument")).open()
    assert caught.value.code == "link.settings_refused"


@needs_pty
@pytest.mark.parametrize(
    "settings",
    [
        SerialSettings("", baud=-5),
        SerialSettings("", bits=9),
        SerialSettings("", parity="X"),
        SerialSettings("", stop_bits=3),
    ],
    ids=["baud", "bits", "parity", "stop bits"],
)
def test_impossible_settings_are_named_as_such(pty: Pty, settings: SerialSettings) -> None:
    link = SerialLink(replace(settings, device=pty.device))
    with pytest.raises(LinkError) as caught:
        link.open()
    assert caught.value.code == "link.settings_refused"


@needs_pty
def test_two_stop_bits_and_modem_lines_can_be_set(pty: Pty) -> None:
    settings = SerialSettings(pty.device, stop_bits=2, rts=False, dtr=False)
    link = SerialLink(settings)
    assert link.description == f"serial line {pty.device}, 9600 8N2"
    link.open()
    link.write(b"ok")
    assert os.read(pty.master, 10) == b"ok"
    link.close()


@needs_pty
def test_a_file_and_a_folder_are_no_ports(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    for path in (file, tmp_path):
        with pytest.raises(LinkError) as caught:
            SerialLink(SerialSettings(str(path))).open()
        assert caught.value.code == "link.not_a_port"


def test_a_missing_port_names_those_that_exist() -> None:
    link = SerialLink(
        SerialSettings("/dev/ttyNONE"), known=lambda: ["/dev/ttyUSB1"], platform="linux"
    )
    with pytest.raises(PortMissing) as caught:
        link.open()
    assert "Ports that exist: /dev/ttyUSB1." in caught.value.what_to_do


def test_the_computer_is_asked_for_its_ports_when_one_is_missing() -> None:
    with pytest.raises(PortMissing) as caught:
        SerialLink(SerialSettings("/dev/ttyNONE"), platform="linux").open()
    assert "Is the adapter plugged in?" in caught.value.what_to_do


class FakePort:
    """The operating system's boundary: each write answers from a list."""

    def __init__(self, *answers: int | Exception, counts: bool = True) -> None:
        self.counts = counts
        self.answers = deque(answers)
        self.taken = b""
        self.timeouts: list[float] = []

    def read(self, timeout_s: float) -> bytes:
        self.timeouts.append(timeout_s)
        raise TypeError("'NoneType' object cannot be interpreted as an integer")

    def write_some(self, data: bytes, timeout_s: float) -> int:
        self.timeouts.append(timeout_s)
        answer = self.answers.popleft()
        if isinstance(answer, Exception):
            raise answer
        self.taken += data[:answer]
        return answer

    def close(self) -> None:
        raise OSError(errno.EIO, "gone")


def over(
    port: FakePort | Exception,
    platform: str = "linux",
    times: Sequence[float] = (),
) -> SerialLink:
    def opener(settings: SerialSettings) -> SerialPort:
        assert settings.device == "COM3"
        if isinstance(port, Exception):
            raise port
        return port

    return SerialLink(
        SerialSettings("COM3"),
        opener=opener,
        platform=platform,
        known=list,
        group=lambda _: "uucp",
        clock=ListedClock(times),
    )


def test_an_error_before_the_first_byte_says_that_nothing_was_written() -> None:
    link = over(FakePort(OSError(errno.EIO, "gone")))
    link.open()
    with pytest.raises(LinkLost) as caught:
        link.write(b"command")
    assert caught.value.nothing_written is True


def test_an_error_behind_the_first_byte_says_maybe() -> None:
    port = FakePort(1, OSError(errno.EIO, "gone"))
    link = over(port)
    link.open()
    with pytest.raises(LinkLost) as caught:
        link.write(b"command")
    assert port.taken == b"c"
    assert caught.value.nothing_written is False


def test_a_port_that_does_not_count_never_proves_that_nothing_was_written() -> None:
    link = over(FakePort(OSError("WriteFile failed"), counts=False))
    link.open()
    with pytest.raises(LinkLost) as caught:
        link.write(b"command")
    assert caught.value.nothing_written is False


def test_a_write_in_portions_is_completed() -> None:
    port = FakePort(2, 0, 5)
    link = over(port)
    link.open()
    link.write(b"command")
    assert port.taken == b"command"
    assert port.timeouts == [5.0, 5.0, 5.0]


def test_a_write_that_takes_too_long_in_all_is_given_up() -> None:
    port = FakePort(1, 1)
    link = over(port, times=[0.0, 0.0, 3.0, 3.0, 6.0])
    link.open()
    with pytest.raises(LinkLost, match="only 2 of 7 bytes") as caught:
        link.write(b"command")
    assert port.timeouts == [5.0, 2.0]
    assert caught.value.nothing_written is False


def test_a_strange_exception_of_a_closed_descriptor_is_a_lost_line() -> None:
    link = over(FakePort())
    link.open()
    with pytest.raises(LinkLost):
        link.read(1.0)


def test_closing_never_fails_and_may_be_repeated() -> None:
    link = over(FakePort())
    link.open()
    link.close()
    link.close()


def test_a_link_that_is_not_open_wrote_nothing() -> None:
    link = over(FakePort())
    with pytest.raises(LinkLost, match="is not open") as caught:
        link.write(b"x")
    assert caught.value.nothing_written is True
    with pytest.raises(LinkLost, match="is not open"):
        link.read(1.0)


def test_a_second_thread_on_the_line_is_our_bug() -> None:
    link = over(FakePort(1))
    link.open()
    caught: list[BaseException] = []

    def other() -> None:
        try:
            link.write(b"x")
        except AssertionError as error:
            caught.append(error)

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert len(caught) == 1
    link.write(b"x")


def test_no_permission_names_the_command_with_the_group_of_the_device() -> None:
    link = over(PermissionError(errno.EACCES, "Permission denied"))
    with pytest.raises(NoPermission) as caught:
        link.open()
    assert 'sudo usermod -aG uucp "$USER"' in caught.value.what_to_do


def test_what_windows_says_is_read_from_the_text() -> None:
    missing = OSError("could not open port 'COM3': FileNotFoundError(2, 'x', None, 2)")
    with pytest.raises(PortMissing) as no_port:
        over(missing, "win32").open()
    assert "Device Manager" in no_port.value.what_to_do
    busy = OSError("could not open port 'COM3': PermissionError(13, 'x', None, 5)")
    with pytest.raises(PortBusy):
        over(busy, "win32").open()


def test_any_other_failure_to_open_is_told_as_it_is() -> None:
    with pytest.raises(LinkError, match="cannot be opened: something else") as caught:
        over(RuntimeError("something else")).open()
    assert caught.value.code == "link.failed"


@needs_pty
def test_a_wake_up_without_a_byte_is_silence(pty: Pty, monkeypatch: pytest.MonkeyPatch) -> None:
    port = open_port(SerialSettings(pty.device))
    assert isinstance(port, DescriptorPort)

    def nothing(fd: int, size: int) -> bytes:
        raise BlockingIOError(errno.EAGAIN, f"{fd} {size}")

    os.write(pty.master, b"x")
    monkeypatch.setattr("drivers.links.serial_port.os.read", nothing)
    assert port.read(1.0) == b""
    monkeypatch.setattr("drivers.links.serial_port.os.read", lambda _fd, _size: b"")
    with pytest.raises(OSError, match="hung up"):
        port.read(1.0)
    port.close()


@needs_pty
def test_a_line_that_becomes_free_takes_the_rest(pty: Pty, monkeypatch: pytest.MonkeyPatch) -> None:
    port = open_port(SerialSettings(pty.device))
    real_write = os.write
    answers = deque([BlockingIOError(), None, BlockingIOError(), BlockingIOError()])

    def write(fd: int, data: bytes) -> int:
        answer = answers.popleft()
        if answer is not None:
            raise answer
        return real_write(fd, data)

    monkeypatch.setattr("drivers.links.serial_port.os.write", write)
    assert port.write_some(b"abc", 1.0) == 3
    assert port.write_some(b"abc", 1.0) == 0
    port.close()


@needs_pty
def test_a_wait_through_pyserial_goes_on_until_its_time_or_a_byte(pty: Pty) -> None:
    opened = open_port(SerialSettings(pty.device), descriptor=False)
    assert isinstance(opened, PyserialPort)

    class Line:
        """Nothing is waiting; the third wait brings a byte, and one more stands behind it."""

        def __init__(self) -> None:
            self.waits = 0

        @property
        def in_waiting(self) -> int:
            return 1 if self.waits == 3 else 0

        def read(self, size: int) -> bytes:
            self.waits += 1
            clock.now += 0.02
            return {3: b"a", 4: b"b" * size}.get(self.waits, b"")

    clock = FakeClock()
    port = PyserialPort(cast("Serial", Line()), clock)
    assert port.read(1.0) == b"ab"
    assert clock.now == pytest.approx(100.08)
    assert port.read(0.05) == b""
    assert clock.now == pytest.approx(100.14)
    opened.close()
