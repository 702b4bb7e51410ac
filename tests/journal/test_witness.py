"""A start holds the journal against its newest anchor, and believes no file that is gone."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from terminal_agent.journal import Journal, JournalCorrupt
from terminal_agent.journal import anchor as anchors
from terminal_agent.journal.anchor import Anchor, BadAnchor
from terminal_agent.journal.witness import Doubt, Witness
from terminal_agent.refund.facts import QuarantineReleased, QuarantineStarted
from tests.journal import shelf
from tests.refund import story as s

if TYPE_CHECKING:
    from pathlib import Path

KEY = "of the shop"
RELEASE = QuarantineReleased(at=s.AT, people=s.TWO, evidence_text="compared, all agree")
MARKER = "journal.db.marker"
NOTE = "journal.db.anchored"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of anchors, on another disk."""
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick" / "anchors.jsonl"


def opened(path: Path, file: Path, key: str = KEY, journal_id: str = "j1") -> Journal:
    return Journal.open(
        path,
        at=s.AT,
        journal_id=journal_id,
        agent_version="0.1.0",
        witness=Witness(file, path, key),
    )


def anchored(path: Path, file: Path, key: str = KEY) -> Anchor:
    """A journal with a case that waits to be sent, whose newest record is anchored."""
    shelf.filled(path, (s.created(), s.authorised()))
    with opened(path, file, key) as journal:
        return Witness(file, path, key).keep(journal.anchor(s.AT))


def standing(journal: Journal) -> str:
    """Why it is in quarantine, "" when it is not."""
    found = journal.quarantine()
    return found.why if found is not None else ""


def test_a_journal_that_fits_its_newest_anchor_starts_as_ever(path: Path, file: Path) -> None:
    anchored(path, file)
    for _ in range(2):
        with opened(path, file) as journal:
            assert (standing(journal), journal.withheld) == ("", None)
            journal.append(shelf.sale(f"more{journal.tail()[0]}", receipt=str(journal.tail()[0])))


def test_nothing_was_ever_anchored_so_nothing_is_missed(path: Path, file: Path) -> None:
    with opened(path, file) as journal:
        assert (standing(journal), journal.withheld) == ("", None)
    file.write_text("", encoding="ascii")
    with opened(path, file) as journal:
        assert (standing(journal), journal.withheld) == ("", None)


def test_a_folder_put_back_with_its_marker_is_noticed_by_the_anchor(path: Path, file: Path) -> None:
    shelf.filled(path, s.TO_ARMED)
    kept = {name: (path.parent / name).read_bytes() for name in ("journal.db", MARKER)}
    with opened(path, file) as journal:
        journal.append(s.seen())
        journal.append(s.approved())
        Witness(file, path, KEY).keep(journal.anchor(s.AT))
    for name, data in kept.items():
        (path.parent / name).write_bytes(data)
    for _ in range(2):
        with opened(path, file) as journal:
            assert standing(journal) == "quarantine.anchor_older"
    with opened(path, file) as journal:
        kinds = [record.kind for record in journal.records()]
        assert kinds.count("quarantine_started") == 1, "one doubt is written once"


def test_a_new_journal_in_the_place_of_an_anchored_one_is_noticed(path: Path, file: Path) -> None:
    anchored(path, file)
    for part in path.parent.iterdir():
        part.unlink()
    with opened(path, file, journal_id="j2") as journal:
        assert standing(journal) == "quarantine.anchor_other"
        journal.append(shelf.sale(), s.created(), s.authorised())
        assert shelf.refused(journal, s.baselined(), s.armed()).code == "refusal.quarantine"


def test_a_chain_that_was_written_anew_is_noticed(path: Path, file: Path) -> None:
    kept = anchored(path, file)
    other = replace(kept, hash="0" * 64).signed(KEY)
    anchors.keep(file, other)
    with opened(path, file) as journal:
        assert standing(journal) == "quarantine.anchor_other"
        assert Witness(file, path, KEY).doubt(journal) == Doubt(
            "quarantine.anchor_other", str(file)
        )
    anchors.keep(file, replace(kept, journal_id="j2").signed(KEY))
    with opened(path, file) as journal:
        assert Witness(file, path, KEY).doubt(journal) == Doubt(
            "quarantine.anchor_other", str(file)
        )


def test_the_anchor_of_the_last_record_fits_and_one_behind_it_does_not(
    path: Path, file: Path
) -> None:
    kept = anchored(path, file)
    with opened(path, file) as journal:
        assert journal.tail()[0] == kept.seq
        assert Witness(file, path, KEY).doubt(journal) is None
        Witness(file, path, KEY).keep(replace(kept, seq=kept.seq + 1))
        found = Witness(file, path, KEY).doubt(journal)
    assert found == Doubt("quarantine.anchor_older", str(file))
    assert found.lasting


def test_a_lost_journal_is_in_quarantine_once_not_twice(path: Path, file: Path) -> None:
    anchored(path, file)
    path.unlink()
    with opened(path, file, journal_id="j2") as journal:
        assert standing(journal) == "quarantine.journal_lost"
        kinds = [record.kind for record in journal.records()]
        assert kinds.count("quarantine_started") == 1


