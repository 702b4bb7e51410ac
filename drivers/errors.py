"""What can be wrong with a line; each carries what happened, the money and a hint.

The codes are stable: the agent looks up the operator's wording under them. `details["port"]` names
the device or the host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from protocols.kit.errors import MoneyMoved, RefundAgentError

if TYPE_CHECKING:
    from collections.abc import Mapping


class LinkError(RefundAgentError):
    """Root of the line's errors. Before a money command is sent they all mean: no money moved."""

    CODE: ClassVar[str] = "link.failed"

    def __init__(
        self,
        what_happened: str,
        *,
        code: str = "",
        money: MoneyMoved = MoneyMoved.NO,
        what_to_do: str = "",
        details: Mapping[str, str | int] | None = None,
    ) -> None:
        super().__init__(
            code or self.CODE,
            what_happened,
            money=money,
            what_to_do=what_to_do,
            details=details,
        )


class PortMissing(LinkError):
    """There is no such port or host."""

    CODE = "link.no_port"


class PortBusy(LinkError):
    """Another program holds the port."""

    CODE = "link.port_busy"


class NoPermission(LinkError):
    """The operating system does not let us use the port."""

    CODE = "link.no_permission"


class LinkRefused(LinkError):
    """The other side refused the connection, or cannot be reached."""

    CODE = "link.refused"


class LinkLost(LinkError):
    """The line died while in use.

    `nothing_written` is True only when it is certain that no byte of the present write left us;
    everything else counts as "maybe sent".
    """

    CODE = "link.lost"

    def __init__(
        self,
        what_happened: str,
        *,
        nothing_written: bool = False,
        details: Mapping[str, str | int] | None = None,
    ) -> None:
        super().__init__(
            what_happened,
            money=MoneyMoved.NO if nothing_written else MoneyMoved.MAYBE,
            what_to_do="Check cable and terminal; the agent will ask the terminal what it booked.",
            details=details,
        )
        self.nothing_written = nothing_written


class PrinterLost(LinkError):
    """The line to a printer died while in use; it says nothing about money.

    `written` counts the bytes of the present write that may have left us.
    """

    CODE = "printer.lost"

    def __init__(
        self,
        what_happened: str,
        *,
        written: int = 0,
        details: Mapping[str, str | int] | None = None,
    ) -> None:
        super().__init__(
            what_happened,
            what_to_do="Check the printer's cable and power; the slip can be printed later.",
            details=details,
        )
        self.written = written


class ReplayDiffers(LinkError):
    """What we write is not what the recording says; `entry` counts from 1, after the header."""

    CODE = "replay.differs"

    def __init__(self, what_happened: str, *, entry: int) -> None:
        super().__init__(
            what_happened,
            what_to_do="Compare the exchange with the recording at that entry.",
            details={"entry": entry},
        )
        self.entry = entry


class BadLinkSettings(RefundAgentError):
    """A link is described in a way that cannot be used; nothing was opened."""

    def __init__(self, what_happened: str, *, what_to_do: str, link: str) -> None:
        super().__init__(
            "link.bad_settings", what_happened, what_to_do=what_to_do, details={"link": link}
        )


class TraceError(RefundAgentError):
    """A trace file cannot be opened ("trace.cannot_open") or read ("trace.damaged")."""

    def __init__(self, code: str, what_happened: str, *, path: str, line: int = 0) -> None:
        super().__init__(
            code,
            what_happened,
            what_to_do="Choose another trace file.",
            details={"path": path, "line": line},
        )
