"""A simulated terminal that speaks in envelopes only."""

from __future__ import annotations

import pytest

from protocols.kit.framing import Payload
from protocols.nexo.framing import tcp_framer
from protocols.nexo.messages import parse, serialise
from protocols.nexo.sealing import SIMULATED, Key, key_of, seal, unseal
from simulators.clock import SimulatedClock
from simulators.line import SimulatedLine
from simulators.scenario import Scenario
from simulators.station import StationSettings, build
from tests.protocols.nexo_vectors import BY_ID

pytest.importorskip("cryptography", reason="encrypted nexo needs the package cryptography")

REQUEST = parse(BY_ID["nexo-json-req-diagnosis"].data)


def answered(payload: bytes) -> list[bytes]:
    """What the terminal says to one payload."""
    clock = SimulatedClock()
    settings = StationSettings(
        "nexo", profile="json-local-encrypted", transport="tcp", scenario=Scenario()
    )
    line = SimulatedLine(clock, build(settings, wall=clock.wall))
    line.open()
    line.write(tcp_framer().frame(payload))
    pieces = tcp_framer().pieces(line.read(5.0))
    return [piece.data for piece in pieces if isinstance(piece, Payload)]


def test_a_sealed_question_has_a_sealed_answer() -> None:
    key = key_of(SIMULATED)
    (answer,) = answered(serialise(seal(REQUEST, key)))
    assert b"GlobalStatus" not in answer
    assert unseal(parse(answer), key).text("global_status") == "OK"


@pytest.mark.parametrize("key", [key_of("another:1:key"), key_of("simulator:1:another"), None])
def test_what_is_not_sealed_with_its_key_is_not_answered(key: Key | None) -> None:
    assert answered(serialise(REQUEST if key is None else seal(REQUEST, key))) == []
