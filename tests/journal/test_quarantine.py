"""A journal that is lost, older or another is noticed, and blocks until people release it."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal_agent.refund.facts import (
    QuarantineReleased,
    QuarantineStarted,
)
from terminal_agent.refund.states import AttemptState
from tests.journal import shelf
from tests.refund import story as s

# --- quarantine --------------------------------------------------------------------------------


RELEASE = QuarantineReleased(at=s.AT, people=s.TWO, evidence_text="compared, all agree")


def test_a_journal_that_is_lost_starts_again_in_quarantine(path: Path) -> None:
    shelf.filled(path)
    path.unlink()
    with shelf.opened(path, journal_id="j2") as journal:
        doubt = journal.quarantine()
        assert doubt is not None
        assert doubt.why == "quarantine.journal_lost"
        journal.append(shelf.sale(), s.created(), s.authorised())
        assert shelf.refused(journal, s.baselined(), s.armed()).code == "refusal.quarantine"
        journal.append(RELEASE)
        assert journal.quarantine() is None
        journal.append(s.baselined(), s.armed())
        assert journal.verify() == 8
    with shelf.opened(path) as journal:
        assert journal.quarantine() is None


def test_an_emptied_journal_is_a_lost_journal(path: Path) -> None:
    shelf.filled(path)
    path.write_bytes(b"")
    with shelf.opened(path) as journal:
        assert journal.quarantine() is not None


def test_quarantine_lasts_over_restarts_until_people_release_it(path: Path) -> None:
    shelf.filled(path)
    path.unlink()
    for _ in range(2):
        with shelf.opened(path) as journal:
            assert journal.quarantine() is not None


def test_an_older_copy_of_the_journal_is_noticed(path: Path) -> None:
    shelf.filled(path, s.TO_ARMED)
    backup = path.read_bytes()
    with shelf.opened(path) as journal:
        journal.append(s.seen())
        journal.append(s.approved())
    path.write_bytes(backup)
    with shelf.opened(path) as journal:
        doubt = journal.quarantine()
        assert doubt is not None
        assert doubt.why == "quarantine.journal_older"
        assert journal.case(s.CASE).attempt(1).state is AttemptState.ARMED


def test_another_journal_in_the_place_of_ours_is_noticed(path: Path, tmp_path: Path) -> None:
    shelf.filled(path)
    other = shelf.filled(
        tmp_path / "other.db",
        (s.created("RF-20261124-0005"), *[s.noted("RF-20261124-0005") for _ in range(20)]),
    )
    path.write_bytes(other.read_bytes())
    with shelf.opened(path) as journal:
        doubt = journal.quarantine()
        assert doubt is not None
        assert doubt.why == "quarantine.journal_older"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"journal_id": 1, "seq": 1, "hash": "x"}'])
def test_a_damaged_marker_is_a_doubt(path: Path, text: str) -> None:
    shelf.filled(path)
    path.with_name("journal.db.marker").write_text(text, encoding="ascii")
    with shelf.opened(path) as journal:
        doubt = journal.quarantine()
        assert doubt is not None
        assert doubt.why == "quarantine.marker_damaged"


def test_a_journal_without_a_marker_is_believed(path: Path) -> None:
    shelf.filled(path)
    path.with_name("journal.db.marker").unlink()
    with shelf.opened(path) as journal:
        assert journal.quarantine() is None


def test_a_quarantine_can_be_started_by_hand(path: Path) -> None:
    with shelf.opened(path) as journal:
        journal.append(QuarantineStarted(at=s.AT, why="quarantine.by_hand"))
        assert journal.quarantine() == QuarantineStarted(at=s.AT, why="quarantine.by_hand")
