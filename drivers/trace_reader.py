"""Reads a trace file back; refuses one that is damaged and says at which line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from drivers.errors import TraceError
from drivers.trace import TO_ECR, TO_TERMINAL, TRACE_VERSION

# Longest line: a frame of any protocol in hex and its frame of JSON. Bounds memory.
_LINE_CHARS_MAX = 400_000
# Thirty years; more is no time that a trace ran. Bounds what is turned into a float.
_SECONDS_MAX = 1_000_000_000
_BYTES_KINDS = frozenset({"payload", "control", "damaged", "stray"})
_EVENT_KINDS = frozenset({"open", "closed", "lost"})
_DIRECTIONS = frozenset({TO_TERMINAL, TO_ECR})


@dataclass(frozen=True, slots=True)
class TraceHeader:
    """The first line. `started` is the time of day with its zone."""

    protocol: str
    transport: str
    started: datetime
    link: str = ""


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One line: `at_s` seconds after the start; `direction` and `data` are empty for an event.

    `line` is its number in the file. `during` ("read", "write") and `nothing_written` belong to a
    "lost".
    """

    at_s: float
    kind: str
    line: int
    direction: str = ""
    data: bytes = b""
    masked: bool = False
    during: str = ""
    nothing_written: bool = False


def read_trace(path: Path) -> tuple[TraceHeader, tuple[TraceEntry, ...]]:
    """Header and entries of a trace file. Raises TraceError."""
    lines: list[str] = []
    try:
        with path.open(encoding="utf-8") as file:
            while line := file.readline(_LINE_CHARS_MAX):
                lines.append(line)
    except OSError as error:
        raise TraceError(
            "trace.cannot_open", f"the trace cannot be read: {error}", path=str(path)
        ) from error
    except UnicodeDecodeError as error:
        raise _damaged(path, len(lines) + 1, "no text") from error
    if not lines:
        raise _damaged(path, 1, "the file is empty")
    header = _header(path, _object(path, 1, lines[0]))
    entries = tuple(
        _entry(path, number, _object(path, number, line))
        for number, line in enumerate(lines[1:], start=2)
    )
    return header, entries


def _damaged(path: Path, line: int, why: str) -> TraceError:
    return TraceError("trace.damaged", f"{path}, line {line}: {why}", path=str(path), line=line)


def _object(path: Path, number: int, line: str) -> dict[str, object]:
    if not line.endswith("\n"):
        raise _damaged(path, number, "the line does not end")
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, number, "no JSON") from error
    if not isinstance(found, dict):
        raise _damaged(path, number, "no JSON object")
    return found


def _header(path: Path, found: dict[str, object]) -> TraceHeader:
    if "trace" not in found:
        raise _damaged(path, 1, "not a trace file")
    if found["trace"] != TRACE_VERSION:
        raise _damaged(path, 1, f"version {found['trace']!r} is not known")
    try:
        started = datetime.fromisoformat(_text(path, 1, found, "started"))
    except ValueError as error:
        raise _damaged(path, 1, "started is no time") from error
    if started.tzinfo is None:
        raise _damaged(path, 1, "started has no zone")
    return TraceHeader(
        protocol=_text(path, 1, found, "protocol"),
        transport=_text(path, 1, found, "transport"),
        started=started,
        link=_text(path, 1, {"link": "", **found}, "link"),
    )


def _entry(path: Path, number: int, found: dict[str, object]) -> TraceEntry:
    at_s = found.get("t")
    if isinstance(at_s, bool) or not isinstance(at_s, int | float) or not 0 <= at_s < _SECONDS_MAX:
        raise _damaged(path, number, "t is not a number of seconds")
    kind = _text(path, number, found, "kind")
    if kind in _EVENT_KINDS:
        return TraceEntry(
            float(at_s),
            kind,
            number,
            during=_text(path, number, {"during": "", **found}, "during"),
            nothing_written=found.get("nothing_written") is True,
        )
    if kind not in _BYTES_KINDS:
        raise _damaged(path, number, f"kind {kind!r} is not known")
    direction = _text(path, number, found, "dir")
    if direction not in _DIRECTIONS:
        raise _damaged(path, number, f"dir {direction!r} is not known")
    try:
        data = bytes.fromhex(_text(path, number, found, "hex"))
    except ValueError as error:
        raise _damaged(path, number, "hex is not hex") from error
    if not data:
        raise _damaged(path, number, "hex is empty")
    return TraceEntry(
        float(at_s), kind, number, direction, data, masked=found.get("masked") is True
    )


def _text(path: Path, number: int, found: dict[str, object], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str):
        raise _damaged(path, number, f"{name} is missing or no text")
    return value
