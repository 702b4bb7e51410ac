"""Writes docs/reference/simulator.md: options, steps, faults and scenarios come from the code."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import TYPE_CHECKING

from simulators import cli, habits, scenario
from simulators.acquirer.settings import FAULT_KEYS as HOST_FAULT_KEYS
from simulators.acquirer.settings import MESSAGES, HostSettings
from simulators.personality import load, names
from simulators.settings import TerminalSettings
from tests.docs.cli_page import options, spelled
from tests.docs.template import filled, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulators.personality import PersonalitySpec

WORDS = (
    *("status", "register", "sale", "void", "refund", "money", "enquiry", "end_of_day"),
    *("diagnose", "initialise", "abort", "result", "progress", "completion", "aborted", "end"),
    *("print", "answer", "refusal", "ACK", "NAK"),
)
STEPS = {
    "approve": "approved, but with another amount than was asked for",
    "decline": "the host says no, with this result code",
    "no_connection": "the host cannot be reached",
    "host_delay": "the host takes that long",
    "card_abort": "the cardholder presses stop after so long",
    "card_never": "no card is presented",
    "power_cut": "no power for so long; `when` is `before_commit` or `after_commit`",
    "keypad": "somebody books at the keypad just before: `kind` is `sale`, `void` or `refund`",
    "refuse": "refused before anything starts",
    "abort": "started, and ended without a result",
    "silent": "taken, and nothing follows",
    "ignore": "as if the message had never come",
    "nak": "not accepted on the line, not executed",
    "nak_and_run": "the line says no, and yet it is executed",
    "stale": "the last record is sent once more in front of the answer",
    "status": "what a status enquiry is answered with",
    "repeat_result": "the result is sent so many times more",
    "no_result": "completed without a result",
    "odd": "answered in an odd way of the protocol's own, by its word, see below",
}
FAULTS = {
    "cut": "after `keep` bytes of it the line dies, for `seconds` or for good",
    "mute": "from there on everything vanishes, both ways, for so long",
    "drop": "it is lost",
    "swap": "it arrives behind what follows it; nothing follows: it is lost",
    "duplicate": "it comes `count` times more",
    "delay": "it comes so much later",
    "garble": "one bit of it is flipped",
    "split": "it comes in `count` pieces, so far apart",
    "noise": "so many random bytes come in front of it",
    "echo": "it also comes back to whoever sent it",
}

HOST = {
    "timeout_s": "seconds until an answer is missing",
    "tries": "how often a reversal or a settlement is sent at the most (1 to 9)",
    "answer_s": "seconds until an answer is there",
    "key_bytes": "8 (DES) or 16 (triple DES)",
    "refund_reversal": "refunds can be reversed as well",
    "forgets_reversals": "an original that comes behind its own reversal is booked",
    "drops_at_midnight": "the terminal throws away a reversal of another day",
    "unbuildable": "the terminal throws away every reversal, as one that cannot be built",
}
HOST_FAULTS = {
    "lose_request": "it never arrives",
    "lose_answer": "it is done, and nobody hears of it",
    "slow": "it arrives so much later",
    "late": "it is done at once and answered so much later",
    "overtaken": "it arrives behind the next message, and its answer is lost",
    "duplicate": "it arrives twice",
    "break_request_mac": "its check value is wrong: A0",
    "break_answer_mac": "the check value of the answer is wrong",
    "unreadable_answer": "the answer lacks its end",
    "code": "answered with this response code; booked where the code means approved",
    "partial": "approved with code 10, for that much at the most",
    "close_batch": "the acquirer closes the batch just before",
}


def render() -> str:
    """The whole page; a step or fault without words is a KeyError."""
    known = load("zvt").knows
    assert all(known(word) for word in WORDS), "a word that no scenario may use"
    assert HOST.keys() | {"faults"} == {field.name for field in fields(HostSettings)}
    told = [
        (f"`{spelled(option).replace('|', chr(92) + '|')}`", str(option.help or "who prints"))
        for option in options(cli._parser())
        if option.dest != "version"
    ]
    settings = [_setting(field.name) for field in fields(TerminalSettings)]
    scenarios = [(f"`{name}`", scenario.load(name).about) for name in scenario.names()]
    return filled(
        "simulator.md",
        options=rows(told),
        words=", ".join(f"`{word}`" for word in WORDS),
        steps=rows(_keyed(scenario.STEP_KEYS, STEPS)),
        faults=rows(_keyed(scenario.FAULT_KEYS, FAULTS)),
        settings=rows(settings),
        habits="\n".join(_habits(load(name)) for name in names()),
        host=rows([_host(name) for name in HOST]),
        host_messages=", ".join(f"`{name}`" for name in MESSAGES),
        host_faults=rows(_keyed(HOST_FAULT_KEYS, HOST_FAULTS)),
        scenarios=rows(scenarios),
    )


def _habits(spec: PersonalitySpec) -> str:
    """What one protocol's terminals differ in, and how each of their answers may be odd."""
    parts = [f"#### {spec.protocol}\n"]
    told = habits.told(spec.habits(spec.default_profile))
    if told:
        cells = [
            (f"`{name}`", f"`{usual}`", possible, about) for name, usual, possible, about in told
        ]
        parts.append("| `[habits]` | default | | |\n|---|---|---|---|\n" + rows(cells))
    else:
        parts.append("No habits of its own.\n")
    if spec.odd:
        words = [(f"`{word}`", about) for word, about in spec.odd.items()]
        parts.append('| `do = "odd"` | what happens |\n|---|---|\n' + rows(words))
    left_out = sorted(scenario.STEP_KEYS.keys() - spec.plays)
    if left_out:
        parts.append(f"Steps that it cannot play: {', '.join(f'`{do}`' for do in left_out)}.\n")
    return "\n".join(parts)


def _keyed(keys: Mapping[str, tuple[str, ...]], words: Mapping[str, str]) -> list[tuple[str, ...]]:
    return [
        (f"`{name}`", ", ".join(f"`{key}`" for key in wanted) or "–", words[name])
        for name, wanted in keys.items()
    ]


def _host(name: str) -> tuple[str, str, str]:
    default = getattr(HostSettings(), name)
    shown = str(default).lower() if isinstance(default, bool) else str(default)
    return f"`{name}`", f"`{shown}`", HOST[name]


def _setting(name: str) -> tuple[str, str, str]:
    default = getattr(TerminalSettings(), name)
    if isinstance(default, Enum):
        choices = " ".join(f"`{member.value}`" for member in type(default))
        return f"`{name}`", f"`{default.value}`", f"one of {choices}"
    if isinstance(default, bool):
        return f"`{name}`", f"`{str(default).lower()}`", "`true` or `false`"
    return f"`{name}`", f"`{default}`", "seconds" if name.endswith("_s") else ""
