"""Our requests in ECR17's words. Its "reversal" (S) is our void; a refund has no form here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.ecr17 import layouts
from protocols.ecr17.messages import build
from protocols.kit.errors import BadField
from protocols.kit.money import Currency
from protocols.kit.vocabulary import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from protocols.ecr17.profiles import Ecr17Profile
    from protocols.kit.messages import Message
    from protocols.kit.session import Request, SessionSettings

    Builder = Callable[[Request, SessionSettings, Ecr17Profile], Message]

_AMOUNT_MAX: Final = 99_999_999
_STAN_DIGITS: Final = 6
# Missed by nobody: there is no sign-on and no initialisation.
NOTHING_TO_DO: Final = frozenset({Operation.DISCONNECT, Operation.INITIALISE})
STATUS_QUESTIONS: Final = frozenset({Operation.CONNECT, Operation.STATUS})
# The terminal prints at the till only what was asked for; the wish is forgotten after each order.
ROUTED: Final = frozenset({Operation.SALE, Operation.VOID, Operation.END_OF_DAY})


def encode(request: Request, settings: SessionSettings, profile: Ecr17Profile) -> Message | None:
    """The message of a request; None where ECR17 has none and nothing is missed or asked.

    Raises BadField where a money request has no form.
    """
    if request.operation.moves_money:
        return _money(request, settings, profile)
    builder = _BUILDERS.get(request.operation)
    return builder(request, settings, profile) if builder else None


def status(profile: Ecr17Profile) -> Message:
    """The question that is asked of any terminal at any time."""
    return build(layouts.STATUS, terminal_id=profile.terminal_id)


def last(profile: Ecr17Profile) -> Message:
    """What did you book last?"""
    return build(
        layouts.LAST_RESULT,
        terminal_id=profile.terminal_id,
        cash_register_id=profile.cash_register_id,
    )


def routing(profile: Ecr17Profile) -> Message:
    """Receipts come to the till."""
    return build(layouts.ROUTING, terminal_id=profile.terminal_id, to_ecr="1")


def _money(request: Request, settings: SessionSettings, profile: Ecr17Profile) -> Message:
    if request.operation is Operation.REFUND:
        raise BadField("ECR17 has no request for a refund; it can only undo the last transaction")
    if request.amount is None:
        raise BadField("a booking needs an amount")
    if request.amount.currency != Currency.of(settings.currency):
        raise BadField(
            f"this terminal books {settings.currency}, not {request.amount.currency.alpha}"
        )
    if request.operation is Operation.VOID:
        return build(
            layouts.REVERSAL,
            terminal_id=profile.terminal_id,
            cash_register_id=profile.cash_register_id,
            trace_number=_stan(request),
        )
    if request.amount.minor > _AMOUNT_MAX:
        raise BadField("the amount has more than eight digits")
    return build(
        layouts.PAYMENT_EXTENDED,
        terminal_id=profile.terminal_id,
        cash_register_id=profile.cash_register_id,
        amount_minor=request.amount.minor,
    )


def _stan(request: Request) -> str:
    """The sale's trace number. Without one the terminal would undo whatever came last."""
    number = request.original.trace_number if request.original else None
    digits = (number or "").strip().lstrip("0")
    if not digits or len(digits) > _STAN_DIGITS or not (digits.isascii() and digits.isdecimal()):
        raise BadField(f"a void needs the trace number (STAN) of the sale, six digits: {number!r}")
    return digits.rjust(_STAN_DIGITS, "0")


def _status(_request: Request, _settings: SessionSettings, profile: Ecr17Profile) -> Message:
    return status(profile)


def _last(_request: Request, _settings: SessionSettings, profile: Ecr17Profile) -> Message:
    return last(profile)


def _close(_request: Request, _settings: SessionSettings, profile: Ecr17Profile) -> Message:
    return build(
        layouts.CLOSE, terminal_id=profile.terminal_id, cash_register_id=profile.cash_register_id
    )


def _reprint(_request: Request, settings: SessionSettings, profile: Ecr17Profile) -> Message:
    to_ecr = "1" if settings.printer == "ecr" else "0"
    return build(layouts.REPRINT, terminal_id=profile.terminal_id, to_ecr=to_ecr)


_BUILDERS: Final[Mapping[Operation, Builder]] = {
    Operation.CONNECT: _status,
    Operation.STATUS: _status,
    Operation.LAST_TRANSACTION: _last,
    Operation.REPRINT: _reprint,
    Operation.END_OF_DAY: _close,
}