def gone(file: Path) -> None:
    file.unlink()


def emptied(file: Path) -> None:
    file.write_text("\n", encoding="ascii")


def older(file: Path) -> None:
    kept = anchors.newest(file)
    assert kept is not None
    file.write_text(f"{replace(kept, seq=kept.seq - 1).signed(KEY).line}\n", encoding="ascii")


def nonsense(file: Path) -> None:
    with file.open("a", encoding="ascii") as out:
        out.write("nonsense\n")


def nested(file: Path) -> None:
    with file.open("a", encoding="ascii") as out:
        out.write("[" * 100_000 + "\n")


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def unsigned(file: Path) -> None:
    kept = anchors.newest(file)
    assert kept is not None
    anchors.keep(file, replace(kept, mac=""))


def signed_strangely(file: Path) -> None:
    kept = anchors.newest(file)
    assert kept is not None
    text = json.dumps({**json.loads(kept.line), "mac": "\ud800é"})
    file.write_text(text + "\n", encoding="ascii")


def spoilt_note(file: Path) -> None:
    (file.parent.parent / "agent" / NOTE).write_text("no anchor\n", encoding="ascii")


TROUBLE = [
    (gone, "missing"),
    (emptied, "missing"),
    (older, "missing"),
    (nonsense, "unreadable"),
    (nested, "unreadable"),
    (a_folder, "unreadable"),
    (spoilt_note, "unreadable"),
    (unsigned, "forged"),
    (signed_strangely, "forged"),
]


@pytest.mark.parametrize(("harm", "kind"), TROUBLE, ids=lambda one: getattr(one, "__name__", one))
def test_while_the_file_is_not_in_order_nothing_is_armed(
    path: Path, file: Path, harm: object, kind: str
) -> None:
    anchored(path, file)
    assert callable(harm)
    harm(file)
    with opened(path, file) as journal:
        assert journal.withheld == Doubt(
            f"quarantine.anchors_{kind}", str(file), f"refusal.anchors_{kind}"
        )
        assert not journal.withheld.lasting
        assert standing(journal) == ""
        refused = shelf.refused(journal, s.baselined(), s.armed())
        assert refused.code == f"refusal.anchors_{kind}"
        assert refused.details == {"file": str(file)}
        journal.append(QuarantineStarted(at=s.AT, why=journal.withheld.why))
        journal.append(RELEASE)
        assert journal.withheld is None
        journal.append(s.baselined(), s.armed())


def test_a_file_that_comes_back_ends_it_by_itself(path: Path, file: Path) -> None:
    anchored(path, file)
    away = file.rename(file.with_name("away"))
    with opened(path, file) as journal:
        assert journal.withheld is not None
    away.rename(file)
    with opened(path, file) as journal:
        assert (standing(journal), journal.withheld) == ("", None)


def test_without_a_key_signatures_are_not_looked_at(path: Path, file: Path) -> None:
    anchored(path, file, key="")
    with opened(path, file) as journal:
        kept = Witness(file, path).keep(journal.anchor(s.AT))
    assert kept.mac == ""
    with opened(path, file, key="") as journal:
        assert (standing(journal), journal.withheld) == ("", None)
    with opened(path, file) as journal:
        assert journal.withheld is not None


def test_a_note_that_was_not_written_any_more_is_no_doubt(path: Path, file: Path) -> None:
    anchored(path, file)
    note = (path.parent / NOTE).read_bytes()
    with opened(path, file) as journal:
        journal.append(shelf.sale("s2", receipt="0051"))
        Witness(file, path, KEY).keep(journal.anchor(s.AT))
    (path.parent / NOTE).write_bytes(note)
    with opened(path, file) as journal:
        assert (standing(journal), journal.withheld) == ("", None)


def test_the_note_is_private_and_is_the_line_that_was_kept(path: Path, file: Path) -> None:
    kept = anchored(path, file)
    assert kept == kept.signed(KEY)
    note = path.parent / NOTE
    assert note.read_text(encoding="ascii") == f"{kept.line}\n"
    assert note.stat().st_mode & 0o777 == 0o600


def test_an_anchor_that_was_not_kept_is_not_noted(path: Path, file: Path) -> None:
    shelf.filled(path)
    with opened(path, file) as journal, pytest.raises(OSError, match="nowhere"):
        Witness(file.parent / "nowhere" / "a", path).keep(journal.anchor(s.AT))
    assert not (path.parent / NOTE).exists()


def test_a_record_that_is_anchored_and_damaged_is_damage(path: Path, file: Path) -> None:
    kept = anchored(path, file)
    with opened(path, file) as journal:
        for number in range(300):  # so that the start itself does not look at it
            journal.append(shelf.sale(f"n{number}", receipt=f"9{number:03}"))
    shelf.raw(path, *shelf.UNGUARD, f"UPDATE records SET payload = '{{}}' WHERE seq = {kept.seq}")
    with pytest.raises(JournalCorrupt) as caught:
        opened(path, file)
    assert caught.value.seq == kept.seq
    with shelf.opened(path):
        pass  # the lock was given back, and without a witness nobody looks


