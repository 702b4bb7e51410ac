"""What python-escpos' table says about a printer's model: data alone, none of its code runs."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# Dots of a line as the table gives them -> columns of a slip.
_COLUMNS: Final = {384: 32, 512: 42, 576: 48}
_PACKAGE: Final = "escpos"
_TABLE: Final = "capabilities.json"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """One row. `columns` 0: not told. `code_pages`: the number that ESC t gives to a charset."""

    name: str
    columns: int
    code_pages: dict[str, int]
    native_qr: bool
    cutter: bool


def known_model(model: str, table: Path | None = None) -> KnownModel | None:
    """The row of a model's name as the printer gives it; None where the table has none."""
    wanted = _plain(model)
    rows = _rows(table or _found())
    if not wanted or rows is None:
        return None
    for key, row in rows.items():
        if isinstance(row, dict) and wanted in (_plain(key), _plain(str(row.get("name", "")))):
            return _read(key, row)
    return None


def _plain(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def _found() -> Path | None:
    spec = importlib.util.find_spec(_PACKAGE)
    places = spec.submodule_search_locations if spec is not None else None
    return Path(next(iter(places))) / _TABLE if places else None


def _rows(table: Path | None) -> dict[str, object] | None:
    """A table that is not there, or not one, is none."""
    try:
        whole: object = json.loads(table.read_text(encoding="utf-8")) if table else None
    except (OSError, ValueError):
        return None
    rows = whole.get("profiles") if isinstance(whole, dict) else None
    return rows if isinstance(rows, dict) else None


def _read(name: str, row: dict[str, object]) -> KnownModel:
    features, pages = _table(row, "features"), _table(row, "codePages")
    width = _table(_table(row, "media"), "width").get("pixels")
    return KnownModel(
        name,
        _COLUMNS.get(width, 0) if isinstance(width, int) else 0,
        {str(page).casefold(): int(number) for number, page in pages.items() if number.isdigit()},
        native_qr=features.get("qrCode") is True,
        cutter=True in (features.get("paperFullCut"), features.get("paperPartCut")),
    )


def _table(row: dict[str, object], key: str) -> dict[str, object]:
    found = row.get(key)
    return found if isinstance(found, dict) else {}
