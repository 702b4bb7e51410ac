"""A slip's file is whole or absent, private, and never replaces another slip."""

from __future__ import annotations

import io
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from protocols.kit.errors import MoneyMoved
from protocols.kit.vocabulary import Outcome
from terminal_agent.slips import SlipCopy, SlipError, file_name, print_slip, render, write_slip
from tests.slips.samples import EN, ZH


def test_the_file_is_named_after_slip_copy_and_reprint() -> None:
    assert file_name(EN) == "RF-20261124-0042-1-merchant.txt"
    again = replace(EN, copy=SlipCopy.CUSTOMER, reprint=2)
    assert file_name(again) == "RF-20261124-0042-1-customer-reprint-2.txt"


@pytest.mark.parametrize("slip_id", ["", "../x", "a/b", "a\\b", "-x", "a b", "a\n", "退", "x" * 65])
def test_a_slip_id_never_leads_out_of_the_folder(slip_id: str, tmp_path: Path) -> None:
    with pytest.raises(SlipError) as caught:
        write_slip(replace(EN, slip_id=slip_id), tmp_path / "slips")
    assert caught.value.code == "slip.bad_id"
    assert list(tmp_path.iterdir()) == []


def test_the_file_holds_the_whole_slip_for_its_owner_only(tmp_path: Path) -> None:
    path = write_slip(ZH, tmp_path / "new" / "slips")
    assert path.read_text(encoding="utf-8") == render(ZH)
    assert [file.name for file in path.parent.iterdir()] == [file_name(ZH)]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_writing_the_same_slip_twice_is_writing_it_once(tmp_path: Path) -> None:
    first = write_slip(EN, tmp_path)
    before = first.stat()
    assert write_slip(EN, tmp_path) == first
    assert first.stat().st_mtime_ns == before.st_mtime_ns


def test_another_slip_under_the_name_is_never_replaced(tmp_path: Path) -> None:
    path = write_slip(EN, tmp_path)
    with pytest.raises(SlipError) as caught:
        write_slip(replace(EN, reason="another"), tmp_path)
    assert caught.value.code == "slip.exists"
    assert caught.value.money is MoneyMoved.YES
    assert path.read_text(encoding="utf-8") == render(EN)


def test_a_name_that_was_taken_just_before_a_power_cut_is_used(tmp_path: Path) -> None:
    (tmp_path / file_name(EN)).touch()
    assert write_slip(EN, tmp_path).read_text(encoding="utf-8") == render(EN)


def test_a_folder_that_cannot_be_is_told_with_what_it_means_for_the_money(tmp_path: Path) -> None:
    (tmp_path / "slips").write_text("a file", encoding="utf-8")
    with pytest.raises(SlipError) as caught:
        write_slip(replace(EN, outcome=Outcome.UNKNOWN), tmp_path / "slips")
    error = caught.value
    assert error.code == "slip.not_written"
    assert error.money is MoneyMoved.MAYBE
    assert "Do not repeat the refund" in error.what_to_do
    assert error.details["case"] == "RF-20261124-0042"


def test_a_full_disk_leaves_no_half_slip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("terminal_agent.slips.writer.os.fsync", full)
    with pytest.raises(SlipError, match="No space left on device"):
        write_slip(EN, tmp_path)
    assert (tmp_path / file_name(EN)).read_bytes() == b""
    monkeypatch.undo()
    assert write_slip(EN, tmp_path).read_text(encoding="utf-8") == render(EN)


def test_an_error_without_a_system_text_is_told_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(descriptor: int) -> None:
        raise OSError("odd")

    monkeypatch.setattr("terminal_agent.slips.writer.os.fsync", broken)
    with pytest.raises(SlipError, match="odd"):
        write_slip(EN, tmp_path)


def test_a_slip_goes_to_a_stream_as_well() -> None:
    stream = io.StringIO()
    print_slip(EN, stream)
    assert stream.getvalue() == render(EN)


def test_a_closed_stream_or_one_without_chinese_letters_is_told() -> None:
    closed = io.StringIO()
    closed.close()
    latin = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    for stream in (closed, latin):
        with pytest.raises(SlipError) as caught:
            print_slip(ZH, stream)
        assert caught.value.code == "slip.not_shown"
        assert caught.value.money is MoneyMoved.YES
