"""Mutants that no test can notice, or need not, each with its reason, from `explained.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.mutation.reading import Mutant

FILE: Final = Path(__file__).with_name("explained.toml")


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a mutant may live. `after` names one change; empty, it stands for each of `before`."""

    module: str
    function: str
    before: str
    after: str
    why: str

    def fits(self, mutant: Mutant) -> bool:
        """Whether it is about this mutant."""
        module, function, before, after = mutant.place
        same = (module, function, before) == (self.module, self.function, self.before)
        return same and self.after in {"", after}


def explanations() -> list[Explanation]:
    """All of them; a part that is missing or wrong is an error of Python."""
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return [Explanation(**{"after": "", **entry}) for entry in told["explained"]]


def unexplained(mutants: Iterable[Mutant], known: Iterable[Explanation]) -> list[Mutant]:
    """Mutants that nothing explains."""
    known = list(known)
    return [mutant for mutant in mutants if not any(one.fits(mutant) for one in known)]


def outdated(
    mutants: Iterable[Mutant], known: Iterable[Explanation]
) -> list[tuple[Explanation, str]]:
    """Explanations of mutants that are not made any more, or that a test notices, and which."""
    found = list(mutants)
    wrong: list[tuple[Explanation, str]] = []
    for one in known:
        about = [mutant for mutant in found if one.fits(mutant)]
        if not about:
            wrong.append((one, "there is no such mutant any more"))
        elif all(mutant.end not in {0, None} for mutant in about):
            wrong.append((one, "a test notices it now"))
    return wrong
