"""What the terminal does for each request, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.stx import ENQ, EOT
from simulators.desk.engine import Fate, Hear, Put, Steps, Tell, Told, Wait, Wish
from simulators.terminal import Happening

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from simulators.memory import Transaction
    from simulators.steps import Plan
    from simulators.terminal import Order, SimTerminal

_ENQ: Final = bytes((ENQ,))
_EOT: Final = bytes((EOT,))
# The device always decides sooner than this; then it is asked again.
_LONG_S: Final = 3_600.0
# How long the till may keep the line behind its request before the terminal begins all the same.
_LINE_S: Final = 3.0
# Between two tries to give an answer that nobody took.
_AGAIN_S: Final = 5.0


def money(
    terminal: SimTerminal,
    order: Order,
    plan: Plan,
    *,
    now: Callable[[], float],
    answer: Callable[[Transaction], list[bytes]],
    rounds: int,
) -> Steps:
    """Card, host, booking, and then the answer. Nobody is asked for a vote."""
    yield Hear(_LINE_S)
    terminal.start(order, now(), plan)
    while (yield Wait(_LONG_S)) is not Happening.DECIDED:
        pass
    decided = terminal.decided
    assert decided is not None
    terminal.vote()
    yield from say(answer(decided), rounds=rounds)


def at_once(body: bytes, *, rounds: int) -> Steps:
    """An answer without any work, as soon as the till has given the line back."""
    yield Hear(_LINE_S)
    yield from say([body], rounds=rounds)


def say(bodies: list[bytes], *, rounds: int) -> Steps:
    """Ask for the line, say it, give the line back; again where nobody took it."""
    for body in bodies:
        for _ in range(rounds):
            if (yield from _told(body)):
                break
            yield Wait(_AGAIN_S)


def _told(body: bytes) -> Generator[Wish, Told, bool]:
    taken = (yield Put(_ENQ)) is Fate.TAKEN
    if taken:
        taken = (yield Tell(body)) is Fate.TAKEN
    yield Put(_EOT, awaited=False)
    return taken
