"""Every golden vector of nexo by its name: reads as stated, goes out as it came, or is refused."""

from __future__ import annotations

import json

import pytest

from protocols.kit.branches import Syntax
from protocols.kit.contract import DecodeOptions
from protocols.kit.errors import ProtocolError
from protocols.nexo import PROTOCOL
from protocols.nexo.layouts import BY_NAME
from protocols.nexo.masking import mask
from protocols.nexo.messages import parse, serialise
from tests.protocols.nexo_vectors import BAD, BY_ID, GOOD, MESSAGES, Vector


def by_name(vector: Vector) -> str:
    """How a vector is called in the output."""
    return vector.id


@pytest.mark.parametrize("vector", GOOD, ids=by_name)
def test_a_vector_reads_as_its_source_states(vector: Vector) -> None:
    (decoded,) = PROTOCOL.decode(vector.data, DecodeOptions(vector.layer))
    assert decoded.command == vector.fields["command"]
    assert decoded.direction == vector.direction.replace("unknown", "")
    found = {name: decoded.fields.get(name) for name in vector.told}
    assert found == vector.told


@pytest.mark.parametrize("vector", MESSAGES, ids=by_name)
def test_a_vector_goes_out_as_it_came(vector: Vector) -> None:
    message = parse(vector.data)
    same_as = vector.fields.get("same_as")
    if isinstance(same_as, str):
        assert message == parse(BY_ID[same_as].data)
    elif vector.is_json:
        assert json.loads(serialise(message)) == json.loads(vector.data)
    else:
        assert serialise(message) == vector.data


@pytest.mark.parametrize("vector", MESSAGES, ids=by_name)
def test_a_vector_could_be_sent_by_us(vector: Vector) -> None:
    message = parse(vector.data)
    BY_NAME[_syntax(vector), message.layout.name.lower()].check(message.values)


def _syntax(vector: Vector) -> Syntax:
    return Syntax.JSON if vector.is_json else Syntax.XML


@pytest.mark.parametrize("vector", BAD, ids=by_name)
def test_a_wrong_vector_is_refused_with_a_place_in_it(vector: Vector) -> None:
    with pytest.raises(ProtocolError) as caught:
        PROTOCOL.decode(vector.data, DecodeOptions(vector.layer))
    assert caught.value.offset is not None
    assert 0 <= caught.value.offset <= len(vector.data)
    if vector.layer == "message":
        with pytest.raises(ProtocolError):
            parse(vector.data)


@pytest.mark.parametrize("vector", MESSAGES, ids=by_name)
def test_a_masked_vector_still_reads(vector: Vector) -> None:
    masked = mask(vector.data)
    assert len(masked) == len(vector.data)
    assert parse(masked).layout is parse(vector.data).layout
