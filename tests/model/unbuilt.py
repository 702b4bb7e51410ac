"""Rules only: asking by our reference (Q) and the stored result (I2). No protocol uses them yet.

The product's runtime has no question for them, so these two rules stand here and not there; the
tables they move through are the product's. A protocol that can ask so replaces this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal_agent.refund.recovery import Verdict
from tests.model.state import Message

if TYPE_CHECKING:
    from tests.model.model import Model
    from tests.model.state import Packet, State


def question(m: Model, s: State) -> Packet:
    """Q asks for the attempt's reference; I2 sends the very same request, key and all, again."""
    return (Message.MONEY if m.stored else Message.QUERY, m.tag(s))


def verdict(m: Model, s: State, packet: Packet) -> Verdict | None:
    """What an answer proves; None for a message that is no answer to the question."""
    if len(packet) < 2 or packet[1] != m.tag(s):
        return None
    if m.query and packet[0] == Message.FOUND:
        return Verdict.BOOKED if packet[2] else Verdict.NOT_BOOKED
    if m.stored and packet[0] in {Message.BOOKED, Message.COMPLETION}:
        return Verdict.BOOKED
    if m.stored and packet[0] == Message.REFUSAL:
        return Verdict.NOT_BOOKED
    return None
