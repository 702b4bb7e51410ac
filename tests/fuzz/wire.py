"""Targets of a protocol's readers: framers, decode layers, message tables and the mask."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from drivers.trace import FrameMasker, TraceFormat
from protocols.kit.contract import DecodeOptions
from protocols.kit.errors import ProtocolError
from protocols.kit.fields import Field, Hidden, OpenText, Text, Var
from protocols.kit.framing import Control, Payload, quieted
from protocols.kit.masking import Secret
from protocols.kit.tlv import Tlv
from tests.fuzz import cards
from tests.fuzz.target import Script, Target, portions, vectors, within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from protocols.kit.contract import Framer, ProtocolSpec
    from protocols.kit.messages import Message


def targets(spec: ProtocolSpec) -> Iterator[Target]:
    """One for each framer and each decode layer, one for the tables, one for the mask."""
    for transport in spec.framers:
        name = f"{spec.name}-framer-{transport}"
        yield Target(name, _framer(spec, transport), lambda: _prefixed(spec, 1))
    for layer in spec.layers:
        yield Target(
            f"{spec.name}-decode-{layer}", _decode(spec, layer), lambda: _prefixed(spec, 2)
        )
    yield Target(f"{spec.name}-tables", _tables(spec), lambda: vectors(spec.name))
    yield Target(f"{spec.name}-mask", _mask(spec), lambda: vectors(spec.name))


def _prefixed(spec: ProtocolSpec, size: int) -> list[bytes]:
    """The vectors behind choices that are all 0, and each once more behind others."""
    found = vectors(spec.name)
    return [bytes(size) + data for data in found] + [bytes((3, 1))[:size] + d for d in found[::4]]


def _framer(spec: ProtocolSpec, transport: str) -> Callable[[bytes], None]:
    """First byte: the size of the portions. The portions must not change what is understood."""
    make = spec.framers[transport]

    def run(data: bytes) -> None:
        script = Script(data)
        size, stream = script.byte() % 64, script.rest()
        whole, cut = make(), make()
        at_once = [*whole.pieces(stream), *quieted(whole)]
        bit_by_bit = [piece for part in portions(stream, size) for piece in cut.pieces(part)]
        bit_by_bit += quieted(cut)
        wanted = [piece for piece in at_once if isinstance(piece, Payload | Control)]
        assert [p for p in bit_by_bit if isinstance(p, Payload | Control)] == wanted
        for piece in at_once:
            if isinstance(piece, Payload):
                again = make()
                said = again.pieces(whole.frame(piece.data))
                assert [*said, *quieted(again)] == [piece]
        assert _forgotten(whole) == _forgotten(cut)
        assert sum(_length(make(), piece.data, piece) for piece in at_once) <= len(stream)
        _trace(spec, transport, stream, size)

    return run


def _length(framer: Framer, data: bytes, piece: object) -> int:
    return len(framer.frame(data)) if isinstance(piece, Payload) else len(data)


def _forgotten(framer: Framer) -> bytes:
    rest = framer.reset()
    assert not framer.pending
    assert framer.reset() == b""
    return rest


def _trace(spec: ProtocolSpec, transport: str, stream: bytes, size: int) -> None:
    """The trace writes down every portion, and raises for none."""
    masker = FrameMasker(TraceFormat(spec.name, spec.framers[transport], spec.mask))
    kept = [piece for part in portions(stream, size) for piece in masker.take(part)]
    kept += masker.flush()
    for piece in kept:
        if piece.kind in {"damaged", "stray"} and piece.masked:
            assert not cards.in_bytes(piece.data), "the trace shows a card number"


def _decode(spec: ProtocolSpec, layer: str) -> Callable[[bytes], None]:
    """First two bytes: the profile, and the command that is pending."""
    profiles = sorted(spec.profiles)
    codes = sorted({m.code.hex() for m in spec.messages if m.direction != "to_ecr"})
    afters = ["", *codes, "zz", "0", "\u00e4\u0661"]

    def run(data: bytes) -> None:
        script = Script(data)
        profile = profiles[script.byte() % len(profiles)]
        after = afters[script.byte() % len(afters)]
        rest = script.rest()
        try:
            found = spec.decode(rest, DecodeOptions(layer, profile, after))
        except ProtocolError as error:
            within(error, rest)
            return
        for message in found:
            json.dumps(message.fields, allow_nan=False)
            assert message.direction in {"", "to_terminal", "to_ecr"}

    return run


def _tables(spec: ProtocolSpec) -> Callable[[bytes], None]:
    """What was read is written again, and reads as the same."""

    def run(data: bytes) -> None:
        try:
            message = spec.parse(data)
        except ProtocolError as error:
            within(error, data)
            return
        again = spec.parse(spec.serialise(message))
        assert dict(again.values) == dict(message.values)
        assert list(again.values) == list(message.values)
        assert again.layout is message.layout
        assert again.code == message.code
        repr(message)

    return run


def _mask(spec: ProtocolSpec) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        masked = spec.mask(data)
        assert len(masked) == len(data)
        message = _read(spec, data)
        if message is None:
            assert not cards.in_bytes(masked) or not cards.in_bytes(data), "a card is shown"
            return
        _check_fields(spec.parse(masked))

    return run


def _read(spec: ProtocolSpec, data: bytes) -> Message | None:
    try:
        return spec.parse(data)
    except ProtocolError:
        return None


def _check_fields(message: Message) -> None:
    """No field that may hold a card number shows one."""
    layout = message.layout
    fields = {part.name: part.field for part in (*layout.parts, *layout.tagged.values())}
    for name, value in message.values.items():
        match value:
            case Secret():
                assert not cards.in_text(value.clear), f"{name} shows a card number"
            case str() if isinstance(_inner(fields[name]), Text | OpenText):
                assert not cards.in_text(value), f"{name} shows a card number"
            case Tlv():
                for node in value.walk():
                    shown = not node.constructed and cards.in_text(node.value.decode("latin-1"))
                    assert not shown, f"tag {node.tag_hex} shows a card number"
            case bytes():
                assert not cards.in_bytes(value), f"{name} shows a card number"
            case _:
                continue


def _inner(field: Field) -> Field:
    return _inner(field.inner) if isinstance(field, Var | Hidden) else field
