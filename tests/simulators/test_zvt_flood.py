"""A till that only talks does not fill the terminal's memory."""

from __future__ import annotations

import pytest

from protocols.zvt.framing import SerialFramer, TcpFramer
from simulators import personality
from tests.fuzz.growth import kept
from tests.fuzz.terminals import build

ENQUIRY = bytes.fromhex("050103000000")
SALE = bytes.fromhex("060107" + "04000000000100")


@pytest.mark.parametrize("transport", ["serial", "tcp"])
def test_answers_that_nobody_acknowledges_are_not_hoarded(transport: str) -> None:
    terminal, line = build(personality.load("zvt"), "generic", transport)
    framer = SerialFramer() if transport == "serial" else TcpFramer()
    flood = framer.frame(SALE) + framer.frame(ENQUIRY)
    for round_ in range(20):
        line.receive(flood, round_ * 0.001)
    before = kept(line)
    for round_ in range(400):
        line.receive(flood, 0.1 + round_ * 0.001)
    assert kept(line) - before < 4096
    assert terminal.powered
