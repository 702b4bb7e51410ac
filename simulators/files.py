"""Files that are replaced as a whole: a reader sees the old content or the new, never a part."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path


def replace_json(path: Path, content: object) -> None:
    """Write `content` as JSON beside `path`, make it durable, then put it in the place of `path`.

    Raises OSError when the disk refuses; then the old file is still there.
    """
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name durable, where the system lets a folder be opened."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
