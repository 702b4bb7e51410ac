"""Writes the pages of docs/ that come from the code: `python -m tests.generated` (`make docs`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from terminal_agent.refund import document
from tests.docs import (
    cli_page,
    configuration_page,
    journal_page,
    printer_simulator_page,
    simulator_page,
)
from tests.model import page as capabilities_page
from tests.mutants import seeds
from tests.slips import reference_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DOCS = Path(__file__).parents[1] / "docs"


def _slips() -> str:
    return reference_page.filled(reference_page.PAGE.read_text(encoding="utf-8"))


PAGES: Mapping[str, Callable[[], str]] = {
    "reference/capabilities.md": capabilities_page.render,
    "reference/cli.md": cli_page.render,
    "reference/configuration.md": configuration_page.render,
    "reference/journal.md": journal_page.render,
    "reference/printer-simulator.md": printer_simulator_page.render,
    "reference/refund-flow.md": document.render,
    "reference/seeded-faults.md": seeds.render,
    "reference/simulator.md": simulator_page.render,
    "reference/slips.md": _slips,
}


def main() -> None:
    """Write every page again; says which ones changed."""
    for name, render in PAGES.items():
        page, text = DOCS / name, render()
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
            print(f"written: docs/{name}")


if __name__ == "__main__":
    main()
