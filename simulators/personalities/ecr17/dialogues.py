"""What the terminal does for each request, step by step. Each function is a dialogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.stx import ACK, StxFramer
from simulators.desk.engine import Fate, Put, Steps, Tell, Wait
from simulators.memory import Reason
from simulators.personalities.ecr17 import answers
from simulators.personalities.ecr17.words import CARD_WANTED, HOST_ASKED, NO_CARD, REVERSING
from simulators.terminal import Happening, Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulators.books import Order
    from simulators.memory import Transaction
    from simulators.personalities.ecr17.answers import Form
    from simulators.personalities.ecr17.personality import Ecr17Personality
    from simulators.steps import Plan

_WAIT_S: Final = 3_600.0  # longer than any card or host takes; the device has its own timers
_SHOWN: Final = {
    Happening.CARD_WANTED: CARD_WANTED,
    Happening.HOST_ASKED: HOST_ASKED,
    Happening.REVERSING: REVERSING,
}
_SIGNS: Final = {"sale": 1, "void": -1, "refund": -1, "auto_reversal": 0}


def _answer(desk: Ecr17Personality, body: bytes, *, last: bool = False) -> Tell | Put:
    """The answer to a request; where it comes first, the acknowledgement follows at once."""
    if not desk.habits.ack_after_result:
        return Tell(body, last=last)
    return Put(StxFramer(desk.shape).frame(body) + desk.shape.control(ACK))


def status(desk: Ecr17Personality, state: str) -> Steps:
    """s."""
    terminal = desk.terminal
    yield _answer(desk, answers.status(terminal.settings, terminal.wall(), state), last=True)
    desk.answered()


def money(desk: Ecr17Personality, order: Order, form: Form, plan: Plan) -> Steps:
    """P, X and S: card, host, result, and the receipt where it goes to the till."""
    terminal = desk.terminal
    terminal.start(order, desk.now, plan)
    yield from _until(desk, Happening.DECIDED)
    decided = terminal.decided
    assert decided is not None
    nobody_came = "card_never" in plan and decided.reason == Reason.CARDHOLDER.value
    code = NO_CARD if nobody_came else ""
    body = answers.result(decided, terminal.settings, form, shown=desk.habits.stan_shown, code=code)
    taken = False
    if "no_result" not in plan:
        more = plan.get("repeat_result")
        for _ in range(1 + (more.count if more else 0)):
            taken = (yield _answer(desk, body)) is Fate.TAKEN
    if taken:
        terminal.vote()
        yield from _print(desk, answers.slip(decided, terminal.settings))
        desk.answered()
        return
    desk.routed = False
    terminal.no_vote(desk.now)
    if terminal.phase is Phase.REVERSING:
        yield from _until(desk, Happening.REVERSED)


def _until(desk: Ecr17Personality, wanted: Happening) -> Steps:
    """Wait for the device, and say what goes on, where this terminal does."""
    wait_s = desk.habits.progress_s or _WAIT_S
    shown = HOST_ASKED
    while (happening := (yield Wait(wait_s))) is not wanted:
        if isinstance(happening, Happening):
            shown = _SHOWN.get(happening, shown)
        if desk.habits.progress_s:
            yield Tell(answers.progress(shown), awaited=False)


def _print(desk: Ecr17Personality, lines: Sequence[str]) -> Steps:
    """The receipt, at the till where that was asked for; then the wish is forgotten."""
    at_till = desk.routed and not desk.terminal.settings.own_printer
    desk.routed = False
    if not at_till:
        desk.terminal.print_slip(lines)
        return
    for body in answers.receipt(lines, desk.terminal.settings):
        if (yield Tell(body)) is not Fate.TAKEN:
            return


def last_result(desk: Ecr17Personality) -> Steps:
    """G: the saved result once more, as it was."""
    yield _answer(desk, last_body(desk), last=True)
    desk.answered()


def last_body(desk: Ecr17Personality) -> bytes:
    """The saved result."""
    terminal = desk.terminal
    shown = terminal.last_shown
    if shown is None:
        return answers.nothing(terminal.settings)
    return answers.result(
        shown, terminal.settings, answers.form_of(shown), shown=desk.habits.stan_shown
    )


def stale(desk: Ecr17Personality, then: Steps) -> Steps:
    """An old result comes once more, unasked, before what was asked for."""
    yield Tell(last_body(desk))
    yield from then


def close(desk: Ecr17Personality) -> Steps:
    """C: the batch is handed in; nothing of it can be undone afterwards."""
    terminal = desk.terminal
    yield Wait(terminal.settings.end_of_day_s)
    totals = terminal.end_of_day()
    yield _answer(desk, answers.closed(terminal.settings, totals))
    yield from _print(desk, ("CHIUSURA", f"OPERAZIONI {totals.count}"))
    desk.answered()


def totals(desk: Ecr17Personality) -> Steps:
    """T: said; the batch goes on."""
    terminal = desk.terminal
    rows = [row for row in terminal.memory.store if row.approved]
    total = sum(_SIGNS[row.kind] * row.amount_minor for row in rows)
    yield _answer(desk, answers.totalled(terminal.settings, total))
    desk.answered()


def reprint(desk: Ecr17Personality, *, at_till: bool) -> Steps:
    """R: the last receipt once more."""
    desk.routed = at_till
    if desk.habits.ack_after_result:
        yield Put(desk.shape.control(ACK), awaited=False)
    last: Transaction | None = desk.terminal.last_shown
    lines = answers.slip(last, desk.terminal.settings) if last else ("NESSUNA OPERAZIONE",)
    yield from _print(desk, lines)
    desk.answered()
