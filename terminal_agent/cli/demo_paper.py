"""The demo's receipt printer: the program `printer-simulator`, and what came out of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from drivers.clock import Clock

PAPERS = "papers"
# A picture is drawn behind the last word of the printer; it is there long before this.
_PICTURE_S = 20.0
_LOOK_S = 0.05
_CONFIG = """\
[printer.counter]
link = {link}
answers = true
process_id = true
native_qr = true
charset = "{charset}"

[slip]
printer = "counter"
merchant = {merchant}
"""
# By the language of the slip: the printer's own letters for it, and a shop that is written in them.
_SHOPS = {
    "en": ("cp858", ("Café Müller", "Hauptstraße 1")),
    "zh": ("gb18030", ("南京路咖啡馆", "南京东路1号")),
}


@dataclass(frozen=True, slots=True)
class DemoPrinter:
    """A printer that runs; `folder` is the demo's."""

    folder: Path
    process: subprocess.Popen[str]
    command: str
    announced: str
    link: str

    @classmethod
    def start(cls, folder: Path, *, scale: float) -> DemoPrinter:
        """Start it on a pseudo terminal, or on TCP where there are none."""
        name = folder / "ttyPRINTER"
        serial = sys.platform != "win32"
        where = ["--pty", "--pty-link", str(name)] if serial else ["--tcp", "127.0.0.1:0"]
        options = ["--papers", PAPERS, "--time-scale", str(scale)]
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "simulators.printer", *where, *options],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        assert process.stdout is not None
        announced = process.stdout.readline()
        address = json.loads(announced)["listening"]
        link = f"serial:{name}" if serial else f"tcp://{address}"
        shown = " ".join(["printer-simulator", where[0], *options])
        return cls(folder, process, shown, announced.rstrip(), link.replace("\\", "/"))

    def config(self, language: str) -> str:
        """The part of the configuration that names it, and the shop."""
        charset, shop = _SHOPS[language]
        merchant = json.dumps(shop, ensure_ascii=False)
        return _CONFIG.format(link=json.dumps(self.link), charset=charset, merchant=merchant)

    def paper(self, number: int, clock: Clock) -> Path | None:
        """The picture of this piece of paper, counted from 1; None where it does not come out."""
        picture = self.folder / PAPERS / f"paper-{number:04d}.png"
        due = clock.monotonic() + _PICTURE_S
        while not picture.is_file():
            if clock.monotonic() > due:
                return None
            clock.wait(_LOOK_S)
        return picture


def kept_picture(picture: Path) -> Path:
    """A copy of a picture that stays when the demo's own folder goes. Raises OSError."""
    from platformdirs import user_cache_path

    folder = user_cache_path("pos-refund-agent", appauthor=False) / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.copyfile(picture, folder / picture.name)
