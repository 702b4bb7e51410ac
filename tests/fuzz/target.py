"""What a fuzz target is: a reader that takes any bytes and raises only what it says it raises."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from protocols.kit.errors import ProtocolError

HERE: Final = Path(__file__).parent
CORPUS: Final = HERE / "corpus"
FOUND: Final = HERE / "found"
VECTORS: Final = HERE.parent / "vectors"


@dataclass(frozen=True, slots=True)
class Target:
    """One reader under fire.

    `run` returns for every input, whatever it is; an exception is a find. `seeds` are inputs to
    begin with, beside the files of the corpus. `max_len` bounds an input in bytes.
    """

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    max_len: int = 1024

    @property
    def folder(self) -> Path:
        """Where its corpus lies; it need not exist."""
        return CORPUS / self.name

    def inputs(self) -> list[bytes]:
        """Seeds and corpus, each once, in an order that is the same on every machine."""
        files = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        return list(dict.fromkeys([*self.seeds(), *(file.read_bytes() for file in files)]))


class Script:
    """Reads an input as a sequence of small choices and pieces; never runs out, only dry."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def byte(self) -> int:
        """The next byte, 0 when there is none."""
        self._at += 1
        return self._data[self._at - 1] if self._at <= len(self._data) else 0

    def take(self, size: int) -> bytes:
        """Up to `size` bytes."""
        piece = self._data[self._at : self._at + size]
        self._at += size
        return piece

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(len(self._data))


def within(error: ProtocolError, data: bytes) -> None:
    """Judge an error that may come out: its offset lies in the bytes, or it has none."""
    assert error.offset is None or 0 <= error.offset <= len(data), "an offset outside"


def portions(data: bytes, size: int) -> Iterator[bytes]:
    """The bytes in pieces of `size`; 0 is all at once."""
    step = size or max(1, len(data))
    return (data[at : at + step] for at in range(0, len(data), step))


def vectors(protocol: str, layer: str | None = None) -> list[bytes]:
    """The golden bytes of a protocol, good and bad, of one layer or of all; short ones only."""
    file = VECTORS / f"{protocol.replace('-', '_')}.json"
    if not file.is_file():
        return []
    rows = json.loads(file.read_text(encoding="utf-8"))["vectors"]
    found = [bytes.fromhex(row["hex"]) for row in rows if layer in {None, row["layer"]}]
    return [data for data in found if len(data) <= _SEED_MAX]


_SEED_MAX: Final = 400
