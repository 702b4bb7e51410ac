"""What can be wrong with a line; each carries what happened, the money and a hint."""

from __future__ import annotations

from protocols.kit.errors import MoneyMoved, RefundAgentError


class LinkError(RefundAgentError):
    """Root of the line's errors. Before a money command is sent they all mean: no money moved."""


class PortMissing(LinkError):
    """There is no such port or host."""


class PortBusy(LinkError):
    """Another program holds the port."""


class NoPermission(LinkError):
    """The operating system does not let us use the port."""


class LinkRefused(LinkError):
    """The other side refused the connection, or cannot be reached."""


class LinkLost(LinkError):
    """The line died while in use.

    `nothing_written` is True only when it is certain that no byte of the present write left us;
    everything else counts as "maybe sent".
    """

    def __init__(self, what_happened: str, *, nothing_written: bool = False) -> None:
        super().__init__(
            "link_lost",
            what_happened,
            money=MoneyMoved.NO if nothing_written else MoneyMoved.MAYBE,
            what_to_do="Check cable and terminal; the agent will ask the terminal what it booked.",
        )
        self.nothing_written = nothing_written
