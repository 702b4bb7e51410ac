"""How the simulated printer is, and the status bytes that say so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The truth about paper, cover and knife."""

    paper_out: bool = False
    near_end: bool = False
    cover_open: bool = False
    cutter_jammed: bool = False

    @property
    def can_print(self) -> bool:
        """Whether it goes on with what it has."""
        return not (self.paper_out or self.cover_open or self.cutter_jammed)

    @property
    def cause(self) -> int:
        """Why it stopped, for the notice of GS ( H: one printable byte."""
        bits = self.cover_open << 2 | self.paper_out << 3 | self.cutter_jammed << 4
        return 0x40 | bits

    def answer(self, question: int) -> bytes:
        """DLE EOT n."""
        bits = 0x12
        match question:
            case 1:
                bits |= 0x00 if self.can_print else 0x08
            case 2:
                bits |= self.cover_open << 2 | self.paper_out << 5 | self.cutter_jammed << 6
            case 3:
                bits |= self.cutter_jammed << 3
            case _:
                bits |= (0x0C if self.near_end or self.paper_out else 0) | (
                    0x60 if self.paper_out else 0
                )
        return bytes((bits,))

    def paper_answer(self) -> bytes:
        """GS r 1."""
        near = 0x03 if self.near_end or self.paper_out else 0
        return bytes((near | (0x0C if self.paper_out else 0),))

    def group(self) -> bytes:
        """The four bytes of GS a."""
        first = 0x10 | (0 if self.can_print else 0x08) | (0x20 if self.cover_open else 0)
        second = 0x08 if self.cutter_jammed else 0
        return bytes((first, second)) + self.paper_answer() + b"\0"
