"""The root of our errors and everything that can be wrong with bytes.

Every error answers the four questions a person at the counter asks: which one is it (`code`),
what happened, may money have moved, what to do now. `code` is also the key under which the agent
looks up the wording in the operator's language; the English text here is for logs and engineers.
"""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class MoneyMoved(Enum):
    """What an error says about the money."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


class RefundAgentError(Exception):
    """Root of every error that the agent, its drivers and its protocols raise.

    `details` holds the values that a translated text may name; it never holds card data.
    """

    def __init__(
        self,
        code: str,
        what_happened: str,
        *,
        money: MoneyMoved = MoneyMoved.NO,
        what_to_do: str = "",
        details: Mapping[str, str | int] | None = None,
    ) -> None:
        super().__init__(what_happened)
        self.code = code
        self.what_happened = what_happened
        self.money = money
        self.what_to_do = what_to_do
        self.details: Mapping[str, str | int] = MappingProxyType(dict(details or {}))


class ProtocolError(RefundAgentError):
    """The peer sent, or we were asked to send, something the protocol forbids.

    A wrong byte alone says nothing about money: the exchange it stood in decides.
    `offset` is the position in the bytes that were being read, where it is known.
    """

    CODE: ClassVar[str] = "protocol_error"

    def __init__(self, what_happened: str, *, code: str = "", offset: int | None = None) -> None:
        super().__init__(
            code or self.CODE,
            what_happened,
            money=MoneyMoved.MAYBE,
            what_to_do="Do not repeat the refund; let the agent ask the terminal what it booked.",
        )
        self.offset = offset


class BadFrame(ProtocolError):
    """Start, length, end or check value of a frame is wrong."""

    CODE = "bad_frame"


class BadField(ProtocolError):
    """A field is cut short, too long, or holds what its type forbids."""

    CODE = "bad_field"


class UnknownMessage(ProtocolError):
    """Well framed, but no message of this protocol."""

    CODE = "unknown_message"
