"""What a first start makes is durable with its names, and what a start finds before it is used."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from terminal_agent.journal import JournalError, files
from tests.journal import shelf
from tests.refund import story as s

Synced = list[Path]


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Synced:
    """Which files and folders were synced by a call of ours, in order."""
    found: Synced = []

    def fsync(handle: int) -> None:
        wanted = os.fstat(handle)
        places = (tmp_path, *tmp_path.parents, *tmp_path.rglob("*"))
        found.extend(place for place in places if os.path.samestat(place.stat(), wanted))

    monkeypatch.setattr(os, "fsync", fsync)
    return found


def test_the_folders_of_a_first_start_are_durable_before_its_first_record(
    tmp_path: Path, synced: Synced
) -> None:
    with shelf.opened(tmp_path / "shop" / "books" / "journal.db"):
        assert {tmp_path, tmp_path / "shop", tmp_path / "shop" / "books"} <= set(synced)
        assert set(tmp_path.parents) <= set(synced)


def test_they_are_synced_once_more_when_the_first_start_was_cut_off(
    tmp_path: Path, synced: Synced
) -> None:
    path = tmp_path / "books" / "journal.db"
    path.parent.mkdir()
    with shelf.opened(path):
        assert tmp_path in synced
    synced.clear()
    with shelf.opened(path):
        assert tmp_path not in synced, "a journal that has begun is where it is"


def test_a_folder_that_may_not_be_looked_into_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Synced = []

    def refuse(folder: Path) -> None:
        asked.append(folder)
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(files, "sync_folder", refuse)
    files.sync_folders_above(tmp_path)
    assert asked == [tmp_path.resolve(), *tmp_path.resolve().parents]


def test_a_wal_that_is_found_is_durable_before_the_marker_tells_of_it(
    tmp_path: Path, synced: Synced
) -> None:
    path = tmp_path / "journal.db"
    left = shelf.opened(path)
    left.append(shelf.sale(), s.created())
    wal = tmp_path / "journal.db-wal"
    kept = {part: part.read_bytes() for part in (path, wal)}
    left.close()
    for part, data in kept.items():
        part.write_bytes(data)
    synced.clear()
    with shelf.opened(path) as journal:
        assert journal.tail()[0] == 3
        names = [place.name for place in synced]
        assert names.index("journal.db-wal") < names.index("journal.db.marker.new")


def test_a_wal_that_cannot_be_made_durable_is_not_relied_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.db"
    left = shelf.opened(path)
    left.append(shelf.sale(), s.created())
    with monkeypatch.context() as failing:
        failing.setattr(os, "fsync", no_sync)
        left._lock.release()
        with pytest.raises(JournalError) as caught:
            shelf.opened(path)
        assert caught.value.what_to_do
    left.close()
    with shelf.opened(path) as journal:
        assert journal.verify() == 3


def no_sync(_handle: int) -> None:
    raise OSError(errno.EIO, "Input/output error")


def test_a_file_that_is_not_there_or_empty_needs_no_sync(tmp_path: Path, synced: Synced) -> None:
    files.sync_file(tmp_path / "nothing")
    (tmp_path / "empty").touch()
    files.sync_file(tmp_path / "empty")
    assert synced == []
