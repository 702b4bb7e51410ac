"""The page about the command line lists what the parser takes, and documents run as written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulators import cli as simulator_cli
from terminal_agent.cli.parser import build_parser
from terminal_agent.cli.running import _COMMANDS
from terminal_agent.exit_codes import ExitCode
from tests.docs.cli_page import commands, options

if TYPE_CHECKING:
    import argparse

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md")], key=lambda page: page.as_posix())
# What stands for something else, and words that are no command line.
_PLACES = re.compile(r"[…|\[\]]|\b(?:COMMAND|OPTIONS)\b")
_FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:refund-agent|terminal-simulator) [^`\n]+)`")


def command_lines(program: str) -> list[tuple[str, str]]:
    """Every command line of a program in the documents, with the page that has it."""
    found: list[tuple[str, str]] = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines = [line for block in _FENCE.findall(text) for line in block.splitlines()]
        lines += _INLINE.findall(_FENCE.sub("", text))
        for line in lines:
            words = line.removeprefix("$ ").removeprefix(".venv/bin/")
            words = words.partition("   #")[0].rstrip()
            if words.startswith(f"{program} ") and not _PLACES.search(words):
                found.append((page.name, words))
    return found


def parsed(parser: argparse.ArgumentParser, line: str) -> bool:
    """Whether the program would take this line (`--help` ends it, and is fine)."""
    try:
        parser.parse_args(shlex.split(line)[1:])
    except SystemExit as stop:
        return stop.code == 0
    return True


def test_the_page_names_every_command_and_option() -> None:
    page = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## `([a-z -]+)`\n(.*?)(?=^## |\Z)", page, re.M | re.S))
    assert sections.keys() == {" ".join(path) for path, _ in commands()}
    for path, parser in commands():
        for action in options(parser):
            name = action.option_strings[-1] if action.option_strings else action.metavar
            assert f"{name}" in sections[" ".join(path)], (path, name)


def test_every_command_of_the_page_can_be_run() -> None:
    assert {" ".join(path) for path, _ in commands()} == set(_COMMANDS)


@pytest.mark.parametrize(("page", "line"), command_lines("refund-agent"))
def test_a_command_line_in_the_documents_is_one(page: str, line: str) -> None:
    words = shlex.split(line)[1:]
    group = {path[0] for path, _ in commands() if len(path) > 1}
    if words[-1] in group and len(words) == 1:
        return  # a text that speaks of the whole group
    assert parsed(build_parser(), line), page


@pytest.mark.parametrize(("page", "line"), command_lines("terminal-simulator"))
def test_a_simulator_line_in_the_documents_is_one(page: str, line: str) -> None:
    assert parsed(simulator_cli._parser(), line), page


def test_the_documents_do_have_command_lines() -> None:
    assert len(command_lines("refund-agent")) > 40
    assert len(command_lines("terminal-simulator")) > 4


def test_every_exit_code_is_explained() -> None:
    page = (ROOT / "docs/reference/exit-codes.md").read_text(encoding="utf-8")
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.M)}
    assert told == {code.value for code in ExitCode}
