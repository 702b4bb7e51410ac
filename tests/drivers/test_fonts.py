"""Which font slips are drawn with: the best there is, or an error that names what to install."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from drivers.fonts import CANDIDATES, find_fonts, folders, search
from printing.errors import NoFont
from printing.glyphs import Fonts
from tests.printing.fonts import DEJAVU, chinese_fonts
from tests.process.tools import missing

NOTO = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


@pytest.fixture
def dejavu(tmp_path: Path) -> Path:
    """A folder with DejaVu Sans Mono a level below."""
    if not DEJAVU.is_file():
        missing("fonts-dejavu-core is not installed")
    (tmp_path / "truetype").mkdir()
    for path in DEJAVU.parent.glob("DejaVuSansMono*.ttf"):
        shutil.copy(path, tmp_path / "truetype")
    return tmp_path


@pytest.fixture
def noto(tmp_path: Path) -> Path:
    """A folder with the regular Noto Sans CJK."""
    if not NOTO.is_file():
        missing("fonts-noto-cjk is not installed")
    (tmp_path / NOTO.name).symlink_to(NOTO)
    return tmp_path


def test_this_computers_fonts_are_found_once() -> None:
    assert chinese_fonts() is find_fonts()


def test_chinese_letters_come_first_and_of_one_width(dejavu: Path, noto: Path) -> None:
    assert noto == dejavu
    fonts = search([noto], system="linux")
    assert fonts.has("国")
    assert fonts.bold is None
    assert fonts.regular.index == 7, "Noto Sans Mono CJK SC"


def test_a_plain_font_is_better_than_none(dejavu: Path) -> None:
    fonts = search([dejavu / "nothing here", dejavu], system="linux")
    assert fonts.has("é")
    assert not fonts.has("国")
    assert fonts.bold is not None


@pytest.mark.parametrize(
    ("system", "advice"),
    [("linux", "fonts-noto-cjk"), ("darwin", "Noto Sans Mono"), ("win32", "Chinese supplemental")],
)
def test_no_font_at_all_says_what_to_install(tmp_path: Path, system: str, advice: str) -> None:
    with pytest.raises(NoFont, match="no font was found") as refused:
        search([tmp_path], system=system)
    assert advice in refused.value.what_to_do


def test_a_file_that_only_has_the_right_name_is_passed_over(dejavu: Path) -> None:
    (dejavu / "NotoSansCJK-Regular.ttc").write_bytes(b"no font")
    shutil.copy(DEJAVU, dejavu / "simsun.ttc")
    assert not search([dejavu], system="linux").has("国")


def test_a_collection_with_fewer_fonts_than_usual_is_read_as_well(dejavu: Path) -> None:
    mine = dejavu / "NotoSansCJK-Regular.ttc"  # the eighth font of this one is usually ours
    shutil.copy(DEJAVU, mine)
    assert search([], system="linux", configured=mine).regular.index == 0


def test_a_configured_file_is_taken_and_its_bold_one_beside_it(dejavu: Path) -> None:
    mine = dejavu / "Mine-Regular.ttf"
    shutil.copy(DEJAVU, mine)
    assert search([], system="linux", configured=mine).bold is None
    shutil.copy(DEJAVU, dejavu / "Mine-Bold.ttf")
    assert search([], system="linux", configured=mine).bold is not None


def test_of_a_configured_collection_the_right_font_is_taken(noto: Path) -> None:
    assert search([], system="linux", configured=noto / NOTO.name).regular.index == 7


def test_a_configured_folder_is_searched(dejavu: Path) -> None:
    assert isinstance(search([], system="linux", configured=dejavu), Fonts)


@pytest.mark.parametrize("there", [False, True])
def test_a_configured_file_that_is_no_font_is_refused(tmp_path: Path, there: bool) -> None:
    wrong = tmp_path / "wrong.ttf"
    if there:
        wrong.write_bytes(b"no font")
    with pytest.raises(NoFont, match="configured font"):
        search([], system="linux", configured=wrong)


def test_every_system_has_its_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDIR", "D:/Win")
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    assert folders("win32")[0] == Path("D:/Win/Fonts")
    assert Path("/System/Library/Fonts") in folders("darwin")
    assert Path("/usr/share/fonts") in folders("linux")
    assert len({(one.family, one.regular) for one in CANDIDATES}) == len(CANDIDATES)
