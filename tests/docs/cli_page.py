"""Writes docs/reference/cli.md from the command line itself."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from terminal_agent.cli.parser import build_parser
from tests.docs.template import filled

if TYPE_CHECKING:
    from collections.abc import Iterator


def commands(
    parser: argparse.ArgumentParser | None = None, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Every command with its parser; groups themselves are left out."""
    here = parser or build_parser()
    below = [a for a in here._actions if isinstance(a, argparse._SubParsersAction)]
    if not below:
        yield path, here
    for action in below:
        for name, child in action.choices.items():
            yield from commands(child, (*path, name))


def options(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """The options and arguments of one command, without --help."""
    skipped = (argparse._SubParsersAction, argparse._HelpAction)
    return [action for action in parser._actions if not isinstance(action, skipped)]


def spelled(action: argparse.Action) -> str:
    """How an option is typed, with the name of its value."""
    if not action.option_strings:
        name = str(action.metavar or action.dest)
        return f"[{name}]" if action.nargs in {"?", "*"} else name
    names = ", ".join(action.option_strings)
    if action.nargs == 0:
        return names
    choices = "|".join(str(choice) for choice in action.choices or ())
    return f"{names} {action.metavar or choices}"


def render() -> str:
    """The whole page."""
    parser = build_parser()
    parts = [_table(parser), "\n"]
    for path, command in commands(parser):
        name = " ".join(path)
        parts.append(f"## `{name}`\n\n{_sentence(command.description or '')}\n\n")
        if found := _table(command):
            parts.append(f"{found}\n")
    return filled("cli.md", commands="".join(parts))


def _sentence(text: str) -> str:
    end = "" if text.endswith((".", "?")) else "."
    return text[:1].upper() + text[1:] + end


def _table(parser: argparse.ArgumentParser) -> str:
    rows = [(spelled(action), str(action.help or "")) for action in options(parser)]
    if not rows:
        return ""
    lines = [f"| `{name.replace('|', chr(92) + '|')}` | {text} |" for name, text in rows]
    return "\n".join(["| option | meaning |", "|---|---|", *lines]) + "\n"
