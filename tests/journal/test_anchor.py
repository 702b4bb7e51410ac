"""Anchors: what is known of the journal elsewhere, on paper or on another disk."""

from __future__ import annotations

import errno
import hashlib
import hmac
import json
import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal_agent.journal import JournalCorrupt
from terminal_agent.journal import anchor as anchors
from terminal_agent.journal.anchor import Anchor, BadAnchor, from_code, from_line
from terminal_agent.journal.verify import check_chain
from tests import tampering
from tests.journal import shelf
from tests.refund import story as s

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HASH = "00112233445566778899aabbccddeeff" * 2
ANCHOR = Anchor(seq=17, hash=HASH, journal_id="j1", at="2026-11-24T18:00:00+00:00")
KEY = "the shop's key"


@given(st.integers(1, 2**63), st.binary(min_size=32, max_size=32))
def test_a_code_can_be_typed_in_any_usual_way(seq: int, digest: bytes) -> None:
    code = Anchor(seq=seq, hash=digest.hex()).code
    assert re.fullmatch(r"\d+(-[A-Z2-7]{4}){6}-[A-Z2-7]{2}", code)
    typed = code.lower().replace("o", "0").replace("i", "1").replace("b", "8")
    for way in (code, typed, code.replace("-", " - "), f" {code} "):
        found = from_code(way)
        assert (found.seq, found.hash) == (seq, digest.hex()[:30])
        assert found.fits(digest)


@given(st.data())
def test_a_code_with_one_wrong_sign_is_refused_or_names_another_record(data: st.DataObject) -> None:
    code = ANCHOR.code
    at = data.draw(st.integers(0, len(code) - 1).filter(lambda place: code[place] != "-"))
    other = data.draw(st.sampled_from("ABCDEFGHJKLMNPQRSTUVWXYZ234567"))
    wrong = code[:at] + other + code[at + 1 :]
    if wrong == code:
        return
    try:
        found = from_code(wrong)
    except BadAnchor:
        return
    # Two check signs let one in a thousand pass; then it fits no record.
    assert (found.seq, found.hash) != (17, HASH[:30])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "17",
        "x-ABCD",
        "-1-ABCD",
        "²-ABCD",
        "9" * 30 + "-ABCD-ABCD-ABCD-ABCD-ABCD-ABCD-AB",
        ANCHOR.code[:-1],
        ANCHOR.code + "A",
        ANCHOR.code.replace("-", "!", 2),
        "18" + ANCHOR.code[2:],
    ],
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(BadAnchor) as caught:
        from_code(text)
    assert caught.value.code == "anchor.bad"
    assert caught.value.details == {"problem": caught.value.what_happened}
    assert caught.value.what_to_do


def test_signs_that_there_are_not_are_refused_even_with_a_right_check() -> None:
    raw = "É" * 24
    with pytest.raises(BadAnchor, match="sign"):
        from_code(f"5-{raw}-{anchors._check(5, raw)}")


def test_a_line_gives_back_the_anchor() -> None:
    signed = ANCHOR.signed(KEY)
    assert from_line(signed.line) == signed
    assert json.loads(signed.line)["mac"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "{",
        ANCHOR.line.replace("17", "0"),
        ANCHOR.line.replace("17", '"17"'),
        ANCHOR.line.replace(HASH, HASH[:-1]),
        ANCHOR.line.replace(HASH, HASH[:-1] + "X"),
        ANCHOR.line.replace('"mac"', '"mack"'),
    ],
)
def test_what_is_no_line_is_refused(text: str) -> None:
    with pytest.raises(BadAnchor):
        from_line(text)


def test_a_file_keeps_one_anchor_a_line(tmp_path: Path) -> None:
    path = tmp_path / "anchors.jsonl"
    later = replace(ANCHOR, seq=20)
    for anchor in (ANCHOR, later):
        anchors.keep(path, anchor)
    assert anchors.read(path) == [ANCHOR, later]
    assert path.read_text(encoding="ascii") == f"{ANCHOR.line}\n{later.line}\n"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("room", [0, 1, 40])
def test_a_disk_that_takes_only_a_part_of_a_line_keeps_the_lines_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    path = tmp_path / "anchors.jsonl"
    anchors.keep(path, ANCHOR)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", _disk_with_room(room))
        with pytest.raises(OSError, match="No space"):
            anchors.keep(path, replace(ANCHOR, seq=20))
    assert anchors.read(path) == [ANCHOR]


def test_a_line_is_whole_where_the_disk_takes_it_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "anchors.jsonl"
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", _disk_with_room(1_000, at_once=7))
        anchors.keep(path, ANCHOR)
    assert anchors.read(path) == [ANCHOR]


