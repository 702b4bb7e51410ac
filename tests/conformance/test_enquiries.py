"""Harmless talk is cut after every byte: nothing is booked, nothing armed, and the next one works.

Sign-on, status and the enquiry after the last transaction, as a technician or a baseline asks them.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from drivers.errors import LinkError
from protocols.kit.capabilities import Capability
from protocols.kit.errors import MoneyMoved
from simulators.cable import Way
from terminal_agent.runtime.conversation import Conversation
from terminal_agent.runtime.reporter import Silent
from tests.conformance.lives import SUBJECTS, Subject, cut_at, opened, sample

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


def trouble_of(shop: Shop, *, told: bool) -> LinkError | None:
    """Enquire, and say what the line did to it."""
    try:
        assert enquire(shop) is told, "what is answered, is answered whole"
    except LinkError as error:
        return error
    return None


def undisturbed(setting: Setting) -> tuple[dict[Way, int], bool]:
    """How many bytes the talk takes in each direction, and whether a record is told."""
    with opened(setting) as shop:
        shop.sale()
        told = enquire(shop)
        return dict(shop.device.cable.counts), told


@subjects
def test_an_enquiry_cut_at_any_byte_moves_nothing(
    subject: Subject, lives: Callable[[int], None]
) -> None:
    counts, told = undisturbed(subject.setting)
    assert told is (Capability.LAST in subject.capabilities.declared)
    every = [(way.value, byte) for way in Way for byte in range(counts[way] + 1)]
    places = sample(every, 1, most=400)
    for place in places:
        with opened(cut_at(subject.setting, place)) as shop:
            shop.sale()
            before = tuple(shop.device.bank.bookings)
            trouble = trouble_of(shop, told=told)
            assert trouble is None or trouble.money is MoneyMoved.NO, place
            shop.plug()
            shop.let_settle()
            assert enquire(shop) is told, f"{place}: the next enquiry is answered"
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
        told = enquire(shop)
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
            assert enquire(shop) is told, number
            shop.check(settled=True)
    lives(moments)
