"""What the terminal does for each command, step by step. Each function is a dialogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.transbank import layouts
from protocols.transbank.messages import marked
from simulators.desk.engine import Fate, Steps, Tell, Wait
from simulators.personalities.transbank import answers
from simulators.personalities.transbank.words import ASK_HOST, NO_SALE, READ_CARD
from simulators.terminal import Happening, Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from protocols.kit.messages import Message
    from simulators.books import Order
    from simulators.memory import Transaction
    from simulators.steps import Plan
    from simulators.terminal import SimTerminal

_WAIT_S: Final = 3_600.0  # longer than any card or host takes; the device has its own timers
_SHOWN: Final = {Happening.CARD_WANTED: READ_CARD, Happening.HOST_ASKED: ASK_HOST}
_SIGNS: Final = {"sale": 1, "void": -1, "refund": -1, "auto_reversal": 0}


def say(body: bytes) -> Steps:
    """One reply and nothing else."""
    yield Tell(body, last=True)


def money(
    terminal: SimTerminal, order: Order, message: Message, plan: Plan, now: Callable[[], float]
) -> Steps:
    """0200 and 1200: card and host, then the reply, three times at the most."""
    terminal.start(order, now(), plan)
    with_progress = marked(message, "status_flag") == "1"
    while (happening := (yield Wait(_WAIT_S))) is not Happening.DECIDED:
        shown = _SHOWN.get(happening) if isinstance(happening, Happening) else None
        if shown is not None and with_progress:
            yield Tell(answers.progress(shown))
    decided = terminal.decided
    assert decided is not None
    terminal.print_slip(answers.slip(decided, terminal.settings))
    taken = True
    if "no_result" not in plan:
        more = plan.get("repeat_result")
        body = result(terminal, decided, message)
        for _ in range(more.count if more else 0):
            yield Tell(body)
        taken = (yield Tell(body, last=True)) is Fate.TAKEN
    if taken:
        terminal.vote()
        return
    terminal.no_vote(now())
    if terminal.phase is Phase.REVERSING:
        while (yield Wait(_WAIT_S)) is not Happening.REVERSED:
            pass


def result(terminal: SimTerminal, decided: Transaction, message: Message) -> bytes:
    """0210 or 1210 of what was decided; a void's reply names the number that was asked for."""
    settings = terminal.settings
    if message.layout is layouts.SALE:
        ticket = marked(message, "ticket_number")
        return answers.sale_result(layouts.SALE_RESULT, decided, settings, ticket)
    number = marked(message, "operation_number").zfill(6)
    return answers.void_result(answers.code_of(decided), number, decided.auth_code, settings)


def last_sale(terminal: SimTerminal) -> Steps:
    """0250: the newest sale, whether or not it was voided since."""
    sales = [row for row in terminal.memory.store if row.kind == "sale" and row.approved]
    layout, settings = layouts.LAST_SALE_RESULT, terminal.settings
    if sales:
        yield Tell(answers.sale_result(layout, sales[-1], settings, ""), last=True)
    else:
        yield Tell(answers.bare(layout, NO_SALE, settings), last=True)


def batch(terminal: SimTerminal, flag: str) -> Steps:
    """0260: every transaction of the batch, each acknowledged before the next, and the end."""
    rows = [row for row in terminal.memory.store if row.approved]
    if flag == "0":
        terminal.print_slip(answers.batch_slip("DETALLE", rows))
        return
    for row in rows:
        if (yield Tell(answers.line(row, terminal.settings))) is not Fate.TAKEN:
            return
    yield Tell(answers.last_line(terminal.settings), last=True)


def totals(terminal: SimTerminal) -> Steps:
    """0700: said and printed; the batch goes on."""
    rows = [row for row in terminal.memory.store if row.approved]
    total = sum(_SIGNS[row.kind] * row.amount_minor for row in rows)
    terminal.print_slip(answers.batch_slip("TOTALES", rows))
    counted = {"count": f"{len(rows):03d}"[-3:], "amount": f"{total:09d}"[-9:]}
    yield Tell(answers.bare(layouts.TOTALS_RESULT, "00", terminal.settings, **counted), last=True)


def close(terminal: SimTerminal) -> Steps:
    """0500: the batch is handed in; nothing of it can be voided afterwards."""
    yield Wait(terminal.settings.end_of_day_s)
    terminal.end_of_day()
    terminal.print_slip(("CIERRE DE CAJA",))
    yield Tell(answers.bare(layouts.CLOSE_RESULT, "00", terminal.settings), last=True)


def load_keys(terminal: SimTerminal) -> Steps:
    """0800: the host is asked for keys."""
    yield Wait(terminal.settings.host_s)
    yield Tell(answers.bare(layouts.KEYS_RESULT, "00", terminal.settings), last=True)


def behind(stale: bytes | None, then: Steps) -> Steps:
    """An old reply comes once more, unasked, before what was asked for."""
    if stale is not None:
        yield Tell(stale)
    yield from then


def stale_reply(terminal: SimTerminal) -> bytes | None:
    """The reply to what was booked last, as it was said then."""
    last = terminal.memory.last
    if last is None:
        return None
    if last.kind == "void":
        number = answers.operation_number(last)
        code = answers.code_of(last)
        return answers.void_result(code, number, last.auth_code, terminal.settings)
    return answers.sale_result(layouts.SALE_RESULT, last, terminal.settings, "")
