"""The golden vectors of Concert V2: bytes and what they say, with the public source of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parents[1] / "vectors" / "concert.json"


@dataclass(frozen=True, slots=True)
class Vector:
    """One entry of the file; `fields` are the values its source states."""

    id: str
    layer: str
    direction: str
    data: bytes
    valid: bool
    fields: dict[str, object]


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
GOOD: Final = tuple(vector for vector in VECTORS if vector.valid)
BAD: Final = tuple(vector for vector in VECTORS if not vector.valid)
