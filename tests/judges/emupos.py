"""A receipt printer that other people wrote, in software: what comes out on its paper.

emupos needs Python 3.13 or newer, so it lives in an environment of its own and runs as a process.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Self

import pytest
from PIL import Image

from printing.sheet import DOTS
from tests.interop.environments import made_once

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from types import TracebackType

WANTED: Final = ("emupos==0.4.0",)
LIMIT_S: Final = 60.0
_NEW_ENOUGH: Final = ("python3.13", "python3.14", "python3.15")
# Its own script names a Python that is no longer there once the environment has its last name.
_RUN: Final = "from emupos.cli.app import main; main()"
_PROFILE: Final = """
type: printer
name: {columns} columns
dpi: 203
width_dots: {dots}
font_a: {{ width: 12, height: 24 }}
font_b: {{ width: 9, height: 17 }}
code_pages: {{ 0: PC437, 2: PC850, 16: WPC1252, 19: PC858 }}
default_code_page: 0
drawer_sensor_open_level: high
"""
_DEVICE: Final = """
  - id: p{columns}
    type: printer
    profile: ./{columns}.yaml
    connections: [{{ tcp: {{ port: {port} }} }}]
    receipts_dir: ./receipts
"""


@dataclass(frozen=True, slots=True)
class Paper:
    """One receipt: its dots (a set bit is black, rows of whole bytes) and its text."""

    width: int
    rows: tuple[bytes, ...]
    png: Path
    text: str


def program() -> Path:
    """The Python that has emupos, made on first use; skips where none is new enough for it."""
    python = _python()
    if not python:
        # By design also with REQUIRE_ALL=1: the product itself runs on older ones.
        pytest.skip("emupos needs Python 3.13 or newer, and there is none here")

    def steps(folder: Path) -> Sequence[Sequence[str]]:
        pip = (str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet")
        return [
            [python, "-m", "venv", str(folder)],
            [*pip, "--disable-pip-version-check", *WANTED],
        ]

    return made_once((*WANTED, python), steps) / "bin" / "python"


def _python() -> str:
    """A Python that is new enough, or ""; pyenv may keep one that is not on the path."""
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for name in _NEW_ENOUGH:
        for path in (shutil.which(name), *kept.glob(f"*/bin/{name}")):
            if path and _starts(str(path)):
                return str(path)
    return ""


def _starts(path: str) -> bool:
    """Not so a signpost of pyenv to a version that is not chosen here."""
    words = [path, "-c", "import venv"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


class Emupos:
    """Printers of every width of paper, running in `folder`."""

    def __init__(self, python: Path, folder: Path, unknown: Collection[str]) -> None:
        """`unknown` are the commands, in hex, that it may say it does not know."""
        self._unknown = unknown
        self._python = python
        self._folder = folder
        api, *ports = _free_ports(1 + len(DOTS))
        self._ports = dict(zip(sorted(DOTS), ports, strict=True))
        devices = ""
        for columns, port in self._ports.items():
            profile = _PROFILE.format(columns=columns, dots=DOTS[columns])
            (folder / f"{columns}.yaml").write_text(profile, encoding="utf-8")
            devices += _DEVICE.format(columns=columns, port=port)
        text = f"schema: 1\napi: {{ host: 127.0.0.1, port: {api} }}\ndevices:{devices}"
        (folder / "emupos.yaml").write_text(text, encoding="utf-8")

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [self._python, "-c", _RUN, "run"],
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._wait_for("Ctrl+C")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.communicate(timeout=LIMIT_S)

    def print(self, job: bytes, columns: int) -> Paper:
        """What comes out; the job has to end with a cut."""
        before = set(self._folder.glob("receipts/*.json"))
        with socket.create_connection(("127.0.0.1", self._ports[columns]), LIMIT_S) as line:
            line.sendall(job)
            while "completed" not in (told := self._wait_for("completed", "unknown", "unsupp")):
                assert told.split("bytes ")[-1].strip() in self._unknown, told
        (made,) = set(self._folder.glob("receipts/*.json")) - before
        png = made.with_suffix(".png")
        with Image.open(BytesIO(png.read_bytes())) as image:
            dots = bytes(byte ^ 0xFF for byte in image.convert("1").tobytes())
            wide = image.width
        stride = wide // 8
        rows = tuple(dots[at : at + stride] for at in range(0, len(dots), stride))
        return Paper(wide, rows, png, made.with_suffix(".txt").read_text(encoding="utf-8"))

    def _wait_for(self, *words: str) -> str:
        """The first line that it says with one of these words."""
        said: list[str] = []
        output: IO[str] | None = self._process.stdout
        assert output is not None
        for line in output:
            said.append(line)
            if any(word in line for word in words):
                return line
        raise AssertionError(f"emupos ended: {''.join(said)}")


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in held]
    for server in held:
        server.close()
    return ports
