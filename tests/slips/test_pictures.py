"""The pictures in the reference are drawn by the product, one for each kind of slip."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from printing.glyphs import Face, Fonts
from printing.sheet import DOTS
from tests.process.tools import missing
from tests.slips import pictures
from tests.slips.pictures import FOLDER, PAIRS, fonts_of_the_pictures, picture, pinned
from tests.slips.reference_page import PAGE
from tests.slips.samples import SAMPLES

if TYPE_CHECKING:
    from PIL.Image import Image


def fonts() -> Fonts:
    found = fonts_of_the_pictures()
    if found is None:
        missing("no font with Chinese letters is installed (Debian: fonts-noto-cjk)")
    return found


def opened(data: bytes) -> Image:
    from PIL import Image

    return Image.open(io.BytesIO(data))


def test_every_picture_is_shown_in_the_reference_and_is_small() -> None:
    assert {file.stem for file in FOLDER.glob("*.png")} == PAIRS.keys()
    page = PAGE.read_text(encoding="utf-8")
    for kind in PAIRS:
        assert page.count(f"](../pictures/slips/{kind}.png)") == 1
        data = (FOLDER / f"{kind}.png").read_bytes()
        assert len(data) < 40_000
        wide, _ = struct.unpack(">II", data[16:24])
        assert wide == sum(DOTS[SAMPLES[name].columns] + 64 for name in PAIRS[kind])


@pytest.mark.parametrize("kind", PAIRS)
def test_the_pictures_are_what_the_product_draws_today(kind: str) -> None:
    drawn, kept = opened(picture(kind, fonts())), opened((FOLDER / f"{kind}.png").read_bytes())
    assert drawn.size == kept.size, "run: make pictures"
    if pinned(fonts()):  # another version of the font has other dots
        assert drawn.tobytes() == kept.tobytes(), "run: make pictures"


def test_the_pictures_can_be_drawn_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fonts()
    monkeypatch.setattr(pictures, "FOLDER", tmp_path / "new")
    monkeypatch.setattr(pictures, "PAIRS", {"anchor": PAIRS["anchor"]})
    pictures.main()
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["anchor.png"]
    assert capsys.readouterr().out == ""


def test_without_a_chinese_font_nothing_is_drawn_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from printing.errors import NoFont

    def none() -> Fonts:
        raise NoFont("none", what_to_do="install one")

    monkeypatch.setattr(pictures, "FOLDER", tmp_path / "new")
    monkeypatch.setattr(pictures, "find_fonts", none)
    pictures.main()
    assert not (tmp_path / "new").exists()
    assert "were not drawn" in capsys.readouterr().out


def test_a_font_of_other_bytes_is_not_the_pinned_one() -> None:
    assert not pinned(Fonts(Face(b"other")))
