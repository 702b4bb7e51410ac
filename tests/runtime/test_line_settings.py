"""The line is opened as the kind of terminal wants it; the link's own settings go before that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from terminal_agent.config import read
from terminal_agent.runtime.assembly import link_settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("protocol", "profile", "more", "wanted"),
    [
        ("zvt", "", "", (9600, 8, "N", 2)),
        ("transbank", "", "", (115200, 8, "N", 1)),
        ("transbank", "autoservicio", "", (19200, 8, "N", 1)),
        ("transbank", "autoservicio", "?baud=9600", (9600, 8, "N", 1)),
        ("concert", "native-7e1", "", (9600, 7, "E", 1)),
    ],
)
def test_each_kind_of_terminal_has_its_line(
    tmp_path: Path, protocol: str, profile: str, more: str, wanted: tuple[int, int, str, int]
) -> None:
    file = tmp_path / "config.toml"
    lines = f'[terminal.t]\nprotocol = "{protocol}"\nlink = "serial:/dev/x{more}"\n'
    file.write_text(lines + (f'profile = "{profile}"\n' if profile else ""))
    settings = link_settings(read(file), "t")
    assert (settings.baud, settings.bits, settings.parity, settings.stop_bits) == wanted
    other = link_settings(read(file), "t", profile=profile)
    assert other == settings
