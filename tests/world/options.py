"""Everything that can go wrong in a history, and how often: the one place to turn it up or down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.world.kinds import Do, Hit


def _acts() -> Mapping[Do, float]:
    return {
        Do.AGAIN: 4,
        Do.PRESS: 2,
        Do.RECOVER: 3,
        Do.RESTART: 1,
        Do.PEOPLE: 1,
        Do.CANCEL: 0.5,
        Do.WALK_AWAY: 0.5,
        Do.SELF_APPROVED: 0.3,
        Do.END_OF_DAY: 0.5,
        Do.SELL: 1,
        Do.KEYPAD: 2,
        Do.HAND_END: 0.3,
        Do.PLUG: 1,
        Do.WAIT: 2,
        Do.POWER: 0.7,
        Do.HEAL: 0.5,
        Do.CLOCK: 0.3,
    }


def _hits() -> Mapping[Hit, float]:
    return {
        Hit.KILL: 4,
        Hit.PULL: 3,
        Hit.POWER: 2,
        Hit.DISK: 2,
        Hit.KEYPAD: 1,
        Hit.HAND_END: 0.3,
        Hit.STOP_KEY: 0.5,
        Hit.CLOCK: 0.3,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Chances are between 0 and 1, of one more of its kind; weights only count beside each other.

    `habits` leaves out the terminal that undoes a booking and still shows it ("ghost"): nothing
    that can be read tells the truth about that one.
    """

    protocols: tuple[str, ...] = ()  # none named: all that are registered
    exclusive: float = 0.6
    signs: tuple[str, ...] = ("all", "all", "all", "LN", "L", "")
    habits: tuple[str, ...] = ("stay", "same", "rec1", "rec2", "old1")
    # How often a terminal is asked whether it is idle. The agent's own 2 s are in, the longer ones
    # leave out only questions that are all answered alike, which were most of a history's cost.
    polls_s: tuple[float, ...] = (2.0, 4.9, 4.9, 4.9, 4.9, 4.9)
    wraps: float = 0.1  # numbers begin anew at 0001
    sqlite: float = 0.01  # share on the real journal over a disk whose power can go

    line: float = 0.6
    at_message: float = 0.5
    bytes_most: int = 500
    line_kinds: tuple[str, ...] = (
        "cut",
        "cut",
        "mute",
        "drop",
        "duplicate",
        "swap",
        "delay",
        "garble",
        "split",
        "noise",
        "echo",
    )

    terminal: float = 0.4
    terminal_kinds: tuple[tuple[str, str], ...] = (
        ("money", "decline"),
        ("money", "no_connection"),
        ("money", "host_delay"),
        ("money", "card_abort"),
        ("money", "card_never"),
        ("money", "power_cut"),
        ("money", "power_cut"),
        ("money", "refuse"),
        ("money", "abort"),
        ("money", "silent"),
        ("money", "ignore"),
        ("money", "nak"),
        ("money", "nak_and_run"),
        ("money", "repeat_result"),
        ("money", "no_result"),
        ("enquiry", "stale"),
        ("enquiry", "silent"),
        ("enquiry", "ignore"),
        ("enquiry", "nak"),
        ("status", "ignore"),
        ("status", "silent"),
    )

    # Share of terminals with an acquirer behind them. What goes wrong there can be undone by the
    # terminal; of a refund's lost answer that nothing undoes no agent can know: the terminal lies.
    deep: float = 0.02
    deep_faults: tuple[str, ...] = (
        "lose_request",
        "lose_answer",
        "late",
        "overtaken",
        "duplicate",
        "break_request_mac",
        "break_answer_mac",
        "unreadable_answer",
        "code",
    )

    # Share of histories whose slips are printed in the end, on a printer with faults of its own.
    printer: float = 0.03

    acts_most: int = 5
    acts: Mapping[Do, float] = field(default_factory=_acts)
    blow: float = 0.6
    hits: Mapping[Hit, float] = field(default_factory=_hits)
    faults_most: int = 3  # of each kind
