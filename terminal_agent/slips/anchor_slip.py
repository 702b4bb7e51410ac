"""The slip of the day's end that holds how far the journal reached; it is about no single refund.

Kept on paper, it proves later that no record before it was changed or cut off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal_agent.slips.paper import (
    big,
    centred,
    folded,
    grouped,
    heading,
    labelled,
    marks,
    plain,
    qr,
    stamp,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from printing.sheet import Block
    from terminal_agent.slips.model import AnchorSlip
    from terminal_agent.slips.paper import Parts


def parts(slip: AnchorSlip, say: Mapping[str, str]) -> Parts:
    """Title, what is anchored, what to do with it."""
    return _head(slip, say), _proof(slip, say), _purpose(slip, say)


def _head(slip: AnchorSlip, say: Mapping[str, str]) -> Iterator[Block]:
    yield from heading(slip)
    yield from big(say["title_anchor"], slip.columns)
    yield from marks(slip, say)


def _proof(slip: AnchorSlip, say: Mapping[str, str]) -> Iterator[Block]:
    rows = [
        ("when", stamp(slip.when)),
        ("anchor_journal", slip.journal_id),
        ("anchor_records", str(slip.records)),
    ]
    yield from labelled(rows, say, slip.columns)
    yield from plain(say["anchor_code"], slip.columns, bold=True)
    yield from folded(slip.code, slip.columns)
    yield from plain(say["anchor_hash"], slip.columns)
    yield from grouped(slip.digest, slip.columns)


def _purpose(slip: AnchorSlip, say: Mapping[str, str]) -> Iterator[Block]:
    yield from plain(say["anchor_purpose"], slip.columns)
    yield from qr(slip.code)
    yield from centred(say["anchor_keep"], slip.columns)
