"""The terminal's end of type 17: it has no line of its own and asks the till to reach its host.

What it does when no answer comes: a void it has reversed (by its host, out of the till's sight), a
refund cannot be reversed, so its record says that nobody knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.aip import tags
from protocols.aip.messages import build
from simulators import books
from simulators.host import DONE, RelayHost
from simulators.personalities.aip.words import is_code

if TYPE_CHECKING:
    from protocols.kit.messages import Message
    from simulators.memory import Transaction
    from simulators.steps import Plan
    from simulators.terminal import Order, SimTerminal

WAIT_S: Final = 65.0  # for the till, which has 60 s for the host
UNCLEAR: Final = "98"
_CANCELLED: Final = "X0"
_NO_CONNECTION: Final = "X5"
_AMOUNT_DIGITS: Final = 12
# What the till says when it is certain that the host has seen nothing.
_NOTHING_LEFT: Final = frozenset({"-113", "-115"})


class RelayDesk:
    """One order at a time, from the question to the host to what is known in the end."""

    def __init__(self, terminal: SimTerminal) -> None:
        self._terminal = terminal
        self.host = RelayHost(terminal.bank)
        self.due: float | None = None
        self._message = b""
        self._transaction: Transaction | None = None

    @property
    def waits(self) -> bool:
        """Whether an answer of the till is awaited."""
        return self._transaction is not None

    def ask(self, order: Order, plan: Plan, now: float) -> Message:
        """The order is written down, and the till is asked to carry it."""
        self._transaction = books.begin(self._terminal, order, UNCLEAR)
        self._terminal.save()
        self._message = self.host.announce(self._transaction, plan)
        self.due = now + WAIT_S
        host, port = self.host.address
        return build(
            tags.RELAY,
            app_name=tags.APP_PAYMENT,
            content=self._message,
            host=host,
            port=str(port),
            timeout_s="60",
        )

    def told(self, message: Message) -> Transaction:
        """The till's answer; gives the record as it stands from now on."""
        content = (message.raw("content") or b"")[2:].decode("latin-1")
        code = message.text("result_code") or ""
        if code in _NOTHING_LEFT:
            return self._declined(_NO_CONNECTION)
        if code != DONE or not is_code(content[:2]):
            return self.give_up()
        if content[:2] != DONE:
            return self._declined(content[:2])
        amount = content[2:]
        if not (amount.isascii() and amount.isdigit() and len(amount) <= _AMOUNT_DIGITS):
            return self.give_up()
        transaction = self._ended()
        books.confirm(self._terminal, transaction, int(amount))
        return transaction

    def _declined(self, code: str) -> Transaction:
        transaction = self._ended()
        transaction.host_code = code
        return transaction

    def give_up(self) -> Transaction:
        """No answer, or none that says anything."""
        transaction = self._ended()
        if transaction.kind == "void":
            self.host.reverse(self._message)
            transaction.host_code = _CANCELLED
        return transaction

    def _ended(self) -> Transaction:
        transaction, self._transaction, self.due = self._transaction, None, None
        assert transaction is not None, "nothing was asked"
        return transaction
