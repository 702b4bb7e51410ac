"""Settings and omissions that must lose something: they prove that the campaign can fail.

Each is the same life under the same cuts, with one thing done wrong. Beside them stand the ones
that are wrong and yet harmless, because something else does the same work.
"""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from unittest import mock

from terminal_agent.journal import files, store
from tests.durability.campaign import Campaign, Figures
from tests.durability.lives import approved, killed_lives, refund
from tests.durability.stage import Connect, Life, Stage, recorded


def _connecting(*pragmas: str) -> Connect:
    def connect(path: Path) -> sqlite3.Connection:
        db = sqlite3.connect(path, isolation_level=None)
        for pragma in (*pragmas, "foreign_keys=ON"):
            db.execute(f"PRAGMA {pragma}").fetchall()
        return db

    return connect


@dataclass(frozen=True, slots=True)
class Control:
    """One thing done wrong, and whether it must lose (`loses`) or is harmless.

    `without` are calls of the journal that are left out; `bare_folders` is a system where nobody
    syncs a folder but SQLite when it removes a file, and syncing a file keeps its own name.
    """

    name: str
    loses: bool
    connect: Connect = store.connect
    without: tuple[tuple[object, str], ...] = ()
    bare_folders: bool = False
    killed: bool = False


_EXTRA_FIRST = _connecting("synchronous=EXTRA", "journal_mode=WAL")
_EXTRA_AFTER = _connecting("journal_mode=WAL", "synchronous=EXTRA")
CONTROLS: Final = (
    Control(
        "WAL with synchronous=NORMAL", True, _connecting("synchronous=NORMAL", "journal_mode=WAL")
    ),
    Control("WAL with synchronous=OFF", True, _connecting("synchronous=OFF", "journal_mode=WAL")),
    Control("EXTRA set after WAL, folders not synced", True, _EXTRA_AFTER, bare_folders=True),
    Control("EXTRA set before WAL, folders not synced", False, _EXTRA_FIRST, bare_folders=True),
    Control("EXTRA set after WAL, folders synced", False, _EXTRA_AFTER),
    Control("new folders not synced", True, without=((store, "sync_folders_above"),)),
    Control(
        "a found WAL not synced at the start", True, without=((store, "sync_file"),), killed=True
    ),
)


def run(control: Control, work: Path, *, images: int, seed: int) -> Figures:
    """Lead the life the wrong way, and count what cuts then break."""
    work.mkdir(parents=True)
    with ExitStack() as wrong:
        for owner, name in control.without:
            wrong.enter_context(mock.patch.object(owner, name, _nothing))
        if control.bare_folders:
            wrong.enter_context(mock.patch.object(files, "_FOLDERS_CAN_SYNC", False))
        lives = _lives(control, work)
    campaign = Campaign(work, seed=seed, own_name_too=control.bare_folders)
    return campaign.run(lives, images, cuts_each=1)


def _nothing(_path: Path) -> None:
    """In the place of a call that is left out."""


def _lives(control: Control, work: Path) -> list[Life]:
    if control.killed:
        return killed_lives(work, every=5)
    wal_syncs_folder = not control.bare_folders
    return [
        recorded(
            control.name,
            work / "life",
            _short,
            connect=control.connect,
            wal_syncs_folder=wal_syncs_folder,
        )
    ]


def _short(stage: Stage) -> None:
    """Two refunds, the second one under way."""
    journal = stage.open()
    approved(journal, 1)
    refund(journal, 2)
