"""The tables of protocols say of each what its profiles declare, and leave none out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from protocols.kit import registry
from tests.docs.test_cli_reference import ROOT

if TYPE_CHECKING:
    from pathlib import Path

README: Final = ROOT / "README.md"
PAGES: Final = ROOT / "docs" / "reference" / "protocols"
HEAD: Final = "| protocol | "
SIGNS: Final = "signs"

protocols = pytest.mark.parametrize("name", registry.names())


def table(page: Path) -> dict[str, dict[str, str]]:
    """The rows of the page's table of protocols, by the first cell."""
    lines = page.read_text(encoding="utf-8").splitlines()
    begin = next(at for at, line in enumerate(lines) if line.startswith(HEAD))
    head = cells(lines[begin])
    found = {}
    for line in lines[begin + 2 :]:
        if not line.startswith("|"):
            break
        row = dict(zip(head, cells(line), strict=True))
        name = row["protocol"]
        found[name[name.index("`") + 1 : name.rindex("`")]] = row
    return found


def cells(line: str) -> list[str]:
    """The cells of one line."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def test_no_protocol_is_left_out_and_none_is_invented() -> None:
    assert set(table(README)) == set(registry.names())


@protocols
def test_the_table_says_what_the_default_kind_of_terminal_declares(name: str) -> None:
    spec, row = registry.load(name), table(README)[name]
    can = spec.profiles[spec.default_profile].capabilities
    assert row["void"].startswith("yes") is can.can_void
    assert row["refund"].startswith("yes") is can.can_refund
    signs = {part.strip() for part in row[SIGNS].replace("none", "").split(",")} - {""}
    assert signs == {sign.value for sign in can.declared}


@protocols
def test_every_protocol_has_a_page_that_names_its_kinds_of_terminals(name: str) -> None:
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    for profile in registry.load(name).profiles:
        assert f"`{profile}`" in text, profile
