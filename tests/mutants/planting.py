"""Plants a mistake in a function of the product, and runs one test against it in this process.

A mistake is a change of the function's source text. A text that is not there (any more), or is
there twice, is an error: a mistake that is never planted must not pass for one that was noticed.
"""

from __future__ import annotations
import __future__

import inspect
import textwrap
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from operator import attrgetter
from types import CodeType, FunctionType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Plugins that measure, draw or remember: nothing of it belongs into the run inside of a run.
QUIET = tuple(
    part
    for name in ("cacheprovider", "cov", "xdist", "benchmark", "faulthandler")
    for part in ("-p", f"no:{name}")
)


@dataclass(frozen=True, slots=True)
class Edit:
    """In the function `module:Class.method` the text `old` becomes `new`."""

    function: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A test that failed: its id, the kind of its error, and what the error says."""

    test: str
    kind: str
    text: str


def found(name: str) -> FunctionType:
    """The function of that name, whatever it is wrapped in as an attribute of its class."""
    module, _, path = name.partition(":")
    owner: object = import_module(module)
    *classes, last = path.split(".")
    if classes:
        owner = attrgetter(".".join(classes))(owner)
    function: object = vars(owner)[last]
    if isinstance(function, classmethod | staticmethod):
        function = function.__func__
    if isinstance(function, property):
        function = function.fget
    function = inspect.unwrap(function) if callable(function) else function
    assert isinstance(function, FunctionType), f"{name} is no function"
    return function


def mistaken(function: FunctionType, edits: Iterable[Edit]) -> CodeType:
    """The code of the function with these edits; AssertionError where a text is not there once."""
    source = inspect.getsource(function)
    for edit in edits:
        count = source.count(edit.old)
        assert count == 1, f"{edit.function} has {count} times: {edit.old}"
        source = source.replace(edit.old, edit.new)
    flags = __future__.annotations.compiler_flag
    module = compile(textwrap.dedent(source), f"<{function.__qualname__}>", "exec", flags)
    code = next(part for part in module.co_consts if isinstance(part, CodeType))
    assert code.co_freevars == function.__code__.co_freevars, "the closure stays as it is"
    return code


@contextmanager
def planted(edits: Sequence[Edit]) -> Iterator[None]:
    """The mistake is in the code, for everybody who has the function, until the block ends."""
    by_function: defaultdict[str, list[Edit]] = defaultdict(list)
    for edit in edits:
        by_function[edit.function].append(edit)
    with pytest.MonkeyPatch.context() as patch:
        for name, parts in by_function.items():
            function = found(name)
            patch.setattr(function, "__code__", mistaken(function, parts))
        yield


class _Witness:
    """Hears what a run inside of this run says."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.failures: list[Failure] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Iterator[None]:
        report = yield
        if call.excinfo is not None and report.failed:  # type: ignore[attr-defined]
            error = call.excinfo
            self.failures.append(Failure(item.nodeid, error.typename, str(error.value)))
        elif call.when == "call":
            self.passed.append(item.nodeid)
        return report


def run(root: str, *tests: str) -> tuple[list[str], list[Failure]]:
    """Run these tests to the first failure; the ids that passed, and the failures.

    AssertionError where no test has such an id.
    """
    witness = _Witness()
    options = ["-x", "-q", "--no-header", "--no-summary", f"--rootdir={root}"]
    end = pytest.main([*options, *QUIET, *tests], plugins=[witness])
    assert end in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}, f"{tests}: {end!r}"
    return witness.passed, witness.failures
