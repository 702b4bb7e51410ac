"""How a request ends that a protocol has no form for: at once, and nothing is written."""

from __future__ import annotations

from typing import Final

from protocols.kit.session import ExchangeResult
from protocols.kit.vocabulary import Operation, Outcome, TerminalStatus

# Nothing is missed where the wire has none of these: every terminal is signed on and idle then.
_NOT_MISSED: Final = frozenset({Operation.CONNECT, Operation.DISCONNECT, Operation.INITIALISE})
_IDLE: Final = TerminalStatus(ready=True, busy=False, code="", asked=False)


def not_offered(operation: Operation) -> ExchangeResult:
    """The end of a request without a form. A money request has a form, or is a BadField."""
    assert not operation.moves_money, "money has a form or is refused"
    status = _IDLE if operation is Operation.STATUS else None
    done = status is not None or operation in _NOT_MISSED
    outcome = Outcome.APPROVED if done else Outcome.DECLINED
    return ExchangeResult(outcome, "not_offered", status=status, line_clean=True)