def _disk_with_room(room: int, at_once: int = 1_000) -> Callable[[int, bytes], int]:
    """An `os.write` that takes at most `at_once` bytes, and after `room` of them none."""
    left, write = room, os.write

    def take(handle: int, data: bytes) -> int:
        nonlocal left
        if not left:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = write(handle, data[: min(left, at_once)])
        left -= written
        return written

    return take


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no anchor"),
        ("\n\n", "no anchor"),
        (f"{ANCHOR.line}\n\nnonsense\n", "line 3"),
        ("\x00\xff", "line 1"),
    ],
)
def test_a_file_that_holds_none_is_refused(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "anchors.jsonl"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(BadAnchor, match=said):
        anchors.read(path)


def test_a_file_without_end_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "anchors.jsonl"
    anchors.keep(path, ANCHOR)
    monkeypatch.setattr(anchors, "_FILE_MAX", path.stat().st_size)
    assert anchors.read(path) == [ANCHOR]
    monkeypatch.setattr(anchors, "_FILE_MAX", path.stat().st_size - 1)
    with pytest.raises(BadAnchor, match="too large"):
        anchors.read(path)


def test_a_signature_is_what_other_programs_can_compute() -> None:
    text = f'{{"at": "{ANCHOR.at}", "hash": "{HASH}", "journal_id": "j1", "mac": "", "seq": 17}}'
    wanted = hmac.new(KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
    assert ANCHOR.signed(KEY).mac == wanted


def test_a_signature_shows_who_made_a_line() -> None:
    signed = ANCHOR.signed(KEY)
    anchors.check_signatures([signed, from_code(ANCHOR.code)], KEY)
    for forged in (ANCHOR, replace(signed, seq=18), signed.signed("another key")):
        with pytest.raises(BadAnchor) as caught:
            anchors.check_signatures([forged], KEY)
        assert caught.value.code == "anchor.forged"


# --- held against a journal --------------------------------------------------------------------


def cut_tail(path: Path, last: int) -> None:
    shelf.raw(path, *shelf.UNGUARD, f"DELETE FROM records WHERE seq > {last}")
    path.with_name("journal.db.marker").unlink()  # the forger knows of it


def test_a_journal_that_grew_fits_every_earlier_anchor(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    kept: list[Anchor] = []
    with shelf.opened(path) as journal:
        journal.append(shelf.sale())
        for fact in s.TO_REFUNDED:
            journal.append(fact)
            kept.append(journal.anchor(s.AT))
        typed = [from_code(one.code) for one in kept]
        assert journal.verify([*kept, *typed]) == journal.tail()[0]
        assert journal.verify(reversed(kept), tables=False) == journal.tail()[0]
    assert kept[0].journal_id == "j1"


def test_a_tail_that_is_gone_is_found_by_an_anchor_alone(tmp_path: Path) -> None:
    path = shelf.filled(tmp_path / "journal.db")
    with shelf.opened(path) as journal:
        anchor = journal.anchor(s.AT)
    cut_tail(path, 5)
    with shelf.opened(path) as journal:
        assert journal.quarantine() is None, "without the marker the start sees nothing"
        with pytest.raises(JournalCorrupt) as caught:
            journal.verify([anchor])
    assert (caught.value.code, caught.value.seq) == ("journal.cut", 6)


def test_a_chain_written_anew_is_found_and_the_part_is_named(tmp_path: Path) -> None:
    path = shelf.filled(tmp_path / "journal.db")
    with shelf.opened(path) as journal:
        early = Anchor(seq=3, hash=journal.record(3).hash.hex())
        late = journal.anchor(s.AT)
        rows = [(r.seq, r.kind, r.schema, r.payload, r.prev, r.hash) for r in journal.records()]
    rows[4] = (*rows[4][:3], rows[4][3].replace("2026", "2025"), *rows[4][4:])
    forged = tampering._forged(rows, 5)
    shelf.raw(path, *shelf.UNGUARD, "DELETE FROM records")
    for seq, kind, schema, payload, prev, digest in forged:
        shelf.raw(
            path,
            f"INSERT INTO records VALUES ({seq}, '{kind}', {schema}, '{payload}',"
            f" x'{prev.hex()}', x'{digest.hex()}')",
        )
    path.with_name("journal.db.marker").unlink()
    with shelf.opened(path) as journal:
        assert journal.verify([early], tables=False) == len(rows), "the chain itself is sound"
        with pytest.raises(JournalCorrupt, match="one of the 4 before it") as caught:
            journal.verify([late, early], tables=False)
    assert (caught.value.code, caught.value.seq) == ("journal.rewritten", len(rows))
    assert caught.value.details["path"] == str(path)


@pytest.mark.parametrize("shard", range(4))
def test_ten_thousand_acts_of_tampering_are_all_found(shard: int) -> None:
    done, missed = tampering.many(2_500, first=shard * 2_500)
    assert missed == []
    assert sum(done.values()) == 2_500
    assert set(done) >= {"swap", "cut tail", "deletion", "computed table", "byte of the file"}


def test_without_the_anchor_some_of_them_would_not_be_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The anchor is what finds them: a check that knows none misses what was written anew."""
    monkeypatch.setattr(
        "tests.tampering.check_chain", lambda db, path, _known: check_chain(db, path)
    )
    _, missed = tampering.many(400)
    assert len(missed) > 5
    assert all("hashes made anew" in what for _, what in missed)


def test_the_program_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert tampering.main(["--count", "60"]) == 0
    assert "acts in" in capsys.readouterr().out
