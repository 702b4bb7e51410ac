"""Reads what mutmut made and found: every mutant, its change as text, and how the tests ended.

mutmut keeps all forms of a function side by side in one file, and the exit codes of the tests in a
file beside it. A mutant that changes nothing but the words of a message (a text with a blank in
it, or None in its place) is left out of every count: what people read is tested where they read it.
"""

from __future__ import annotations

import ast
import difflib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SURVIVED: Final = 0
_MUTANT: Final = re.compile(r"^(?P<function>.*)__mutmut_(?P<which>orig|\d+)$")
# mutmut's name of a method is xǁClassǁmethod, that of a function x_function.
_MARK: Final = "ǁ"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one function: the lines that went and the lines that came instead.

    `end` is how the tests ended with it: 0 when none of them failed, None when they were not run.
    """

    name: str
    module: str
    function: str
    before: str
    after: str
    end: int | None

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What an explanation names: it holds as long as the lines are these."""
        return self.module, self.function, self.before, self.after

    @property
    def survived(self) -> bool:
        """Whether no test noticed it."""
        return self.end == SURVIVED


def mutants(folder: Path) -> Iterator[Mutant]:
    """Every mutant below `folder`, which mutmut filled, apart from those of mere words."""
    for meta in sorted(folder.rglob("*.py.meta")):
        source = meta.with_suffix("")
        ends = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        module = ".".join(source.relative_to(folder).with_suffix("").parts)
        forms = _forms(ast.parse(source.read_text(encoding="utf-8")))
        for name, end in ends.items():
            function, which = _split(name.removeprefix(f"{module}."))
            original, changed = forms[function]["orig"], forms[function][which]
            if without_words(original) != without_words(changed):
                before, after = _change(original, changed)
                yield Mutant(name, module, _plain(function), before, after, end)


def _forms(tree: ast.Module) -> dict[str, dict[str, str]]:
    """The text of all forms of every function: "orig" and the numbers of the mutants."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            match = _MUTANT.match(node.name)
            if match:
                node.name = "form"
                found.setdefault(match["function"], {})[match["which"]] = ast.unparse(node)
    return found


def _split(name: str) -> tuple[str, str]:
    match = _MUTANT.match(name)
    assert match is not None, f"{name} is no name of a mutant"
    return match["function"], match["which"]


def _plain(function: str) -> str:
    """The function's name as we write it: function, or Class.method."""
    if _MARK not in function:
        return function.removeprefix("x_")
    return ".".join(part for part in function.removeprefix("x").split(_MARK) if part)


class _Words(ast.NodeTransformer):
    """Puts None in the place of every text for people, as some mutants do.

    A text for people has a blank in it; a key, a number or a name has none.
    """

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        words = isinstance(node.value, str) and " " in node.value
        return ast.Constant(None) if words else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        texts = [part.value for part in node.values if isinstance(part, ast.Constant)]
        words = any(isinstance(text, str) and " " in text for text in texts)
        return ast.Constant(None) if words else node


def without_words(source: str) -> str:
    """The shape of this source without the texts for people in it."""
    return ast.dump(_Words().visit(ast.parse(source)))


def _change(original: str, changed: str) -> tuple[str, str]:
    """The lines that differ, without their indentation."""
    gone: list[str] = []
    come: list[str] = []
    for line in difflib.ndiff(original.splitlines(), changed.splitlines()):
        if line.startswith("- "):
            gone.append(line[2:].strip())
        elif line.startswith("+ "):
            come.append(line[2:].strip())
    return " ".join(gone), " ".join(come)
