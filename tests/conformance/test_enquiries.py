"""Harmless talk is cut after every byte: nothing is booked, nothing armed, and the next one works.

Sign-on, status and the enquiry after the last transaction, as a technician or a baseline asks them.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from drivers.errors import LinkError
from protocols.kit.errors import MoneyMoved
from simulators.cable import Way
from terminal_agent.runtime.conversation import Conversation
from terminal_agent.runtime.reporter import Silent
from tests.conformance.lives import SUBJECTS, Subject, cut_at, opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.harness import Shop
    from tests.setting import Setting

subjects = pytest.mark.parametrize("subject", SUBJECTS, ids=str)


def enquire(shop: Shop) -> bool:
    """Open the line, sign on, ask how it is and what it booked last; whether it was told."""
    talk = Conversation(shop.station, Silent())
    try:
        talk.start()
        return talk.clean_last().record is not None
    finally:
        shop.station.terminal.close()


def trouble_of(shop: Shop) -> LinkError | None:
    """Enquire, and say what the line did to it."""
    try:
        assert enquire(shop), "what is answered, is answered whole"
    except LinkError as error:
        return error
    return None


def undisturbed_bytes(setting: Setting) -> dict[Way, int]:
    """How many bytes the talk takes in each direction."""
    with opened(setting) as shop:
        shop.sale()
        assert enquire(shop)
        return dict(shop.device.cable.counts)


@subjects
def test_an_enquiry_cut_at_any_byte_moves_nothing(
    subject: Subject, lives: Callable[[int], None]
) -> None:
    counts = undisturbed_bytes(subject.setting)
    places = [(way.value, byte) for way in Way for byte in range(counts[way] + 1)]
    for place in places:
        with opened(cut_at(subject.setting, place)) as shop:
            shop.sale()
            before = tuple(shop.device.bank.bookings)
            trouble = trouble_of(shop)
            assert trouble is None or trouble.money is MoneyMoved.NO, place
            shop.plug()
            shop.let_settle()
            assert enquire(shop), f"{place}: the next enquiry is answered"
            assert tuple(shop.device.bank.bookings) == before, place
            assert not shop.journal.open_cases()
            shop.check(settled=True)
    lives(len(places))


@subjects
def test_an_enquiry_survives_the_terminal_losing_power_at_any_message(
    subject: Subject, lives: Callable[[int], None]
) -> None:
    with opened(subject.setting) as shop:
        shop.sale()
        shop.points.clear()
        enquire(shop)
        moments = len(shop.points)
    for number in range(1, moments + 1):
        with opened(subject.setting) as shop:
            shop.sale()
            shop.points.clear()
            shop.strike = lambda at, _label, n=number, s=shop: s.power_cut(2.0) if at == n else None
            with suppress(LinkError):
                enquire(shop)
            shop.strike = None
            shop.let_settle()
            assert enquire(shop), number
            shop.check(settled=True)
    lives(moments)
