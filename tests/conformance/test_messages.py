"""What holds of the bytes of every protocol, derived from its tables: codec, framing, masking."""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from protocols.kit import registry
from protocols.kit.contract import DecodeOptions, ProtocolSpec
from protocols.kit.errors import BadFrame, ProtocolError
from protocols.kit.framing import EndsBySilence, Payload, quieted
from protocols.kit.masking import Secret
from protocols.kit.vocabulary import Outcome
from simulators import personality
from terminal_agent.prompts.catalog import LANGUAGES, protocol_entries
from tests.strategies import card_numbers, messages_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis.strategies import SearchStrategy

    from protocols.kit.contract import Framer
    from protocols.kit.fields import Value
    from protocols.kit.framing import Piece
    from protocols.kit.messages import Message

NAMES: Final = registry.names()
# By number, not by the objects: a failing example prints its arguments.
LAYOUTS: Final = [(name, at) for name in NAMES for at in range(len(registry.load(name).messages))]
LINES: Final = [(name, transport) for name in NAMES for transport in registry.load(name).framers]
VECTORS: Final = Path(__file__).parents[1] / "vectors"
# Digits that bytes around a number may seem to hold by chance: amounts are full of zeros, and the
# hex of ASCII digits is full of threes.
CHANCE: Final = re.compile("000|3.3.3")
# How often a frame is sent again at the most before a peer gives up; one of them must be heard.
REPEATS: Final = 3

protocols = pytest.mark.parametrize("name", NAMES)
layouts = pytest.mark.parametrize(("name", "number"), LAYOUTS)
lines = pytest.mark.parametrize(("name", "transport"), LINES)
few = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])


def payloads(spec: ProtocolSpec) -> SearchStrategy[bytes]:
    """Messages of a protocol as bytes, all layouts alike."""
    return st.sampled_from(spec.messages).flatmap(messages_of).map(spec.serialise)


def carried(pieces: list[Piece]) -> list[bytes]:
    """What came through."""
    return [piece.data for piece in pieces if isinstance(piece, Payload)]


def heard(framer: Framer, portions: Iterable[bytes]) -> list[bytes]:
    """What came through when all portions were there and the line went quiet."""
    pieces = [piece for portion in portions for piece in framer.pieces(portion)]
    return carried([*pieces, *quieted(framer)])


def ends_by_silence(spec: ProtocolSpec) -> bool:
    """Whether nothing in a message or around it says where it ends."""
    return any(isinstance(framer(), EndsBySilence) for framer in spec.framers.values())


# --- codec -----------------------------------------------------------------------------------


@layouts
@few
@given(data=st.data())
def test_every_message_comes_back_as_it_was(name: str, number: int, data: st.DataObject) -> None:
    spec = registry.load(name)
    layout = spec.messages[number]
    message = data.draw(messages_of(layout))
    wire = spec.serialise(message)
    assert spec.parse(wire) == message
    assert spec.serialise(spec.parse(wire)) == wire


@layouts
@few
@given(data=st.data())
def test_a_message_that_is_cut_short_is_refused(
    name: str, number: int, data: st.DataObject
) -> None:
    spec = registry.load(name)
    layout = spec.messages[number]
    wire = spec.serialise(data.draw(messages_of(layout)))
    for size in range(len(wire)):
        try:
            shorter = spec.parse(wire[:size])
        except ProtocolError:
            continue
        assert ends_by_silence(spec) or not spec.self_delimiting, "it says where it ends"
        assert spec.serialise(shorter) == wire[:size]


@protocols
@given(noise=st.binary(max_size=90))
def test_noise_is_read_or_refused_and_nothing_else(name: str, noise: bytes) -> None:
    spec = registry.load(name)
    try:
        message = spec.parse(noise)
    except ProtocolError:
        pass
    else:
        assert spec.parse(spec.serialise(message)) == message
    for layer in spec.layers:
        for profile in spec.profiles:
            with suppress(ProtocolError):
                told = spec.decode(noise, DecodeOptions(layer, profile))
                assert bool(told) == bool(noise)


