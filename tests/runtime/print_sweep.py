"""`python -m tests.runtime.print_sweep`: every fault of a printer at every byte or row of a slip.

Each life is: one copy is due, the fault strikes, nobody is there; then somebody comes, puts right
what can be put right, and says truly what came out. The judge looks at the paper after each step.
Prints the table of docs/explanation/printing.md.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass, replace
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Final

from printing.profile import PrinterProfile
from terminal_agent.refund.states import SlipState
from tests.runtime.paper_shop import HONEST, Helper, PaperShop
from tests.setting import Killed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Somebody comes back this often at most, until everything must have come out.
ROUNDS: Final = 4
BYTES: Final = 620  # more than the longest job with all questions around it
ROWS: Final = 24
# A fault that strikes at a byte, at a row, or lasts.
AT_BYTE: Final = ("power-loss", "pull", "stall", "cover-open")
AT_ROW: Final = ("paper-out",)
LASTING: Final = (
    *("cutter", "near-end", "silent", "no-process-id", "constant-id"),
    *("noise", "status-noise", "late=900", "slow=400"),
)
# Lies about the paper itself: no till can see through them.
LIES: Final = ("early-echo", "says-paper")
BLIND: Final = replace(HONEST, answers=False, process_id=False)


@dataclass(frozen=True, slots=True)
class Kind:
    """A printer with its line."""

    name: str
    profile: PrinterProfile = HONEST
    network: bool = True
    readable: bool = True
    system_buffer: int = 0
    buffer: int = 4096

    def shop(self, copies: tuple[str, ...] = ("customer",)) -> PaperShop:
        """A shop with such a printer."""
        return PaperShop(
            profile=self.profile,
            copies=copies,
            network=self.network,
            readable=self.readable,
            system_buffer=self.system_buffer,
            buffer=self.buffer,
        )


KINDS: Final = (
    Kind("echoes"),
    Kind("echoes, serial line", network=False),
    Kind("echoes, buffer of 128 bytes", buffer=128),
    Kind("echoes, system buffers 512 bytes", system_buffer=512),
    Kind("answers, no echo", replace(HONEST, process_id=False)),
    Kind("blind", BLIND, readable=False, network=False),
)


def positions(fault: str, stride: int = 1) -> Iterable[int | None]:
    """Where this fault can strike."""
    if fault in AT_BYTE:
        return range(0, BYTES, stride)
    return range(ROWS) if fault in AT_ROW else (None,)


def strike(shop: PaperShop, fault: str, at: int | None) -> None:
    """Let it happen."""
    name, _, number = fault.partition("=")
    shop.fake.fault(name, int(number) if number else at, shop.clock.monotonic())


def life(
    kind: Kind, fault: str, at: int | None, tally: Counter[str], *, honest: bool = True
) -> None:
    """One copy, one fault; nobody is there first. Raises AssertionError for a broken promise."""
    shop = kind.shop()
    strike(shop, fault, at)
    shop.press()
    shop.judge(honest=honest)
    tally[shop.slips[0].state.value] += 1
    shop.end()
    shop.begin()
    _morning(shop, honest=honest)
    tally["marked"] += shop.slips[0].reprint > 0
    tally["lives"] += 1


def _morning(shop: PaperShop, *, honest: bool = True) -> None:
    """Somebody sees to it that everything comes out; a printer that stays odd is replaced."""
    shop.put_right()
    shop.judge(honest=honest)
    helper = Helper(shop)
    for left in reversed(range(ROUNDS)):
        done = shop.press(helper)
        shop.judge(honest=honest)
        if done:
            return
        if left == 1:
            shop.replace_printer()
    raise AssertionError(f"it never came out: {shop.slips} {helper.asked}")


def crash_life(kind: Kind, fault: str, at: int | None, moment: int, *, survives: bool) -> bool:
    """As `life`, and the process is killed at this moment of its journal; False where there is
    none."""
    shop = kind.shop(("merchant", "customer"))
    strike(shop, fault, at)
    shop.disk.survives = survives
    reached = count(1)
    killed = False

    def kill(_label: str) -> None:
        nonlocal killed
        if next(reached) == moment:
            killed = True
            raise Killed

    shop.live_through(Helper(shop), kill)
    shop.judge()
    if killed:
        _morning(shop)
    return killed


def wild_life(seed: int) -> PaperShop:
    """Several bad days: faults, kills and helpless people at random, then a good one."""
    rng = Random(seed)
    shop = rng.choice(KINDS).shop(("merchant", "customer"))
    for _ in range(rng.randint(1, 4)):
        for _ in range(rng.randint(0, 2)):
            fault = rng.choice((*AT_BYTE, *AT_ROW, "cutter", "noise", "status-noise", "late=900"))
            at = rng.randrange(ROWS if fault in AT_ROW else BYTES * 2)
            strike(shop, fault, at if fault in (*AT_BYTE, *AT_ROW) else None)
        shop.disk.survives = rng.random() < 0.5
        people = rng.choice((None, Helper(shop), Helper(shop, helps=False)))
        shop.live_through(people, _killer(rng))
        shop.judge()
        if rng.random() < 0.5:
            shop.put_right()
            shop.judge()
        if rng.random() < 0.3:
            shop.end()
            shop.begin()
        if rng.random() < 0.3:
            _want_more(shop, rng)
    shop.end()
    shop.begin()
    _morning(shop)
    return shop


def _want_more(shop: PaperShop, rng: Random) -> None:
    """Somebody wants a further copy of what came out."""
    from terminal_agent.runtime.slip_notes import SlipNotes
    from tests.refund import story as s

    for slip in shop.slips:
        if slip.state is SlipState.CONFIRMED and rng.random() < 0.5:
            SlipNotes(shop.journal, shop.clock, s.CASE).again(slip)


def _killer(rng: Random) -> Callable[[str], None]:
    left = rng.randrange(30) if rng.random() < 0.5 else -1

    def kill(_label: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed

    return kill


def sweep(stride: int = 1) -> dict[tuple[str, str], Counter[str]]:
    """Every fault at every position on every kind of printer; figures by kind and fault."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for kind in KINDS:
        for fault in (*AT_BYTE, *AT_ROW, *LASTING):
            tally = found[kind.name, fault] = Counter()
            for at in positions(fault, stride):
                life(kind, fault, at, tally)
    return found


def table(found: dict[tuple[str, str], Counter[str]]) -> str:
    """The figures as Markdown, all kinds of printers together by fault, then by kind."""
    rows = ["| fault | lives | confirmed | not sent | uncertain | marked copies in the end |"]
    rows.append("|---|---|---|---|---|---|")
    for place, name in ((1, "fault"), (0, "printer")):
        sums: dict[str, Counter[str]] = {}
        for key, tally in found.items():
            sums.setdefault(key[place], Counter()).update(tally)
        for what, tally in sums.items():
            columns = ("lives", "confirmed", "not_sent", "uncertain", "marked")
            cells = " | ".join(f"{tally[column]:,}" for column in columns)
            rows.append(f"| {name}: {what} | {cells} |")
    return "\n".join(rows)


def main() -> None:
    """Live them all, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.runtime.print_sweep")
    parser.add_argument("--stride", type=int, default=1, help="take every N-th byte only")
    print(table(sweep(parser.parse_args().stride)))


if __name__ == "__main__":
    main()
