"""Pages that come from the code are up to date, links lead somewhere, examples are accepted."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from simulators.scenario import parse
from terminal_agent.config import Config
from tests.docs.configuration_page import MEANINGS, keys
from tests.docs.test_cli_reference import PAGES, ROOT
from tests.generated import DOCS
from tests.generated import PAGES as GENERATED

if TYPE_CHECKING:
    from pathlib import Path

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_TOML = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def links() -> list[tuple[str, str]]:
    """Every link that leads to a place in this repository."""
    return [
        (page.relative_to(ROOT).as_posix(), link)
        for page in PAGES
        for link in _LINK.findall(_FENCED.sub("", page.read_text(encoding="utf-8")))
        if "://" not in link
    ]


def anchors(page: Path) -> set[str]:
    """The places in a page that a link can lead to."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(text))
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("name", sorted(GENERATED))
def test_a_generated_page_is_what_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == GENERATED[name](), "run `make docs`"


@pytest.mark.parametrize(("page", "link"), links())
def test_a_link_leads_somewhere(page: str, link: str) -> None:
    path, _, anchor = unquote(link).partition("#")
    target = ((ROOT / page).parent / path) if path else ROOT / page
    assert target.exists(), f"{page}: {link}"
    if anchor:
        assert anchor in anchors(target), f"{page}: {link}"


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    listed = set(_LINK.findall(index))
    there = {page.relative_to(DOCS).as_posix() for page in DOCS.glob("*/*.md")}
    assert there <= listed


def test_every_configuration_key_has_its_meaning_and_no_other_has() -> None:
    assert {key for key, _ in keys()} == MEANINGS.keys()


def test_every_toml_example_is_accepted() -> None:
    seen = 0
    for page in PAGES:
        for example in _TOML.findall(page.read_text(encoding="utf-8")):
            seen += 1
            if "version = 1" in example:
                parse(example, page.name)
            else:
                Config.model_validate(tomllib.loads(example))
    assert seen > 3


def test_no_page_names_a_host_that_a_reader_could_be_sent_to() -> None:
    for picture in (DOCS / "pictures").glob("*.svg"):
        text = picture.read_text(encoding="utf-8")
        assert set(re.findall(r"https?://[^\"'\s<)]+", text)) == {"http://www.w3.org/2000/svg"}
        assert "url(http" not in text
