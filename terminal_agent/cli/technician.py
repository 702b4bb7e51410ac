"""The technician's commands: enquire, terminal, ports. None of them moves a refund."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from drivers.discovery import list_ports
from protocols.kit.vocabulary import Operation, Outcome
from terminal_agent.cli.journal import of_the_day
from terminal_agent.cli.reporting import ConsoleReporter
from terminal_agent.cli.views import record_json, record_rows
from terminal_agent.console.screen import table
from terminal_agent.exit_codes import ExitCode
from terminal_agent.journal.errors import refusal
from terminal_agent.refund.facts import EndOfDay
from terminal_agent.runtime.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from protocols.kit.session import ExchangeResult, ReceiptText
    from terminal_agent.cli.context import Context
    from terminal_agent.console.outcome import JsonValue
    from terminal_agent.runtime.station import Station


@contextmanager
def talking(context: Context, name: str | None = None) -> Iterator[tuple[Station, Conversation]]:
    """A signed-on terminal (the named one, or the one that is meant), closed at the end."""
    with ExitStack() as undo:
        station = context.station(undo, name)
        verbose = context.arguments.verbose
        reporter = ConsoleReporter(context.progress_screen, context.texts, verbose=verbose)
        talk = Conversation(station, reporter)
        talk.start()
        yield station, talk


def enquire(context: Context) -> ExitCode:
    """The terminal's last transaction."""
    with talking(context) as (_, talk):
        talk.become_ready()
        last = talk.shown_last()
    record, texts = last.record, context.texts
    if context.as_json:
        found: dict[str, JsonValue] = {"ok": True, "supported": last.supported}
        found["record"] = record_json(record)
        context.write_json(found)
        return ExitCode.APPROVED
    if record is None:
        key = "terminal.no_transaction" if last.supported else "terminal.no_enquiry"
        context.screen.say(texts.line(key))
    else:
        context.screen.headline(texts.line("terminal.last_transaction"))
        context.screen.pairs(record_rows(context, record))
    return ExitCode.APPROVED


def status(context: Context) -> ExitCode:
    """Is it there, which one is it, and is it ready?"""
    clock = context.clock
    with talking(context) as (station, talk):
        begun = clock.monotonic()
        told = talk.status()
        took_ms = round((clock.monotonic() - begun) * 1000)
    texts = context.texts
    state = "ready" if told.ready else "busy" if told.busy else "not_ready"
    if not told.asked:
        state = "not_asked"
    if context.as_json:
        context.write_json(
            {
                "ok": told.ready,
                "state": state,
                "code": told.code,
                "version": told.version,
                "terminal_id": talk.terminal_id,
                "line": station.terminal.description,
                "answer_ms": took_ms,
            }
        )
    else:
        context.screen.headline(texts.line("terminal.status"))
        rows = [
            ("terminal.state", texts.line(f"terminal.{state}")),
            ("terminal.code", told.code),
            ("terminal.version", told.version),
            ("terminal.id", talk.terminal_id or ""),
            ("terminal.line", station.terminal.description),
            ("label.do", texts.line(told.advice) if told.advice else ""),
        ]
        context.screen.pairs([(texts.line(key), value) for key, value in rows])
        asked = "link_ok" if told.asked else "link_not_asked"
        context.screen.say(texts.line(f"terminal.{asked}", ms=took_ms))
    return ExitCode.APPROVED if told.ready else ExitCode.LINK


def initialise(context: Context) -> ExitCode:
    """Let it load its parameters."""
    return _run(context, Operation.INITIALISE, "terminal.initialised")


def diagnose(context: Context) -> ExitCode:
    """Let it call its host."""
    return _run(context, Operation.DIAGNOSE, "terminal.diagnosed")


def end_of_day(context: Context) -> ExitCode:
    """Close the batch; refused while a case is open, since it would take the proof away."""
    with context.journal() as journal:
        name, _ = context.loaded.terminal(context.arguments.terminal)
        blocking = journal.open_cases(name)
        if blocking:
            case = blocking[0].case_id
            raise refusal("refusal.end_of_day_open", f"{case} is not settled", "", case=case)
        code = _run(context, Operation.END_OF_DAY, "terminal.closed")
        if code is ExitCode.APPROVED:
            journal.append(EndOfDay(at=context.clock.wall(), terminal=name))
            of_the_day(context, journal)
    return code


def _run(context: Context, operation: Operation, done_key: str) -> ExitCode:
    with talking(context) as (station, talk):
        result, receipts = talk.run(operation)
        advice = station.advice_for(result.result_code)
    _show_receipts(context, receipts)
    return _tell_result(context, result, done_key, advice)


def _tell_result(context: Context, result: ExchangeResult, done_key: str, advice: str) -> ExitCode:
    texts, done = context.texts, result.outcome is Outcome.APPROVED
    if context.as_json:
        context.write_json(
            {
                "ok": done,
                "outcome": result.outcome.value,
                "result_code": result.result_code,
                "record": record_json(result.record),
                "details": dict(result.details),
            }
        )
    elif done:
        context.screen.say(texts.line(done_key))
    else:
        text = texts.line(result.result_text) if result.result_text else ""
        context.screen.headline(texts.line("terminal.refused", code=result.result_code, text=text))
        if advice:
            context.screen.say(texts.line(advice))
    return ExitCode.APPROVED if done else ExitCode.DECLINED


def _show_receipts(context: Context, receipts: list[ReceiptText]) -> None:
    if not context.as_json:
        for receipt in receipts:
            context.screen.lines(receipt.lines)


def ports(context: Context) -> ExitCode:
    """The serial ports with plain hints."""
    found = list_ports(probe=context.arguments.probe)
    texts = context.texts
    if context.as_json:
        for report in found:
            context.write_json(
                {
                    "device": report.port.device,
                    "description": report.port.description,
                    "usb_id": report.usb_id,
                    "serial_number": report.port.serial_number,
                    "usable": report.usable,
                    "hint_code": report.hint_code,
                    "hint": report.hint,
                }
            )
        return ExitCode.APPROVED
    if not found:
        context.screen.say(texts.line("ports.none"))
        return ExitCode.APPROVED
    keys = ("ports.port", "ports.usb", "ports.description", "ports.permission")
    rows = [
        [
            report.port.device,
            report.usb_id,
            report.port.description,
            texts.line("ports.usable" if report.usable else "ports.not_usable"),
        ]
        for report in found
    ]
    context.screen.lines(table([texts.line(key) for key in keys], rows))
    for report in found:
        if report.hint:
            context.screen.say(f"{report.port.device}: {report.hint}")
    return ExitCode.APPROVED
