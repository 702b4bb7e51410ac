"""The link to something in this process maps its OSErrors like a real line's."""

from __future__ import annotations

import pytest

from drivers.errors import LinkError, LinkLost
from drivers.links.memory import MemoryLink


class CutError(ConnectionError):
    """A cable that knows how many bytes went through."""

    def __init__(self, bytes_written: int) -> None:
        super().__init__("the cable is cut")
        self.bytes_written = bytes_written


class Line:
    """Raises `fault` at every call, or works."""

    def __init__(self, fault: OSError | None = None) -> None:
        self.fault = fault
        self.written = b""

    def _check(self) -> None:
        if self.fault is not None:
            raise self.fault

    def open(self) -> None:
        self._check()

    def close(self) -> None:
        self._check()

    def write(self, data: bytes) -> None:
        self._check()
        self.written += data

    def read(self, timeout_s: float) -> bytes:
        self._check()
        return self.written[: int(timeout_s)]


def test_bytes_pass_and_the_framing_is_the_callers_choice() -> None:
    line = Line()
    link = MemoryLink(line, transport="tcp")
    link.open()
    link.write(b"bytes")
    assert link.read(3.0) == b"byt"
    link.close()
    assert link.transport == "tcp"
    assert link.description == "simulated line (tcp)"


def test_a_cut_cable_is_a_lost_line_and_maybe_sent() -> None:
    link = MemoryLink(Line(ConnectionResetError("cut")), transport="serial")
    with pytest.raises(LinkLost) as caught:
        link.write(b"x")
    assert caught.value.nothing_written is False
    with pytest.raises(LinkLost):
        link.read(1.0)
    with pytest.raises(LinkError, match="cannot be opened"):
        link.open()
    link.close()


@pytest.mark.parametrize(("count", "untouched"), [(0, True), (1, False)])
def test_a_cable_that_counts_is_believed(count: int, untouched: bool) -> None:
    with pytest.raises(LinkLost) as caught:
        MemoryLink(Line(CutError(count)), transport="serial").write(b"x")
    assert caught.value.nothing_written is untouched
