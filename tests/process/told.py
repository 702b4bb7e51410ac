"""Reads what the agent told: three sentences on the screen, and the same for a script.

What happened, has money moved, what to do now: all three, whatever went wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.process.agents import Ended


@dataclass(frozen=True, slots=True)
class Told:
    """`code` is the error's; `money` is "no", "maybe" or "yes"."""

    code: str
    money: str
    what: str
    do: str


def told(ended: Ended) -> Told:
    """The error of a run with --json; asserts that a person was told the same three sentences."""
    said = ended.json
    assert said["ok"] is False, ended
    error, message = said["error"], said["message"]
    assert isinstance(error, dict)
    assert isinstance(message, dict)
    on_screen = "".join(ended.err.split())
    for part in ("what", "money", "do"):
        assert message[part].strip(), f"nothing is said about {part}: {ended}"
        assert "".join(message[part].split()) in on_screen, f"{part} is not on the screen: {ended}"
    assert "Traceback" not in ended.err, ended
    assert "{" not in ended.err, f"a gap in a sentence was not filled: {ended}"
    return Told(str(error["code"]), str(said["money_moved"]), message["what"], message["do"])


def outcome(ended: Ended) -> tuple[int, str, str]:
    """Exit code, outcome and what is said about the money, of a case that was told."""
    said = ended.json
    message = said["message"]
    assert isinstance(message, dict)
    for part in ("what", "money", "do"):
        assert message[part].strip(), f"nothing is said about {part}: {ended}"
    assert "Traceback" not in ended.err, ended
    return ended.code, str(said["outcome"]), str(said["money_moved"])