# --- the newest line ---------------------------------------------------------------------------

ONE = Anchor(seq=1, hash="ab" * 32, journal_id="j1", at="2026-11-24T18:00:00+00:00")
TWO = replace(ONE, seq=2)


def test_the_newest_line_is_read_however_long_the_file_is(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text(f"{ONE.line}\n" * 1_000 + f"{TWO.line}\n", encoding="ascii")
    assert anchors.newest(file) == TWO


@pytest.mark.parametrize("ending", ["", "\n", "\n\n", "\n \n"])
def test_a_whole_line_counts_however_it_ends(tmp_path: Path, ending: str) -> None:
    file = tmp_path / "a"
    file.write_text(f"{ONE.line}\n{TWO.line}{ending}", encoding="ascii")
    assert anchors.newest(file) == TWO
    later = replace(ONE, seq=3)
    anchors.keep(file, later)
    assert anchors.read(file) == [ONE, TWO, later]


@pytest.mark.parametrize("cut", [1, 40, len(TWO.line) - 1])
@pytest.mark.parametrize("before", [[], [ONE], [ONE] * 2, [ONE] * 40])
def test_half_a_line_that_a_power_cut_left_is_passed_over_and_mended(
    tmp_path: Path, cut: int, before: list[Anchor]
) -> None:
    file = tmp_path / "a"
    whole = "".join(f"{one.line}\n" for one in before)
    file.write_text(whole + TWO.line[:cut], encoding="ascii")
    assert anchors.newest(file) == (before[-1] if before else None)
    anchors.keep(file, TWO)
    assert anchors.read(file) == [*before, TWO]


def test_a_line_longer_than_any_of_ours_is_not_read_to_its_beginning(tmp_path: Path) -> None:
    file = tmp_path / "a"
    room = 4096 - len(ONE.line) - 1
    file.write_text("{" + " " * room + ONE.line[1:] + "\n", encoding="ascii")
    assert file.stat().st_size == 4096
    assert anchors.newest(file) == ONE
    file.write_text("{" + " " * (room + 1) + ONE.line[1:] + "\n", encoding="ascii")
    with pytest.raises(BadAnchor):
        anchors.newest(file)


def test_bytes_that_are_no_text_are_no_anchor_and_go_with_the_half_line(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(f"{ONE.line}\n".encode() + b"\xff\xfe\n")
    with pytest.raises(BadAnchor):
        anchors.newest(file)
    file.write_bytes(f"{ONE.line}\n".encode() + b"\xff\xfe")
    assert anchors.newest(file) == ONE
    anchors.keep(file, TWO)
    assert anchors.read(file) == [ONE, TWO]


def test_a_whole_line_without_its_end_stays_whole_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a"
    file.write_text(ONE.line, encoding="ascii")
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda to, data: write(to, data) if data == b"\n" else full())
        with pytest.raises(OSError, match="full"):
            anchors.keep(file, TWO)
    assert file.read_text(encoding="ascii") == f"{ONE.line}\n"


def full() -> int:
    raise OSError("full")


def test_a_long_text_without_an_end_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("x" * 5_000, encoding="ascii")
    anchors.keep(file, ONE)
    assert file.read_text(encoding="ascii") == "x" * 5_000 + f"\n{ONE.line}\n"
    assert anchors.newest(file) == ONE


def test_a_mended_file_stays_whole_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a"
    file.write_text(f"{ONE.line}\n{TWO.line[:30]}", encoding="ascii")
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            anchors.keep(file, TWO)
    assert file.read_text(encoding="ascii") == f"{ONE.line}\n"


def test_a_line_of_too_many_brackets_is_no_anchor() -> None:
    with pytest.raises(BadAnchor):
        anchors.from_line("[" * 100_000)


# --- which lines count -------------------------------------------------------------------------


def named(*seqs: int, journal_id: str = "j1", digest: str = "ab") -> list[Anchor]:
    return [replace(ONE, seq=seq, journal_id=journal_id, hash=digest * 32) for seq in seqs]


@pytest.mark.parametrize(
    ("lines", "counting"),
    [
        (named(1, 2, 3), named(1, 2, 3)),
        (named(2, 2, 3), named(2, 2, 3)),
        (named(1, 2, 5) + named(3), named(1, 2) + named(3)),
        (named(1, 5) + named(3, 6), named(1) + named(3, 6)),
        (named(1, 2) + named(2, digest="cd"), named(1) + named(2, digest="cd")),
        (named(1, 2) + named(1, 9, journal_id="j2"), named(1, 9, journal_id="j2")),
        ([], []),
    ],
)
def test_a_line_that_goes_back_ends_those_it_goes_behind(
    lines: list[Anchor], counting: list[Anchor]
) -> None:
    assert anchors.standing(lines) == counting
