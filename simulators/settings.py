"""How one simulated terminal is made: the figures and habits in which devices differ.

Times are seconds of the terminal's own (virtual) clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class MissingAckHabit(Enum):
    """What a terminal does with a booking when nobody acknowledged its result.

    The names are those of the exactly-once analysis: it stays booked; or it un-books and gives
    the number back (same), marks the record and keeps the number (rec1), books a reversal record
    of its own (rec2), shows the record before it (old1), or still shows the un-booked one (ghost).
    """

    STAY = "stay"
    SAME = "same"
    REC1 = "rec1"
    REC2 = "rec2"
    OLD1 = "old1"
    GHOST = "ghost"


class Shown(Enum):
    """Which record an enquiry after the last transaction is answered with."""

    LAST = "last"
    LAST_POSITIVE = "last_positive"


class CardHabit(Enum):
    """Who puts the card in: the simulator after the think time, or a command."""

    AUTO = "auto"
    ABSENT = "absent"


NUMBER_DIGITS_RECEIPT: Final = 4
NUMBER_DIGITS_TRACE: Final = 6


@dataclass(frozen=True, slots=True)
class TerminalSettings:
    """One device. `store_max` bounds the turnover store; a full one refuses money commands.

    `busy_while_settling`: whether status enquiries are answered "busy" until an open vote is
    settled; False is the dangerous kind that answers with the still-booked record.
    `deep`: an acquirer stands behind it, which speaks ISO 8583 and keeps the ledger.
    `duplicate_filter`: whether the same message again, before anything else happened, is known.
    """

    vote: MissingAckHabit = MissingAckHabit.STAY
    busy_while_settling: bool = True
    shows: Shown = Shown.LAST
    store_declines: bool = True
    duplicate_filter: bool = True
    card: CardHabit = CardHabit.AUTO
    void_needs_card: bool = False
    paper: bool = True
    own_printer: bool = False
    end_of_day_pending: bool = False
    locked: bool = False
    deep: bool = False
    think_s: float = 1.0
    host_s: float = 1.5
    card_timeout_s: float = 60.0
    reversal_s: float = 4.0
    boot_s: float = 20.0
    end_of_day_s: float = 3.0
    store_max: int = 2_000
    currency: str = "978"
    terminal_id: str = "52500038"
    merchant_id: str = "804011926"
    masked_pan: str = "541333******0018"
    card_name: str = "Mastercard"
