"""Finds out by reading alone what a terminal can prove; it books nothing, so not all can be seen.

Seen: L when the last transaction is told twice alike; R and N when its record carries our reference
and every number, N only when a sale between two probes made all numbers step forward alike; Q when
the terminal can be asked after one attempt. B, I1 and I2 show only while money moves: those a
technician has to look at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from drivers.errors import LinkError
from protocols.kit.capabilities import Capability
from protocols.kit.session import Original, Request
from protocols.kit.vocabulary import Operation, Outcome
from terminal_agent.refund.numbers import advance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.kit.capabilities import Capabilities
    from protocols.kit.money import Amount
    from protocols.kit.vocabulary import TerminalStatus, TransactionRecord
    from terminal_agent.runtime.conversation import Conversation

# A number that no sale in the terminal has: what is asked after it cannot be found.
_NOBODYS: Original = Original("999999", "999999", "999999", "999999999999", "999999", "0101")


@dataclass(frozen=True, slots=True)
class Probed:
    """What was seen. `findings` says of each declared sign a text key: seen, or why not."""

    terminal_id: str | None
    status: TerminalStatus
    details: Mapping[str, str]
    record: TransactionRecord | None
    findings: Mapping[Capability, str] = field(default_factory=dict)

    @property
    def seen(self) -> tuple[Capability, ...]:
        """The signs that were seen, in the order of the alphabet."""
        found = [sign for sign, why in self.findings.items() if why == SEEN]
        return tuple(sorted(found, key=lambda sign: sign.value))


SEEN = "probe.seen"
_UNSEEABLE = frozenset({Capability.BUSY_TOLD, Capability.COMMIT_ONCE, Capability.STORED_RESULT})


def probe(
    talk: Conversation,
    capabilities: Capabilities,
    amount: Amount,
    before: TransactionRecord | None = None,
) -> Probed:
    """Ask the signed-on terminal all harmless questions. `before` is the record of an earlier
    probe. Raises LinkError."""
    status = talk.status()
    first, second = talk.last(), talk.last()
    record = second.record
    findings: dict[Capability, str] = {}
    for sign in sorted(capabilities.declared, key=lambda one: one.value):
        if sign in _UNSEEABLE:
            findings[sign] = "probe.look"
        elif sign is Capability.QUERY:
            findings[sign] = _query(talk, capabilities, amount, record)
        elif not second.supported or first != second:
            findings[sign] = "probe.refused" if not second.supported else "probe.changed"
        elif record is None:
            findings[sign] = "probe.no_record"
        elif sign is Capability.NUMBERS:
            findings[sign] = _numbers(capabilities, record, before)
        elif sign is Capability.REFERENCE:
            findings[sign] = SEEN if record.reference else "probe.no_reference"
        else:
            findings[sign] = SEEN
    return Probed(talk.terminal_id, status, talk.details, record, findings)


def _numbers(
    capabilities: Capabilities, record: TransactionRecord, before: TransactionRecord | None
) -> str:
    """Numbers that are there may still not advance: that takes a sale between two probes."""
    if any(getattr(record, name) is None for name in capabilities.number_fields):
        return "probe.no_numbers"
    steps = None if before is None else advance(before, record, capabilities.number_fields)
    if steps is None or steps == 0:
        return "probe.once_more"
    return SEEN if steps > 0 else "probe.went_back"


def _query(
    talk: Conversation,
    capabilities: Capabilities,
    amount: Amount,
    record: TransactionRecord | None,
) -> str:
    """Where references come back, the last record must be found by its own; else it is enough that
    the question after nobody's sale is answered."""
    refers = Capability.REFERENCE in capabilities.declared
    if refers and (record is None or record.reference is None):
        return "probe.no_record"
    about = Operation.VOID if capabilities.can_void else Operation.REFUND
    if refers and record is not None and record.kind is not None:
        about = record.kind
    reference = record.reference if refers and record is not None else None
    try:
        answer = talk.query(Request(Operation.QUERY, amount, _NOBODYS, reference, about=about))
    except LinkError:
        return "probe.refused"
    if answer.outcome is not Outcome.APPROVED:
        return "probe.refused"
    found = answer.record is not None
    return SEEN if found or not refers else "probe.not_found"
