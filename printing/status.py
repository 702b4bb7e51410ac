"""What a printer says about itself; None means that it has not said so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Paper(Enum):
    """How much paper there is."""

    PRESENT = "present"
    NEAR_END = "near_end"
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterStatus:
    """The newest word on each question."""

    paper: Paper | None = None
    offline: bool | None = None
    cover_open: bool | None = None
    error: bool | None = None

    @property
    def said(self) -> bool:
        """Whether it has said anything at all."""
        return any(
            told is not None for told in (self.paper, self.offline, self.cover_open, self.error)
        )

    @property
    def can_print(self) -> bool | None:
        """Whether a slip sent now would come out; None when the printer has not said enough."""
        if self.paper is Paper.OUT or True in (self.offline, self.cover_open, self.error):
            return False
        return True if self.paper is not None and self.offline is False else None
