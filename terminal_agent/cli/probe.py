"""`refund-agent probe`: what this terminal can prove, told and written beside the configuration.

`profiles.d/NAME.toml` then fills what the main file leaves open: the kind of terminal, and the
signs that were seen by reading. What shows only while money moves stays for a technician to
confirm in the main file.
"""

from __future__ import annotations

import json
import tomllib
from contextlib import ExitStack
from typing import TYPE_CHECKING

from drivers.errors import LinkError
from protocols.kit.errors import BadField
from protocols.kit.money import Amount
from protocols.kit.registry import load
from protocols.kit.vocabulary import TransactionRecord
from terminal_agent.cli.reporting import ConsoleReporter
from terminal_agent.cli.views import record_json, record_rows
from terminal_agent.console.screen import table
from terminal_agent.errors import ConfigError
from terminal_agent.exit_codes import ExitCode
from terminal_agent.runtime.conversation import Conversation
from terminal_agent.runtime.probe import Probed, probe

if TYPE_CHECKING:
    from pathlib import Path

    from terminal_agent.cli.context import Context

FOLDER = "profiles.d"


def run_probe(context: Context) -> ExitCode:
    """Try the kinds of terminal until one answers; tell and write what it showed."""
    name, config = context.loaded.terminal(context.arguments.terminal)
    path = context.loaded.path.parent / FOLDER / f"{name}.toml"
    spec = load(config.protocol)
    others = [one for one in spec.profiles if one != spec.default_profile]
    fixed = context.loaded.origins.get(f"terminal.{name}.profile") == str(context.loaded.path)
    profiles = [config.profile] if fixed and config.profile else [spec.default_profile, *others]
    profile, found = _first_that_answers(context, name, profiles, _before(path))
    _tell(context, profile, found)
    if not context.arguments.dry_run:
        _write(path, profile, found)
        if not context.as_json:
            context.screen.say(context.texts.line("probe.written", path=str(path)))
    return ExitCode.APPROVED


def _first_that_answers(
    context: Context, name: str, profiles: list[str], before: TransactionRecord | None
) -> tuple[str, Probed]:
    """The profile and what was seen; the error of the first one where none of them answers."""
    first: LinkError | None = None
    for profile in profiles:
        with ExitStack() as undo:
            station = context.station(undo, name, profile=profile)
            verbose = context.arguments.verbose
            reporter = ConsoleReporter(context.progress_screen, context.texts, verbose=verbose)
            talk = Conversation(station, reporter)
            try:
                talk.start()
                amount = Amount(1, station.currency)
                return profile, probe(talk, station.capabilities, amount, before)
            except LinkError as error:
                first = first or error
                # Another kind of terminal does not mend a port that is taken or not there.
                if error.code not in {"link.no_answer", "link.wrong_protocol", "link.nak"}:
                    break
    assert first is not None, "there is a kind of terminal to try"
    raise first


def _before(path: Path) -> TransactionRecord | None:
    """The record that an earlier probe has seen; None where there is none that can be read."""
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8"))
        seen = stored["seen"]
        assert isinstance(seen, dict)
        return TransactionRecord.from_json(seen["record"])
    except (OSError, ValueError, KeyError, TypeError, AssertionError, BadField):
        return None


def _tell(context: Context, profile: str, found: Probed) -> None:
    signs = {sign.value: why for sign, why in found.findings.items()}
    if context.as_json:
        context.write_json(
            {
                "ok": True,
                "profile": profile,
                "terminal_id": found.terminal_id,
                "signs": {sign: why.partition(".")[2] for sign, why in signs.items()},
                "seen": [sign.value for sign in found.seen],
                "record": record_json(found.record),
            }
        )
        return
    texts, screen = context.texts, context.screen
    screen.headline(texts.line("probe.title", profile=profile))
    rows = [("terminal.id", found.terminal_id or ""), ("terminal.code", found.status.code)]
    screen.pairs([(texts.line(key), value) for key, value in rows if value])
    if found.record is not None:
        screen.pairs(record_rows(context, found.record))
    keys = ("probe.sign", "probe.means", "probe.finding")
    lines = [[sign, texts.line(f"sign.{sign}"), texts.line(why)] for sign, why in signs.items()]
    screen.lines(table([texts.line(key) for key in keys], lines))
    look = [sign for sign, why in signs.items() if why == "probe.look"]
    if look:
        screen.say(texts.line("probe.confirm", signs=", ".join(look)))
    if not signs:
        screen.say(texts.line("probe.nothing"))


def _write(path: Path, profile: str, found: Probed) -> None:
    """A file that is there whole or as before. Raises ConfigError."""
    lines = [
        "# Written by `refund-agent probe`. The main file wins over what stands here.",
        f"profile = {json.dumps(profile)}",
        f"capabilities_confirmed = {json.dumps([sign.value for sign in found.seen])}",
        "",
        "[seen]",
        f"terminal_id = {json.dumps(found.terminal_id or '')}",
    ]
    if found.record is not None:
        told = found.record.to_json()
        pairs = ", ".join(f"{key} = {json.dumps(value)}" for key, value in told.items())
        lines.append(f"record = {{ {pairs} }}")
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(exist_ok=True)
        part.write_text("\n".join(lines) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise ConfigError(
            "config.unreadable",
            f"what was seen cannot be written: {error}",
            file=str(path),
            key="",
            what_to_do="Check the folder's owner and permissions, and probe again.",
        ) from error
