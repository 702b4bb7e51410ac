"""Asking after one attempt (Q), and the stored result (I2), which no protocol uses yet.

The answer to a query is judged by the product. The runtime has no request for a stored result, so
that rule stands here; the tables it moves through are the product's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal_agent.refund.recovery import Verdict
from tests.model.records import judged_query
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
        return judged_query(m.frame, booked=bool(packet[2])).verdict
    if m.stored and packet[0] in {Message.BOOKED, Message.COMPLETION}:
        return Verdict.BOOKED
    if m.stored and packet[0] == Message.REFUSAL:
        return Verdict.NOT_BOOKED
    return None
