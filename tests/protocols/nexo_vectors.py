"""The golden vectors of nexo: bytes and what they say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parents[1] / "vectors" / "nexo.json"
_NO_VALUES: Final = frozenset({"command", "same_as", "message", "expect"})


@dataclass(frozen=True, slots=True)
class Vector:
    """One entry of the file; `fields` are what it says."""

    id: str
    layer: str
    direction: str
    data: bytes
    valid: bool
    fields: dict[str, object]

    @property
    def told(self) -> dict[str, object]:
        """The decoded values that are stated."""
        return {name: value for name, value in self.fields.items() if name not in _NO_VALUES}

    @property
    def is_json(self) -> bool:
        """Whether it is JSON, where the order of members means nothing."""
        return self.data.startswith(b"{")


def _load() -> tuple[Vector, ...]:
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Vector(
            id=row["id"],
            layer=row["layer"],
            direction=row["direction"],
            data=bytes.fromhex(row["hex"]),
            valid=row["valid"],
            fields=row["fields"],
        )
        for row in stored["vectors"]
    )


VECTORS: Final = _load()
BY_ID: Final = {vector.id: vector for vector in VECTORS}
GOOD: Final = tuple(vector for vector in VECTORS if vector.valid)
BAD: Final = tuple(vector for vector in VECTORS if not vector.valid)
MESSAGES: Final = tuple(vector for vector in GOOD if vector.layer == "message")
