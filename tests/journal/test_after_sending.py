"""An error that is met behind a money message does not tell of no money."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from protocols.kit.errors import MoneyMoved
from terminal_agent.journal import JournalError, JournalRefusal
from terminal_agent.journal.faults import supposing, translated
from terminal_agent.refund.facts import Fact
from tests.journal import shelf
from tests.refund import story as s


@pytest.mark.parametrize(
    ("fact", "money"),
    [(s.unknown(), MoneyMoved.MAYBE), (s.approved(), MoneyMoved.YES), (s.noted(), MoneyMoved.NO)],
)
def test_an_append_whose_look_fails_tells_what_the_append_is_about(
    path: Path, fact: Fact, money: MoneyMoved
) -> None:
    disk = shelf.Disk()
    with shelf.opened(path, connect=disk.connect) as journal:
        journal.append(shelf.sale(), s.created(), s.authorised(), s.baselined(), s.armed())
        journal.append(s.seen())
        disk.fail_always(sqlite3.SQLITE_IOERR, only="SELECT seq, hash")
        with pytest.raises(JournalError) as caught:
            journal.append(fact)
        assert caught.value.money is money


@pytest.mark.parametrize("before", MoneyMoved)
@pytest.mark.parametrize("supposed", MoneyMoved)
def test_what_is_known_already_is_kept(before: MoneyMoved, supposed: MoneyMoved) -> None:
    with pytest.raises(JournalError) as caught, supposing(supposed):
        raise JournalError("it fails", path="j", money=before)
    assert caught.value.money is (supposed if before is MoneyMoved.NO else before)


def test_a_refusal_is_left_as_it_is(path: Path) -> None:
    with pytest.raises(JournalRefusal) as caught, translated(path, money=MoneyMoved.YES):
        raise JournalRefusal("refusal.no_such_case", "there is none")
    assert caught.value.money is MoneyMoved.NO
