"""Any slip as a sheet of cells: a pure function of its data."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from printing.sheet import Cut, Sheet
from terminal_agent.slips import anchor_slip, case_sheet, refund_slip
from terminal_agent.slips.model import AnchorSlip, CaseSheet, SlipData
from terminal_agent.slips.paper import rule
from terminal_agent.slips.words import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from printing.sheet import Block
    from terminal_agent.slips.model import AnySlip
    from terminal_agent.slips.paper import Parts


def layout(slip: AnySlip) -> Sheet:
    """The sheet of a slip of any kind: its parts with a line between them, and a cut at the end."""
    blocks: list[Block] = []
    for part in _parts(slip, words(slip.language)):
        made = list(part)
        if made:
            blocks += [rule(slip.columns), *made] if blocks else made
    return Sheet(slip.columns, (*blocks, Cut()))


def _parts(slip: AnySlip, say: Mapping[str, str]) -> Parts:
    match slip:
        case SlipData():
            return refund_slip.parts(slip, say)
        case AnchorSlip():
            return anchor_slip.parts(slip, say)
        case CaseSheet():
            return case_sheet.parts(slip, say)
        case _:  # pragma: no cover
            assert_never(slip)
