"""What can be wrong with paper; it changes nothing about the money."""

from __future__ import annotations

from protocols.kit.errors import RefundAgentError


class PrintingError(RefundAgentError):
    """Root of the errors of this package."""


class BadSheet(PrintingError):
    """A sheet that no printer may be given: a bug of the caller, found before any byte is made."""

    def __init__(self, what_happened: str) -> None:
        super().__init__(
            "slip.bad_sheet",
            what_happened,
            what_to_do="Report this: it is a bug of the agent. The refund itself is not touched.",
        )


class Unprintable(PrintingError):
    """A character that the printer's own letters do not have; a picture of the slip has it."""

    def __init__(self, char: str, charset: str) -> None:
        super().__init__(
            "slip.unprintable",
            f"the printer's letters ({charset}) have no {char!r}",
            what_to_do="Let the slip be printed as a picture.",
            details={"char": char, "charset": charset},
        )
        self.char = char


class NoFont(PrintingError):
    """There is no font that can draw a slip; text and printer letters do not need one."""

    def __init__(self, what_happened: str, *, what_to_do: str) -> None:
        super().__init__("slip.no_font", what_happened, what_to_do=what_to_do)


class BadReply(PrintingError):
    """Bytes from a printer that are no answer of any kind; they prove nothing."""

    def __init__(self, what_happened: str, *, offset: int = 0) -> None:
        super().__init__("printer.bad_reply", what_happened, details={"offset": offset})
        self.offset = offset