@protocols
@few
@given(data=st.data())
def test_a_damaged_message_is_read_or_refused_and_nothing_else(
    name: str, data: st.DataObject
) -> None:
    spec = registry.load(name)
    wire = bytearray(data.draw(payloads(spec)))
    for _ in range(data.draw(st.integers(1, 3))):
        wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    try:
        message = spec.parse(bytes(wire))
    except ProtocolError:
        return
    assert spec.parse(spec.serialise(message)) == message


# --- framing ---------------------------------------------------------------------------------


@lines
@few
@given(data=st.data())
def test_any_chunking_gives_the_same_messages(
    name: str, transport: str, data: st.DataObject
) -> None:
    spec = registry.load(name)
    sent = data.draw(st.lists(payloads(spec), min_size=1, max_size=4))
    framer = spec.framers[transport]()
    stream = b"".join(framer.frame(payload) for payload in sent)
    whole = spec.framers[transport]()
    assert heard(whole, [stream]) == sent
    assert not whole.pending
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=12)))
    portions = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    chunked = spec.framers[transport]()
    assert heard(chunked, portions) == sent
    single = spec.framers[transport]()
    assert heard(single, (bytes((byte,)) for byte in stream)) == sent


@lines
@given(noise=st.lists(st.binary(max_size=40), max_size=6))
def test_a_framer_never_fails_and_loses_no_byte_silently(
    name: str, transport: str, noise: list[bytes]
) -> None:
    spec = registry.load(name)
    framer = spec.framers[transport]()
    for portion in noise:
        framer.pieces(portion)
    framer.reset()
    assert not framer.pending
    assert framer.reset() == b""


@pytest.mark.parametrize(
    ("name", "transport"),
    [(name, line) for name, line in LINES if line in registry.load(name).resynchronises],
)
@few
@given(data=st.data())
def test_a_message_behind_noise_is_found(name: str, transport: str, data: st.DataObject) -> None:
    spec = registry.load(name)
    payload = data.draw(payloads(spec))
    noise = data.draw(st.binary(max_size=40))
    after_a_gap = spec.framers[transport]()
    frame = after_a_gap.frame(payload)
    after_a_gap.pieces(noise)
    after_a_gap.reset()
    assert payload in carried(after_a_gap.pieces(frame))
    at_once = spec.framers[transport]()
    assert payload in carried(at_once.pieces(noise + frame * REPEATS))


@lines
@few
@given(data=st.data())
def test_a_frame_that_is_cut_short_is_no_message(
    name: str, transport: str, data: st.DataObject
) -> None:
    spec = registry.load(name)
    framer = spec.framers[transport]()
    frame = framer.frame(data.draw(payloads(spec)))
    size = data.draw(st.integers(0, len(frame) - 1))
    assert carried(framer.pieces(frame[:size])) == []
    framer.reset()


@lines
def test_what_fits_no_frame_is_refused(name: str, transport: str) -> None:
    spec = registry.load(name)
    with pytest.raises(BadFrame):
        spec.framers[transport]().frame(b"")


# --- masking ---------------------------------------------------------------------------------


def fillings(number: str) -> list[Value]:
    """A card number in every shape that a field may take."""
    even = number + "F" * (len(number) % 2)
    return [
        Secret(number, card_number=True),
        Secret(number),
        number,
        f"card {number} ok",
        number.encode(),
        bytes.fromhex(even),
        even,
    ]


def planted(spec: ProtocolSpec, base: Message, field: str, card: str) -> list[Message]:
    """The message with the number in this field, in every shape that fits there."""
    found = []
    for value in fillings(card):
        # Which shapes a field takes is its own business; what it refuses cannot leak.
        with suppress(ProtocolError, TypeError, ValueError, AssertionError, AttributeError):
            message = base.layout.message(**{**base.values, field: value})
            spec.parse(spec.serialise(message))
            found.append(message)
    return found


