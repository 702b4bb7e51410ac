"""A result that belongs to an older request gets no answer: 80 would be a vote, 84 an undoing."""

from __future__ import annotations

from protocols.kit.session import Request
from protocols.kit.vocabulary import Operation
from tests.protocols.zvt_peer import APPROVED, Peer


def test_a_late_result_is_left_without_any_answer() -> None:
    peer = Peer()
    peer.start(Request(Operation.STATUS))
    answers = [told for told in peer.heard if len(told) > 1]
    peer.say(APPROVED)
    assert [told for told in peer.heard if len(told) > 1] == answers
    assert peer.notes() == ["late_result"]
