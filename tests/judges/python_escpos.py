"""python-escpos in a process of its own: what its printer in memory composes, call by call.

In a process, since importing it costs half a second and leaves a folder with a pickle behind; here
that folder is one of the test's. Run as a program it reads the calls, as JSON, from its input.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

Call = tuple[str, dict[str, object]]

LIMIT_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """The bytes of each call, and what processor time it took to import it and to compose."""

    parts: tuple[bytes, ...]
    import_s: float
    compose_s: float
    left_behind: tuple[str, ...]  # in the folder for temporary files


def composed(calls: Sequence[Call], *, profile: str = "") -> Composed:
    """What python-escpos makes of these calls of its methods; an image's rows are hex."""
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", __name__, profile],
            input=json.dumps(calls),
            env={**os.environ, "TMPDIR": folder},
            capture_output=True,
            text=True,
            check=True,
            timeout=LIMIT_S,
        )
        left = tuple(sorted(path.name for path in Path(folder).iterdir()))
    found = json.loads(done.stdout.splitlines()[-1])  # it prints remarks of its own before
    return Composed(
        parts=tuple(map(bytes.fromhex, found["parts"])),
        import_s=found["import_s"],
        compose_s=found["compose_s"],
        left_behind=left,
    )


def main(profile: str) -> None:
    """Compose what is asked for on the standard input."""
    warnings.simplefilter("ignore")
    begun = time.process_time()
    module = importlib.import_module("escpos.printer")
    imported = time.process_time()
    from PIL import Image

    printer = module.Dummy(profile=profile or None)
    parts: list[str] = []
    for name, arguments in json.load(sys.stdin):
        if name == "image":
            rows = [bytes.fromhex(row) for row in arguments.pop("rows")]
            size = (len(rows[0]) * 8, len(rows))
            arguments["img_source"] = Image.frombytes("1", size, b"".join(rows), "raw", "1;I")
        printer.clear()
        getattr(printer, name)(**arguments)
        parts.append(printer.output.hex())
    ended = time.process_time()
    report = {"parts": parts, "import_s": imported - begun, "compose_s": ended - imported}
    print(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1])
