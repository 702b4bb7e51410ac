"""The reading of what mutmut found, and the explanations, on a small example."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.mutation.explained import Explanation, explanations, outdated, unexplained
from tests.mutation.reading import Mutant, mutants, without_words

if TYPE_CHECKING:
    from pathlib import Path

MADE = '''
class Till:
    def xǁTillǁrest__mutmut_orig(self, minor: int) -> int:
        """What is left."""
        return self.minor - minor

    def xǁTillǁrest__mutmut_1(self, minor: int) -> int:
        """What is left."""
        return self.minor + minor

def x_refuse__mutmut_orig(code: str) -> None:
    if code:
        raise ValueError(code, "not a code of ours")

def x_refuse__mutmut_1(code: str) -> None:
    if not code:
        raise ValueError(code, "not a code of ours")

def x_refuse__mutmut_2(code: str) -> None:
    if code:
        raise ValueError(code, "XXnot a code of oursXX")
'''
ENDS = {
    "shop.till.xǁTillǁrest__mutmut_1": 0,
    "shop.till.x_refuse__mutmut_1": 1,
    "shop.till.x_refuse__mutmut_2": 0,
}
REST = Mutant(
    "shop.till.xǁTillǁrest__mutmut_1",
    "shop.till",
    "Till.rest",
    "return self.minor - minor",
    "return self.minor + minor",
    0,
)
WHY = Explanation(REST.module, REST.function, REST.before, REST.after, "nobody adds")


@pytest.fixture
def found(tmp_path: Path) -> list[Mutant]:
    """The mutants of the example."""
    file = tmp_path / "shop" / "till.py"
    file.parent.mkdir()
    file.write_text(MADE, encoding="utf-8")
    meta = file.with_name("till.py.meta")
    meta.write_text(json.dumps({"exit_code_by_key": ENDS}), encoding="utf-8")
    return list(mutants(tmp_path))


def test_a_mutant_is_read_with_its_place_and_its_end(found: list[Mutant]) -> None:
    assert found[0] == REST
    assert found[0].survived
    assert (found[1].function, found[1].before, found[1].after) == (
        "refuse",
        "if code:",
        "if not code:",
    )
    assert not found[1].survived


def test_a_change_of_mere_words_is_left_out(found: list[Mutant]) -> None:
    assert len(found) == 2
    assert without_words("f('one word', key)") == without_words("f(None, key)")
    assert without_words("f(f'a {b} c')") == without_words("f(None)")
    assert without_words("f('key')") != without_words("f('KEY')")


def test_an_explanation_is_for_one_change_or_for_each_of_a_line(found: list[Mutant]) -> None:
    assert unexplained(found, [WHY]) == [found[1]]
    assert unexplained(found, [replace(WHY, after="")]) == [found[1]]
    assert unexplained(found, [replace(WHY, after="another")]) == found
    assert unexplained(found, []) == found


def test_an_explanation_that_does_not_fit_any_more_is_told(found: list[Mutant]) -> None:
    assert outdated(found, [WHY]) == []
    gone = replace(WHY, before="return 1")
    noticed = Explanation("shop.till", "refuse", "if code:", "", "was never noticed")
    assert outdated(found, [gone, noticed]) == [
        (gone, "there is no such mutant any more"),
        (noticed, "a test notices it now"),
    ]


def test_every_explanation_gives_its_reason_once() -> None:
    known = explanations()
    assert all(one.why for one in known)
    places = [(one.module, one.function, one.before, one.after) for one in known]
    assert len(set(places)) == len(places)
