"""`refund-agent printer probe`: finds out what a printer can, by asking it and whoever is there.

`profiles.d/printer-NAME.toml` then fills what the main file leaves open. A printer's word that a
slip is on paper counts only after it came back unchanged for two different ids, and, where
somebody opens the cover, did not come while nothing could be printed.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from drivers.printers.known import known_model
from printing.escpos import trial
from printing.escpos.questions import Identity
from printing.profile import PrinterProfile
from printing.sheet import DOTS
from terminal_agent.cli.printers import new_id, outcome_key, rows
from terminal_agent.config import PROBED_FOLDER
from terminal_agent.console.asker import Cancelled
from terminal_agent.errors import ConfigError
from terminal_agent.exit_codes import ExitCode
from terminal_agent.prompts.questions import Choice, Confirm, Option
from terminal_agent.runtime.printers import build_prober

if TYPE_CHECKING:
    from pathlib import Path

    from drivers.printers.known import KnownModel
    from drivers.printers.prober import Prober
    from terminal_agent.cli.context import Context
    from terminal_agent.prompts.questions import Question

T = TypeVar("T")

ECHO_S: Final = 5.0  # for one empty line
COVER_S: Final = 2.0  # with the cover open: an honest printer stays silent


class Left(Exception):
    """The person left; nothing is written."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the printer told by itself. `believed`: its echo came back twice, each time the id that
    was sent; `lies`: an echo came that cannot be true."""

    answers: bool
    model: str = ""
    known: KnownModel | None = None
    believed: bool = False
    lies: bool = False


def run_probe(context: Context) -> ExitCode:
    """Ask, print samples, ask the person, show and write."""
    name, _ = context.loaded.printer(context.arguments.printer)
    with ExitStack() as undo:
        prober = build_prober(context.loaded, name, context.clock, context.printer_maker)
        undo.callback(prober.close)
        probe = _Probe(context, prober, context.loaded.config.time.scale)
        try:
            profile = probe.run()
        except Left:
            context.screen.say(context.texts.line("printer.probe_left"))
            return ExitCode.CANCELLED
    if profile is None:
        return ExitCode.LINK
    path = context.loaded.path.parent / PROBED_FOLDER / f"printer-{name}.toml"
    return _keep(context, path, profile, name)


class _Probe:
    """One dialogue with one printer and one person."""

    def __init__(self, context: Context, prober: Prober, scale: float) -> None:
        self._context = context
        self._texts = context.texts
        self._prober = prober
        self._scale = scale

    def run(self) -> PrinterProfile | None:
        """The profile, or None where the printer cannot print now. Raises Left, LinkError."""
        status = self._prober.status()
        if status.can_print is False:
            self._say("printer.refuses")
            self._context.screen.pairs(rows(self._context, status))
            return None
        found = self._ask_printer() if status.said else Found(answers=False)
        self._tell(found)
        if found.believed and self._ask(Confirm(key="printer.ask_cover")):
            found = self._with_open_cover(found)
        believed = found.believed and not found.lies
        profile = PrinterProfile(answers=found.answers, process_id=believed)
        return self._ask_person(profile, found)

    # -- what the printer says -------------------------------------------------------------------

    def _ask_printer(self) -> Found:
        model = self._prober.identity(Identity.MODEL)
        first, second = new_id(), new_id()
        while second == first:
            second = new_id()
        wait_s = ECHO_S / self._scale
        told = [self._prober.echoes(one, wait_s) for one in (first, second)]
        # One of two different ids may by chance be the one that a liar always gives.
        lies = self._prober.strange_echo or (any(told) and not all(told))
        return Found(True, model, known_model(model), believed=all(told) and not lies, lies=lies)

    def _with_open_cover(self, found: Found) -> Found:
        """An echo while the cover is open is a lie: nothing can have been printed."""
        self._must(Confirm(key="printer.ask_cover_open"))
        one = new_id()
        lies = self._prober.echoes(one, COVER_S / self._scale)
        self._must(Confirm(key="printer.ask_cover_closed"))
        silent = not lies and not self._prober.late_echo(one, ECHO_S / self._scale)
        if lies or silent:
            self._say("printer.lies" if lies else "printer.forgets")
        return replace(found, lies=lies or silent)

    def _tell(self, found: Found) -> None:
        if not found.answers:
            self._say("printer.says_nothing")
            return
        self._say("printer.answers", model=found.model or "?")
        key = "believed" if found.believed else "lies" if found.lies else "no_process_id"
        self._say(f"printer.{key}")

    # -- what the person sees --------------------------------------------------------------------

    def _ask_person(self, profile: PrinterProfile, found: Found) -> PrinterProfile:
        self._print(trial.rulers())
        known = found.known
        if known is not None and known.columns:
            self._say("printer.known_columns", columns=str(known.columns))
        columns = self._ask(
            Choice(
                key="printer.ask_columns",
                options=tuple(
                    Option(size, "printer.columns_of", {"columns": size}) for size in DOTS
                ),
            )
        )
        profile = replace(profile, columns=columns)
        ways = _ways(known)
        self._print(trial.letters(ways))
        letters = self._ask(
            Choice(
                key="printer.ask_letters",
                options=(
                    *(_letters_option(way) for way in ways),
                    Option(trial.Letters("", 0, ""), "printer.no_letters"),
                ),
            )
        )
        profile = replace(profile, charset=letters.charset, code_page=letters.code_page)
        self._print(trial.square())
        picture = self._ask(Confirm(key="printer.ask_square"))
        self._print(trial.code())
        native_qr = self._ask(Confirm(key="printer.ask_code"))
        self._print(trial.cut())
        cutter = self._ask(Confirm(key="printer.ask_cut"))
        return replace(profile, picture=picture, native_qr=native_qr, cutter=cutter)

    def _print(self, sample: bytes) -> None:
        report = self._prober.print_sample(sample)
        if report.lost or report.waiting or not report.written:
            self._say(outcome_key(report))

    def _ask(self, question: Question[T]) -> T:
        answer = self._context.asker.ask(question)
        if isinstance(answer, Cancelled):
            raise Left
        return answer

    def _must(self, question: Confirm) -> None:
        if not self._ask(question):
            raise Left

    def _say(self, key: str, **params: str) -> None:
        self._context.asker.screen.say(self._texts.line(key, **params))


def _letters_option(way: trial.Letters) -> Option[trial.Letters]:
    return Option(way, "printer.letters_of", {"sample": way.sample, "name": way.charset})


def _ways(known: KnownModel | None) -> tuple[trial.Letters, ...]:
    """The ways to print letters, with the numbers of the printer's own table where it has one."""
    pages = known.code_pages if known is not None else {}
    return tuple(
        replace(way, code_page=pages.get(way.charset, way.code_page)) for way in trial.CANDIDATES
    )


def _keep(context: Context, path: Path, profile: PrinterProfile, name: str) -> ExitCode:
    """Show what would be written, and write it unless it is only a trial."""
    found = asdict(profile)
    if context.as_json:
        context.write_json({"ok": True, "printer": name, "file": str(path), "profile": found})
    lines = [f"{key} = {json.dumps(value)}" for key, value in found.items()]
    if not context.as_json:
        context.screen.headline(context.texts.line("printer.would_write", path=str(path)))
        context.screen.lines(lines)
    if context.arguments.dry_run:
        return ExitCode.APPROVED
    _write(path, ["# Written by `refund-agent printer probe`. The main file wins.", *lines])
    if not context.as_json:
        context.screen.say(context.texts.line("probe.written", path=str(path)))
    return ExitCode.APPROVED


def _write(path: Path, lines: list[str]) -> None:
    """A file that is there whole or as before. Raises ConfigError."""
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
