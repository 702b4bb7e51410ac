"""`quarantine show` and `release`: why refunds are blocked, and two people who have compared.

What the journal knows last of each terminal stands beside what the terminal shows, with the
difference in words; the program never decides about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from drivers.errors import LinkError
from protocols.kit.errors import ProtocolError
from terminal_agent.cli.journal import not_kept
from terminal_agent.cli.options import person, sentence
from terminal_agent.cli.technician import talking
from terminal_agent.cli.telling import tell_trouble
from terminal_agent.cli.views import record_json, record_rows
from terminal_agent.exit_codes import ExitCode
from terminal_agent.runtime import verdicts
from terminal_agent.runtime.comparing import Difference, Known, difference, last_known

if TYPE_CHECKING:
    from protocols.kit.vocabulary import TransactionRecord
    from terminal_agent.cli.context import Context
    from terminal_agent.console.outcome import JsonValue
    from terminal_agent.journal.replay import Reader


@dataclass(frozen=True, slots=True)
class Beside:
    """One terminal: what we know of it, what it shows, and the difference (None: not read)."""

    name: str
    ours: Known | None
    theirs: TransactionRecord | None = None
    differs: Difference | None = None


def show(context: Context) -> ExitCode:
    """Whether refunds are blocked, why, and how each terminal's books differ from ours.

    Only the journal is read, and the terminals; one that cannot be read is told.
    """
    with context.reader() as journal:
        why, when, do = _standing(context, journal)
        names = context.loaded.config.terminal if why else ()
        known = {name: last_known(journal, name) for name in names}
    if not context.as_json:
        _tell_standing(context, why, when, do)
    read = [_read(context, name, ours) for name, ours in known.items()]
    if context.as_json:
        told: dict[str, JsonValue] = {"quarantine": bool(why), "why": why or None}
        if why:
            told["terminals"] = {one.name: _json(one) for one in read}
        context.write_json(told)
    else:
        for one in read:
            _tell(context, one)
    return ExitCode.REFUSED if why else ExitCode.APPROVED


def _standing(context: Context, journal: Reader) -> tuple[str, str, str]:
    """Why refunds are blocked ("" when they are not), since when, and the key of what to do."""
    found = journal.quarantine()
    if found is not None:
        return found.why, f"{found.at:%Y-%m-%d %H:%M}", "refusal.quarantine"
    doubt = context.witness.doubt(journal) if context.witness is not None else None
    if doubt is None:
        return "", "", ""
    now = f"{context.clock.wall():%Y-%m-%d %H:%M}"
    return doubt.why, now, doubt.code or "refusal.quarantine"


def _tell_standing(context: Context, why: str, when: str, do: str) -> None:
    texts, screen = context.texts, context.screen
    if not why:
        screen.say(texts.line("quarantine.none"))
        return
    screen.say(texts.line("quarantine.why", when=when, reason=texts.line(why)))
    file = context.loaded.config.journal.anchors
    screen.say(texts.message(do, {"file": file}).do)


def _read(context: Context, name: str, ours: Known | None) -> Beside:
    """What the terminal shows, or at least what we know of it."""
    if context.arguments.no_terminal:
        return Beside(name, ours)
    try:
        theirs = _last_of(context, name)
    except (LinkError, ProtocolError) as error:
        tell_trouble(error, context)
        return Beside(name, ours)
    return Beside(name, ours, theirs, difference(ours, theirs))


def _last_of(context: Context, name: str) -> TransactionRecord | None:
    with talking(context, name) as (_, talk):
        talk.become_ready()
        return talk.shown_last().record


def _tell(context: Context, one: Beside) -> None:
    say, screen = context.texts.line, context.screen
    screen.say()
    if one.ours is None:
        screen.say(say("quarantine.ours_empty", name=one.name))
    else:
        screen.headline(say("quarantine.ours_last", name=one.name))
        source = say(one.ours.source, name=one.ours.name, when=f"{one.ours.at:%Y-%m-%d %H:%M}")
        screen.say(source)
        screen.pairs(record_rows(context, one.ours.record))
    if one.differs is None:
        screen.say(say("quarantine.not_read", name=one.name))
        return
    _tell_theirs(context, one.name, one.theirs)
    screen.say(say(one.differs.key, count=one.differs.count))


def _tell_theirs(context: Context, name: str, theirs: TransactionRecord | None) -> None:
    say, screen = context.texts.line, context.screen
    if theirs is None:
        screen.say(say("quarantine.terminal_empty", name=name))
        return
    screen.headline(say("quarantine.terminal_last", name=name))
    screen.pairs(record_rows(context, theirs))


def _json(one: Beside) -> dict[str, JsonValue]:
    ours = one.ours
    known: dict[str, JsonValue] | None = None
    if ours is not None:
        known = {
            "at": ours.at.isoformat(),
            "source": ours.source,
            "name": ours.name,
            "record": record_json(ours.record),
        }
    differs = one.differs
    return {
        "ours": known,
        "terminal": record_json(one.theirs),
        "difference": differs.key if differs is not None else None,
        "count": differs.count if differs is not None else None,
    }


def release(context: Context) -> ExitCode:
    """Two people say that the books agree; every terminal is read first and put beside their word.

    Raises LinkError for a terminal that cannot be read: nothing is released then, unless they say
    that they have read its journal on paper.
    """
    people = (person(context, "first"), person(context, "second"))
    evidence = sentence(context, "evidence")
    with context.journal() as journal:
        if verdicts.blocked(journal) and not context.arguments.no_terminal:
            names = context.loaded.config.terminal
            read = [_compared(context, name, last_known(journal, name)) for name in names]
            evidence = "; ".join((evidence, *read))
        try:
            verdicts.release(journal, people, evidence, context.clock.wall(), context.witness)
        except OSError as error:
            raise not_kept(error) from error
    context.screen.say(context.texts.line("quarantine.released"))
    return ExitCode.APPROVED


def _compared(context: Context, name: str, ours: Known | None) -> str:
    """Show what both know last, and give the terminal's word in short for the journal."""
    try:
        theirs = _last_of(context, name)
    except LinkError:
        context.progress_screen.say(context.texts.line("quarantine.read_first", name=name))
        raise
    _tell(context, Beside(name, ours, theirs, difference(ours, theirs)))
    if theirs is None:
        return context.texts.line("quarantine.terminal_empty", name=name)
    kind = theirs.kind.value if theirs.kind is not None else "-"
    number = theirs.receipt_number or "-"
    return f"{name}: {number} {kind} {theirs.amount_minor} {theirs.date or ''}"
