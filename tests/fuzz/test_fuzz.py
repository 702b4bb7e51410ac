"""Every reader takes its whole corpus and some thousands of seeded mutations of it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from protocols.kit import registry
from protocols.kit.framing import Payload
from simulators import personality
from tests.fuzz import cards, engine
from tests.fuzz.growth import BLOCK, Stream, fed, kept, streams
from tests.fuzz.mutate import CHANGES, mutated
from tests.fuzz.target import CORPUS, Target
from tests.fuzz.targets import targets

if TYPE_CHECKING:
    from pathlib import Path

MUTATIONS = 3_000
# Four blocks and a bound of one: what grows by a third of a byte for each byte is found.
STREAM_BYTES = 4 * BLOCK
# What a reader may hold on to: two of the longest frames there are, doubled bytes and all.
KEPT_BYTES = BLOCK
CORPUS_BYTES = 300_000


@pytest.mark.parametrize("name", targets())
def test_nothing_comes_out_but_what_the_reader_says_it_raises(name: str) -> None:
    found = engine.seeded(targets()[name], MUTATIONS, seed=1)
    assert found is None, f"{found[0].hex()}\n{found[1]}"


def test_every_protocol_and_terminal_has_a_target_for_each_of_its_readers() -> None:
    names = set(targets())
    for name, spec in registry.installed().items():
        wanted = {f"{name}-framer-{t}" for t in spec.framers}
        wanted |= {f"{name}-session-{t}" for t in spec.framers}
        wanted |= {f"{name}-decode-{layer}" for layer in spec.layers}
        assert names >= wanted | {f"{name}-tables", f"{name}-mask"}
    for name in personality.names():
        assert names >= {f"{name}-terminal-{t}" for t in personality.load(name).framers}


def test_the_corpus_is_small_and_belongs_to_targets_that_are_there() -> None:
    folders = {file.parent.name for file in CORPUS.rglob("*") if file.is_file()}
    assert folders <= set(targets())
    assert folders
    assert sum(f.stat().st_size for f in CORPUS.rglob("*") if f.is_file()) < CORPUS_BYTES


def _fragile(data: bytes) -> None:
    if data[1:2] == b"\x80":
        raise IndexError(data)


def test_the_mutator_finds_what_is_wrong_and_finds_it_again(tmp_path: Path) -> None:
    target = Target("fragile", _fragile, lambda: [b"\x00\x00\x00", b"\x01\x02"])
    found = engine.seeded(target, 2_000, seed=3)
    assert found is not None
    data, told = found
    assert "IndexError" in told
    assert engine.seeded(target, 2_000, seed=3) == found
    engine.keep(tmp_path, [data])
    assert (tmp_path / engine.name_of(data)).read_bytes() == data
    assert engine.fails(target, data)
    assert engine.fails(target, b"\x00\x00") == ""


def test_each_change_changes_something_and_the_length_is_bounded() -> None:
    rng = random.Random(7)
    before = bytes((3, 1, 2, 3, 0x30, 0x31, 0x10, 0x02))
    for change in CHANGES:
        seen = set()
        for _ in range(50):
            data = bytearray(before)
            change(rng, data, [before, b"other"])
            seen.add(bytes(data))
        assert len(seen) > 1, change.__name__
    assert all(len(mutated(rng, [before * 20], 40)) <= 40 for _ in range(200))


@pytest.mark.parametrize("stream", list(streams()), ids=lambda one: f"{one.reader}, {one.kind}")
def test_what_a_reader_keeps_of_a_hostile_stream_is_bounded(stream: Stream) -> None:
    feed, reader = stream.start()
    fed(stream, BLOCK, feed)
    before = kept(reader)
    fed(stream, STREAM_BYTES - BLOCK, feed)
    assert kept(reader) - before < KEPT_BYTES


@pytest.mark.parametrize(
    "stream",
    [one for one in streams() if one.kind == "frames" and "-framer-" in one.reader],
    ids=lambda one: one.reader,
)
def test_a_stream_of_frames_is_read_as_messages(stream: Stream) -> None:
    framer = stream.framer()
    pieces = framer.pieces(stream.block[: 16 << 10])
    messages = [piece for piece in pieces if isinstance(piece, Payload)]
    assert len(messages) > 20
    assert len({piece.data for piece in messages}) > 2


def test_a_reader_that_hoards_is_seen() -> None:
    hoard: list[bytes] = []
    before = kept(hoard)
    hoard += [bytes(1000)[: 999 - at] for at in range(100)]
    assert kept(hoard) - before > 90_000


@pytest.mark.parametrize(
    ("shown", "card"),
    [
        (b"4761739001010119", True),
        (b"4761 7390-0101 0119", True),
        (b"x12\x474761739001010119", True),
        (bytes.fromhex("F4761739001010119F"), True),
        (b"476173******0119", False),
        (bytes.fromhex("476173EEEEEE0119"), False),
    ],
)
def test_a_card_number_is_recognised(shown: bytes, card: bool) -> None:
    assert cards.in_bytes(shown) is card
