"""How one acquirer and the line to it are made; times are seconds of the terminal's clock."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulators.tables import Table

MESSAGES: Final = ("sale", "void", "refund", "reversal", "settlement", "sign_on", "money", "any")
MONEY: Final = frozenset({"sale", "void", "refund"})
_SECONDS_MAX: Final = 86_400.0
_TRIES_MAX: Final = 9  # the terminal's parameter has one digit

# What can go wrong with one message, and the keys it takes beside on, nth and do.
FAULT_KEYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "lose_request": (),  # it never arrives
        "lose_answer": (),  # it is done, and nobody hears of it
        "slow": ("seconds!",),  # it arrives so much later
        "late": ("seconds!",),  # done at once, answered so much later
        "overtaken": (),  # it arrives behind the next message, and its answer is lost
        "duplicate": (),  # it arrives twice
        "break_request_mac": (),
        "break_answer_mac": (),
        "unreadable_answer": (),
        "code": ("code!",),  # this response code; done where the code means approved
        "partial": ("amount_minor!",),  # approved with code 10 for that much at most
        "close_batch": (),  # the acquirer closes the batch just before
    }
)


@dataclass(frozen=True, slots=True)
class HostFault:
    """One thing that goes wrong: at the `nth` message of a name (None: at each)."""

    on: str
    do: str
    nth: int | None = 1
    seconds: float = 0.0
    code: str = ""
    amount_minor: int = 0

    def meets(self, name: str) -> bool:
        """Whether a message of this name counts."""
        return self.on in {name, "any"} or (self.on == "money" and name in MONEY)


@dataclass(frozen=True, slots=True)
class HostSettings:
    """The acquirer's rules, and how the terminal behaves towards it.

    `refund_reversal`: whether refunds can be reversed at all; most acquirers do not know such a
    message. `forgets_reversals`: a reversal that found nothing is not remembered, so that an
    original behind it is booked. `drops_at_midnight` and `unbuildable` are faults of terminals
    that were seen: a reversal of yesterday, or one that cannot be put together, is thrown away.
    """

    timeout_s: float = 60.0
    tries: int = 3
    answer_s: float = 0.0
    key_bytes: int = 8
    refund_reversal: bool = False
    forgets_reversals: bool = False
    drops_at_midnight: bool = False
    unbuildable: bool = False
    faults: tuple[HostFault, ...] = field(default=())


def read(table: Table) -> HostSettings:
    """The settings in the `[host]` table of a scenario. Raises BadScenario."""
    base = HostSettings()
    found = HostSettings(
        timeout_s=table.seconds("timeout_s", base.timeout_s, most=_SECONDS_MAX),
        tries=table.whole("tries", base.tries, least=1, most=_TRIES_MAX),
        answer_s=table.seconds("answer_s", base.answer_s, most=_SECONDS_MAX),
        key_bytes=table.whole("key_bytes", base.key_bytes),
        refund_reversal=_flag(table, "refund_reversal", default=base.refund_reversal),
        forgets_reversals=_flag(table, "forgets_reversals", default=base.forgets_reversals),
        drops_at_midnight=_flag(table, "drops_at_midnight", default=base.drops_at_midnight),
        unbuildable=_flag(table, "unbuildable", default=base.unbuildable),
        faults=tuple(_fault(row) for row in table.tables("fault")),
    )
    if found.key_bytes not in {8, 16}:
        raise table.wrong("key_bytes", "a key has 8 or 16 bytes")
    table.finish()
    return found


def _flag(table: Table, key: str, *, default: bool) -> bool:
    return table.flag(key) if key in table else default


def _fault(row: Table) -> HostFault:
    do = row.text("do", choices=tuple(FAULT_KEYS))
    keys = row.allow(FAULT_KEYS[do], what=do)
    fault = HostFault(
        on=row.text("on", choices=MESSAGES),
        do=do,
        nth=row.nth(),
        seconds=row.seconds("seconds", 0.0, most=_SECONDS_MAX),
        code=row.text("code", "") if "code" in keys else "",
        amount_minor=row.whole("amount_minor", 0),
    )
    if fault.code and not is_code(fault.code):
        raise row.wrong("code", "a response code has two characters out of 0-9 and A-Z")
    row.finish()
    return fault


def is_code(text: str) -> bool:
    """Whether F39 can carry it."""
    return re.fullmatch("[0-9A-Z]{2}", text) is not None
