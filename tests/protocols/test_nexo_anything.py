"""Whatever a terminal says under our numbers, a session goes on or ends; it never fails."""

from __future__ import annotations

from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.kit.errors import ProtocolError
from protocols.kit.session import Request
from protocols.kit.vocabulary import Booking, Operation
from protocols.nexo.commands import POI_ID, SALE_ID
from protocols.nexo.framing import tcp_framer
from protocols.nexo.layouts import MESSAGES
from protocols.nexo.messages import serialise
from tests.protocols.nexo_peer import REFERENCE, REFUND, VOID, Peer
from tests.strategies import messages_of, words_of

PROFILES: Final = {"xml": "xml-3.1", "json": "json-local"}
QUERY: Final = Request(
    Operation.QUERY, REFUND.amount, REFUND.original, REFERENCE, about=Operation.REFUND
)
REQUESTS: Final = (
    REFUND,
    VOID,
    QUERY,
    *(
        Request(operation)
        for operation in (
            Operation.STATUS,
            Operation.DIAGNOSE,
            Operation.LAST_TRANSACTION,
            Operation.REPRINT,
            Operation.END_OF_DAY,
        )
    ),
)
SAID: Final = [layout for layout in MESSAGES if layout.direction == "to_ecr"]


@settings(max_examples=400, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_a_session_takes_anything(data: st.DataObject) -> None:
    layout = data.draw(st.sampled_from(SAID))
    request = data.draw(st.sampled_from(REQUESTS))
    peer = Peer(PROFILES[layout.variant])
    sent = peer.start(request)
    assert sent is not None
    values = {
        **data.draw(messages_of(layout)).values,
        "sale_id": SALE_ID,
        "poi_id": POI_ID,
        "service_id": sent.text("service_id"),
    }
    others = sorted(values.keys() - {"sale_id", "poi_id", "service_id"})
    odd = data.draw(st.sampled_from(others or ["event"]))
    if isinstance(values.get(odd), str) and data.draw(st.booleans()):
        values[odd] = data.draw(words_of(1, 12))
    try:
        message = layout.message(**values)
    except ProtocolError:  # the odd word does not fit this value
        return
    peer.raw(tcp_framer().frame(serialise(message)))
    if peer.seen and peer.result is None:
        peer.durable()
    peer.wait(1_000.0)
    assert peer.result is not None
    record = peer.result.record
    if request.operation.moves_money and peer.ended == ("approved", "completed"):
        assert record is not None
        assert record.booking is Booking.APPROVED
    if record is not None:
        assert type(record).from_json(record.to_json()) == record
