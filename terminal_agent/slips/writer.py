"""Puts a slip into a file or onto a stream; whether it was printed is remembered by the journal.

A file appears whole or not at all, is readable by its owner only, and never replaces another slip.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from printing.text import to_plain
from terminal_agent.slips.layout import layout
from terminal_agent.slips.model import SlipError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from terminal_agent.slips.model import AnySlip, SlipData

# A slip id becomes a file name: nothing that could leave the folder, nothing a file system refuses.
_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_OWNER_ONLY = 0o600


def file_name(slip: SlipData) -> str:
    """The name of the slip's file: slip id, copy, and which reprint. Raises SlipError."""
    if not _SAFE_ID.fullmatch(slip.slip_id):
        raise _error("slip.bad_id", f"{slip.slip_id!r} cannot be a file name", slip, slip.slip_id)
    reprint = f"-reprint-{slip.reprint}" if slip.reprint else ""
    return f"{slip.slip_id}-{slip.copy.value}{reprint}.txt"


def write_slip(slip: SlipData, folder: Path) -> Path:
    """Keep the slip in `folder` (made if absent) and give the file's path.

    Writing the very same slip again is the same as having written it once, so a restart may repeat
    this. Raises SlipError where another slip has the name, or the disk refuses.
    """
    target = folder / file_name(slip)
    data = render(slip).encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if _claim(target) or not _same(target, data, slip):
            _fill(target, data)
    except OSError as error:
        reason = error.strerror or str(error)
        what = f"the slip {target} could not be written: {reason}"
        raise _error("slip.not_written", what, slip, str(target)) from error
    return target


def write_lines(folder: Path, name: str, lines: Sequence[str]) -> Path:
    """Keep lines that belong to no case, in place of those of the same name. Raises OSError."""
    assert _SAFE_ID.fullmatch(name), "the name is ours"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}.txt"
    _fill(target, ("\n".join(lines) + "\n").encode())
    return target


def print_slip(slip: SlipData, stream: TextIO) -> None:
    """Write the slip to a text stream. Raises SlipError where the stream refuses it."""
    try:
        stream.write(render(slip))
        stream.flush()
    except (OSError, ValueError) as error:  # ValueError: closed, or letters the stream cannot show
        what = f"the slip could not be shown: {error}"
        raise _error("slip.not_shown", what, slip, slip.slip_id) from error


def render(slip: AnySlip) -> str:
    """The whole slip as text with a line end after each line."""
    return to_plain(layout(slip))


def _claim(target: Path) -> bool:
    """Take the name; False if the file is there already."""
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY))
    except FileExistsError:
        return False
    return True


def _same(target: Path, data: bytes, slip: SlipData) -> bool:
    """Whether the slip is kept already; an empty file is a name taken just before a power cut."""
    kept = target.read_bytes()
    if kept and kept != data:
        raise _error("slip.exists", f"{target} holds another slip", slip, str(target))
    return bool(kept)


def _fill(target: Path, data: bytes) -> None:
    part = target.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, _OWNER_ONLY), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    with suppress(OSError):  # some systems let nobody open a folder; the file itself is safe
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _error(code: str, what: str, slip: SlipData, value: str) -> SlipError:
    return SlipError(
        code,
        what,
        money=slip.money,
        what_to_do="Do not repeat the refund. Remedy the cause and print the slip again.",
        details={"slip": value, "case": slip.case_number},
    )
