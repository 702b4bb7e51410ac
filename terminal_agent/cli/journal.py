"""`journal verify` and `journal anchor`: is it what was written, and how far did it reach."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from printing.text import to_plain
from terminal_agent.cli.sheet_files import write_sheet
from terminal_agent.errors import UsageError
from terminal_agent.exit_codes import ExitCode
from terminal_agent.journal import anchor as anchors
from terminal_agent.journal.anchor import Anchor, BadAnchor
from terminal_agent.journal.errors import JournalRefusal, refusal
from terminal_agent.runtime.assembly import slip_settings
from terminal_agent.slips.layout import layout
from terminal_agent.slips.model import AnchorSlip
from terminal_agent.slips.writer import write_lines

if TYPE_CHECKING:
    from terminal_agent.cli.context import Context
    from terminal_agent.journal.replay import Reader

# Up to so many records the computed tables are always computed again: a second or two.
TABLES_UP_TO = 20_000
# So much of a journal's id tells it from the other journals of a shop.
_JOURNAL_SIGNS = 8


def verify(context: Context) -> ExitCode:
    """Walk the chain, hold it against every anchor that is known, and compare the tables.

    Only reads, so it may be asked beside an agent that works. Raises JournalCorrupt with the first
    record that is not sound, UsageError for a bad anchor.
    """
    known, given_up = _known(context)
    with context.reader() as journal:
        tables = context.arguments.tables or journal.tail()[0] <= TABLES_UP_TO
        count = journal.verify(known, tables=tables)
    if context.as_json:
        told = {"ok": True, "records": count, "anchors": len(known), "given_up": given_up}
        context.write_json({**told, "tables": tables})
        return ExitCode.APPROVED
    say = context.texts.line
    context.screen.say(say("journal.verified", count=count))
    context.screen.say(
        say("journal.anchored", count=len(known), seq=max(a.seq for a in known))
        if known
        else say("journal.no_anchor")
    )
    if given_up:
        context.screen.say(say("journal.given_up", count=given_up))
    if not tables:
        context.screen.say(say("journal.tables_left_out"))
    return ExitCode.APPROVED


def _known(context: Context) -> tuple[list[Anchor], int]:
    """The anchors of the command line and of the configured file, and how many do not count.

    Those do not that stand in a file before one that two people let begin anew.
    """
    config = context.loaded.config.journal
    files: list[list[Anchor]] = []
    try:
        for given in context.arguments.anchor:
            path = Path(given)
            files.append(anchors.read(path) if path.is_file() else [anchors.from_code(given)])
        if config.anchors:
            path = context.loaded.beside(config.anchors)
            if path.exists():
                files.append(anchors.read(path))
        if config.anchor_key:
            anchors.check_signatures(chain.from_iterable(files), config.anchor_key)
    except BadAnchor as error:
        raise _usage(error) from error
    except OSError as error:
        raise _usage(BadAnchor(str(error))) from error
    counting = [one for file in files for one in anchors.standing(file)]
    return counting, sum(map(len, files)) - len(counting)


def _usage(error: BadAnchor) -> UsageError:
    return UsageError(
        error.code, error.what_happened, what_to_do=error.what_to_do, details=error.details
    )


def anchor(context: Context) -> ExitCode:
    """Tell how far the journal reaches; the code on paper, the line in a file. UsageError."""
    with context.reader() as journal:
        made = make(context, journal)
    out = context.arguments.out
    if out:
        _keep(Path(out), made)
    if context.arguments.to:
        slip = _slip(context, made)
        write_sheet(layout(slip), slip.language, context.arguments.to)
    if context.as_json:
        context.write_json(
            {
                "ok": True,
                "records": made.seq,
                "hash": made.hash,
                "journal": made.journal_id,
                "at": made.at,
                "code": made.code,
            }
        )
    else:
        tell(context, made)
    return ExitCode.APPROVED


def make(context: Context, journal: Reader) -> Anchor:
    """An anchor of now, signed, and kept in the configured file.

    Raises UsageError where it cannot be kept, and JournalRefusal where the journal is in doubt: the
    newest anchor of the file would vouch for a journal that nobody has confirmed.
    """
    made = journal.anchor(context.clock.wall())
    key, witness = context.loaded.config.journal.anchor_key, context.witness
    if witness is None:
        return made.signed(key) if key else made
    if journal.quarantine() is not None or witness.doubt(journal) is not None:
        raise refusal(
            "refusal.anchor_in_doubt",
            "the journal is in doubt, so no anchor of it is kept",
            "Run: refund-agent quarantine show",
        )
    try:
        return witness.keep(made)
    except OSError as error:
        raise not_kept(error) from error


def not_kept(error: OSError) -> UsageError:
    """What to tell where an anchor could not be written."""
    return _usage(BadAnchor(str(error), code="anchor.not_kept"))


def _keep(path: Path, made: Anchor) -> None:
    try:
        anchors.keep(path, made)
    except OSError as error:
        raise not_kept(error) from error


def of_the_day(context: Context, journal: Reader) -> None:
    """At the end of a day: make an anchor and tell it; what goes wrong is told, and no more."""
    try:
        made = make(context, journal)
    except (UsageError, JournalRefusal) as error:
        made = journal.anchor(context.clock.wall())
        context.progress_screen.say(context.texts.line("journal.not_kept", problem=str(error)))
    if not context.as_json:
        tell(context, made)


def tell(context: Context, made: Anchor) -> None:
    """The code on the screen, and on a slip for the folder with the day's papers."""
    say = context.texts.line
    context.screen.lines(
        (
            say("journal.anchor_title"),
            f"{context.clock.wall():%Y-%m-%d %H:%M}",
            say("journal.anchor_records", count=made.seq),
            *_folded(made.code),
            say("journal.anchor_keep"),
        )
    )
    with suppress(OSError):
        settings = slip_settings(context.loaded, context.texts.language)
        lines = to_plain(layout(_slip(context, made))).splitlines()
        path = write_lines(settings.folder, f"anchor-{made.seq:08d}", lines)
        context.screen.say(say("journal.anchor_slip", path=str(path)))


def _slip(context: Context, made: Anchor) -> AnchorSlip:
    settings = slip_settings(context.loaded, context.texts.language)
    return AnchorSlip(
        language=settings.language,
        columns=settings.columns,
        merchant_lines=settings.merchant_lines,
        records=made.seq,
        code=made.code,
        digest=made.hash,
        when=context.clock.wall(),
        journal_id=made.journal_id[:_JOURNAL_SIGNS],
    )


def _folded(code: str) -> list[str]:
    """The code in two lines that fit a narrow screen."""
    seq, *groups = code.split("-")
    half = len(groups) // 2
    return [f"  {seq}-{'-'.join(groups[:half])}-", f"  {'-'.join(groups[half:])}"]
