"""The golden vectors of AIP: bytes and what they say, each with the public source it comes from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parents[1] / "vectors" / "aip.json"


@dataclass(frozen=True, slots=True)
class Vector:
    """One entry of the file; `fields` are the values its source states, by tag."""

    id: str
    direction: str
    data: bytes
    valid: bool
    source: str
    fields: dict[str, object]

    @property
    def payload(self) -> bytes:
        """The length and the items, without the frame."""
        return self.data[1:-2]


def _load() -> tuple[Vector, ...]:
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Vector(
            id=row["id"],
            direction=row["direction"],
            data=bytes.fromhex(row["hex"]),
            valid=row["valid"],
            source=row["source"],
            fields=row["fields"],
        )
        for row in stored["vectors"]
    )


VECTORS: Final = _load()
GOOD: Final = tuple(vector for vector in VECTORS if vector.valid)
BAD: Final = tuple(vector for vector in VECTORS if not vector.valid)
BY_ID: Final = {vector.id: vector for vector in VECTORS}
