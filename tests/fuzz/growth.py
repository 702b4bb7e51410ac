"""Long hostile streams through every framer, session and terminal: what they keep is bounded."""

from __future__ import annotations

import gc
import random
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Final

from protocols.kit import registry
from protocols.kit.errors import ProtocolError
from protocols.kit.framing import Control, Payload, quieted
from protocols.kit.session import Finished, ResultSeen, SessionSettings
from simulators import personality
from tests.fuzz.sessions import offered
from tests.fuzz.target import vectors
from tests.fuzz.terminals import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from protocols.kit.contract import Framer, ProtocolSpec
    from simulators.personality import PersonalitySpec

LIMIT_BYTES: Final = 8 << 20
PORTION: Final = 4096  # what one read of a line gives
BLOCK: Final = 256 << 10  # the stream repeats itself after so many bytes
_STATM: Final = Path("/proc/self/statm")
_PAGE: Final = 4096

# Noise; good frames in any order; a frame that never ends; frames that break off.
KINDS: Final = ("noise", "frames", "no end", "broken off")

Reader = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of bytes through one reader. `start` gives the feed, and the object it feeds."""

    reader: str
    kind: str
    start: Callable[[], tuple[Reader, object]]
    protocol: str
    framer: Callable[[], Framer]

    @property
    def block(self) -> bytes:
        """The bytes that repeat."""
        return _block(self.protocol, self.framer, self.kind)


def streams() -> Iterator[Stream]:
    """Every reader of every protocol with every kind of stream."""
    for spec in registry.installed().values():
        for transport, framer in spec.framers.items():
            session = _session(spec, transport)
            for kind in KINDS:
                alone = _framer(framer)
                yield Stream(f"{spec.name}-framer-{transport}", kind, alone, spec.name, framer)
                yield Stream(f"{spec.name}-session-{transport}", kind, session, spec.name, framer)
    for name in personality.names():
        terminal = personality.load(name)
        for transport, framer in terminal.framers.items():
            start = _terminal(terminal, transport)
            for kind in KINDS:
                yield Stream(f"{name}-terminal-{transport}", kind, start, name, framer)


@cache
def _block(protocol: str, make: Callable[[], Framer], kind: str) -> bytes:
    rng = random.Random(f"{protocol} {kind}")
    frames = [frame for data in vectors(protocol) if (frame := _framed(make(), data))]
    match kind:
        case "noise":
            return rng.randbytes(BLOCK)
        case "frames":
            return _filled(rng, frames)
        case "no end":
            return (frames[0][:4] + b"\xff\xff\xff" + b"\xee" * BLOCK)[:BLOCK]
        case _:
            return _filled(rng, [frame[: rng.randrange(len(frame)) + 1] for frame in frames])


def _framed(framer: Framer, data: bytes) -> bytes:
    """As it stands where this line says it so, else with a frame around it; b"" if none fits."""
    pieces = [*framer.pieces(data), *quieted(framer)]
    framer.reset()
    if pieces and all(isinstance(piece, Payload | Control) for piece in pieces):
        return data
    try:
        return framer.frame(data)
    except ProtocolError:
        return b""


def _filled(rng: random.Random, parts: list[bytes]) -> bytes:
    filled = bytearray()
    while len(filled) < BLOCK:
        filled += rng.choice(parts)
    return bytes(filled[:BLOCK])


def _framer(make: Callable[[], Framer]) -> Callable[[], tuple[Reader, object]]:
    def start() -> tuple[Reader, object]:
        framer = make()

        def feed(data: bytes) -> None:
            framer.pieces(data)

        return feed, framer

    return start


def _session(spec: ProtocolSpec, transport: str) -> Callable[[], tuple[Reader, object]]:
    """A till that asks again and again, and waits in each request as long as its timers let it."""

    settings = SessionSettings(spec.default_profile, transport)
    money, requests = offered(spec, settings)

    def start() -> tuple[Reader, object]:
        session = spec.session(settings)
        turn, now, busy = 0, 0.0, False

        def feed(data: bytes) -> None:
            nonlocal turn, now, busy
            now += 0.01
            if not busy:
                busy = True
                every = turn // 2
                request = money[-1] if turn % 2 else requests[every % len(requests)]
                turn += 1
                session.begin(request, now)
            actions = list(session.receive(data, now))
            if any(isinstance(action, ResultSeen) for action in actions):
                actions += session.result_durable(now)
            if session.deadline is not None and turn % 8 == 0:
                now = max(now, session.deadline)
                actions += session.tick(now)
            busy = not any(isinstance(action, Finished) for action in actions)

        return feed, session

    return start


def _terminal(spec: PersonalitySpec, transport: str) -> Callable[[], tuple[Reader, object]]:
    def start() -> tuple[Reader, object]:
        _, line = build(spec, spec.default_profile, transport)
        now = 0.0

        def feed(data: bytes) -> None:
            nonlocal now
            now += 0.01
            line.receive(data, now)
            if line.deadline is not None and line.deadline <= now:
                line.tick(now)

        return feed, line

    return start


def fed(stream: Stream, size: int, feed: Reader) -> None:
    """Give `size` bytes of the stream to a reader, as a line would."""
    for at in range(0, size, PORTION):
        feed(stream.block[at % BLOCK : at % BLOCK + PORTION])


def grown(stream: Stream, size: int) -> int:
    """By how many bytes the process grew at most behind the first block of the stream."""
    feed, _reader = stream.start()
    with _Meter() as used:
        fed(stream, BLOCK, feed)
        before = most = used()
        for _ in range(size // BLOCK - 1):
            fed(stream, BLOCK, feed)
            most = max(most, used())
    return most - before


class _Meter:
    """Resident memory where the system tells it, else what Python has allocated."""

    def __enter__(self) -> Callable[[], int]:
        if _STATM.is_file():
            return lambda: int(_STATM.read_text().split()[1]) * _PAGE
        tracemalloc.start()
        return lambda: tracemalloc.get_traced_memory()[1]

    def __exit__(self, *_error: object) -> None:
        tracemalloc.stop()


def kept(reader: object) -> int:
    """Bytes of everything that a reader holds on to, by walking through it."""
    seen: set[int] = set()
    waiting: list[object] = [reader]
    total = 0
    while waiting:
        found = waiting.pop()
        if id(found) in seen or isinstance(found, _not_held()):
            continue
        seen.add(id(found))
        total += sys.getsizeof(found)
        waiting.extend(gc.get_referents(found))
    return total


@cache
def _not_held() -> tuple[type, ...]:
    return (type, ModuleType, FunctionType, BuiltinFunctionType)
