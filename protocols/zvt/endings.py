"""How a ZVT request ends, in our words: completions, aborts, and refusals to start."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from protocols.kit.session import ExchangeResult
from protocols.kit.vocabulary import Operation, Outcome, TerminalStatus, TransactionRecord
from protocols.zvt.results import meaning, terminal_status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.kit.messages import Message

# Endings after which bytes of the old conversation may still come.
NEVER_CLEAN: Final = frozenset({"timeout", "no_answer", "nak", "garbled", "line_lost"})

_TAG_ERROR_TEXT: Final = 0x1F17
_TAG_ERROR_CODE: Final = 0x1F16
_DETAILS: Final = ("terminal_id", "currency", "status_byte", "version")


def done() -> ExchangeResult:
    """A request that ends with its positive answer."""
    return ExchangeResult(Outcome.APPROVED, "completed")


def completed(
    operation: Operation, message: Message, record: TransactionRecord | None
) -> ExchangeResult:
    """06 0F of a request that moves no money."""
    status: TerminalStatus | None = None
    if operation is Operation.STATUS:
        code = message.text("terminal_status") or ""
        status = terminal_status(code, version=message.text("version") or "")
    return ExchangeResult(
        Outcome.APPROVED,
        "completed",
        record=record,
        status=status,
        result_code=(record.result_code or "") if record else "",
        details=details_of(message),
    )


def details_of(message: Message) -> Mapping[str, str]:
    """What a completion tells beside its result: terminal id, currency, status byte."""
    found = {name: str(message.values[name]) for name in _DETAILS if name in message.values}
    container = message.container() if "tlv" in message.values else None
    for name, tag in (("error_code", _TAG_ERROR_CODE), ("error_text", _TAG_ERROR_TEXT)):
        node = container.first(tag) if container else None
        if node is not None:
            found[name] = node.value.decode("cp437")
    return found


def aborted(message: Message, record: TransactionRecord | None) -> ExchangeResult:
    """06 1E: the terminal ended the request without success."""
    code = message.text("result_code") or ""
    # The status information names the cause more exactly than the abort that follows it.
    if record is not None and record.result_code not in {None, "00"}:
        code = record.result_code or code
    told = meaning(code)
    return ExchangeResult(
        Outcome.DECLINED,
        "refused",
        record=record,
        result_code=code,
        result_text=told.text,
        already_done=told.already_done,
        details=details_of(message),
    )


def refused_to_start(message: Message, *, clean: bool) -> ExchangeResult:
    """84 xx in answer to a command: the terminal did not begin."""
    code = message.code[1:].hex().upper()
    return ExchangeResult(
        Outcome.NOT_SENT,
        "not_started",
        result_code=code,
        result_text=meaning(code).text,
        line_clean=clean,
    )


def with_cleanness(result: ExchangeResult, *, clean: bool) -> ExchangeResult:
    """The same ending with what is known of the line."""
    return replace(result, line_clean=clean)