@layouts
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_planted_card_number_never_comes_out(name: str, number: int, data: st.DataObject) -> None:
    spec = registry.load(name)
    layout = spec.messages[number]
    parts = (*layout.parts, *layout.tagged.values())
    assume(parts)
    field = data.draw(st.sampled_from([part.name for part in parts]))
    # Card numbers begin with 3 to 6 (ISO/IEC 7812-1).
    card = data.draw(card_numbers().filter(lambda digits: digits[0] in "3456"))
    assume(not CHANCE.search(card))
    layer = next((layer for layer in spec.layers if layer != "frame"), spec.default_layer)
    for message in planted(spec, data.draw(messages_of(layout)), field, card):
        wire = spec.serialise(message)
        masked = spec.mask(wire)
        assert len(masked) == len(wire)
        assert card not in masked.hex(), field
        assert card.encode() not in masked, field
        assert card not in repr(message), field
        for found in spec.decode(wire, DecodeOptions(layer)):
            assert card not in json.dumps(dict(found.fields), default=str), field


@protocols
@given(noise=st.binary(max_size=120), number=card_numbers(), place=st.integers(0, 120))
def test_masking_never_fails_and_shows_no_number_in_noise(
    name: str, noise: bytes, number: str, place: int
) -> None:
    spec = registry.load(name)
    assume(not CHANCE.search(number))
    assert len(spec.mask(noise)) == len(noise)
    dirty = noise[:place] + number.encode() + noise[place:]
    masked = spec.mask(dirty)
    assert len(masked) == len(dirty)
    assert number.encode() not in masked


# --- tables ----------------------------------------------------------------------------------


@protocols
def test_every_message_has_a_code_of_its_own(name: str) -> None:
    spec = registry.load(name)
    codes = Counter((layout.code, layout.variant) for layout in spec.messages)
    assert [code for code, count in codes.items() if count > 1] == []
    assert all(layout.name for layout in spec.messages)


@protocols
def test_every_result_code_has_an_outcome_and_words_in_both_languages(name: str) -> None:
    spec = registry.load(name)
    assert spec.results
    outcomes = {meaning.outcome for meaning in spec.results.values()}
    assert {Outcome.APPROVED, Outcome.DECLINED} <= outcomes
    assert Outcome.NOT_SENT not in outcomes, "a result was sent for by its nature"
    for language in LANGUAGES:
        words = protocol_entries(language)[spec.name.replace("-", "_")]
        for code, meaning in spec.results.items():
            assert words.get(meaning.text), (language, code, meaning.text)
            assert words.get(meaning.advice), (language, code, meaning.advice)


@protocols
def test_only_a_refusal_says_that_it_was_done_already(name: str) -> None:
    spec = registry.load(name)
    done = [meaning for meaning in spec.results.values() if meaning.already_done]
    assert all(meaning.outcome is Outcome.DECLINED for meaning in done)


@protocols
def test_every_protocol_has_its_simulated_terminal(name: str) -> None:
    spec = registry.load(name)
    twin = personality.load(spec.name)
    assert set(twin.profiles) == set(spec.profiles)
    assert twin.default_profile == spec.default_profile
    assert set(twin.framers) == set(spec.framers)
    assert spec.default_layer in spec.layers


@protocols
def test_the_golden_vectors_name_their_source_and_hold(name: str) -> None:
    spec = registry.load(name)
    path = VECTORS / f"{spec.name.replace('-', '_')}.json"
    vectors = json.loads(path.read_text(encoding="utf-8"))["vectors"]
    assert {True, False} == {vector["valid"] for vector in vectors}
    for vector in vectors:
        assert vector["source"], vector["id"]
        data, options = bytes.fromhex(vector["hex"]), DecodeOptions(vector["layer"])
        if vector["valid"]:
            assert spec.decode(data, options), vector["id"]
        else:
            with pytest.raises(ProtocolError):
                spec.decode(data, options)
