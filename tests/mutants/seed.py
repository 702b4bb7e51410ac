"""What a planted mistake is: the change, what it would do to the money, and which test notices."""

from __future__ import annotations

from dataclasses import dataclass

from tests.mutants.planting import Edit

LIVES = "tests/mutants/test_short_lives.py"
ATTEMPTS = "terminal_agent.runtime.attempts"
RECOVERY = "terminal_agent.runtime.recovery"
JUDGE = "terminal_agent.refund.recovery"
SUBJECT = "zvt-generic-serial"


@dataclass(frozen=True, slots=True)
class Seed:
    """One mistake. `killed_by` is the test that must fail, `says` a pattern for its error."""

    name: str
    mistake: str
    harm: str
    edits: tuple[Edit, ...]
    killed_by: str
    says: str
