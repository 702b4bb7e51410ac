"""Asks tshark what our bytes say: a capture made by text2pcap, read back as one row a message."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.judges.relay import Way

ZVT_PORT: Final = 20_007
TILL_PORT: Final = 50_000
LIMIT_S: Final = 120.0
_MARKS: Final = {"to_terminal": "O", "to_ecr": "I"}


@dataclass(frozen=True, slots=True)
class Judged:
    """One message as tshark reads it. `fields` by tshark's names, `bitmaps` in their order.

    `bitmaps` holds (number, content with its number, in hex).
    """

    code: str
    length: int
    fields: dict[str, str]
    bitmaps: tuple[tuple[str, str], ...]
    complaints: tuple[str, ...]


def judge(
    messages: Sequence[tuple[Way, bytes]], folder: Path, *, text2pcap: str, tshark: str
) -> list[Judged]:
    """What tshark reads in these segments of one connection."""
    dump, capture = folder / "dump.txt", folder / "capture.pcap"
    lines = (f"{_MARKS[way]} 000000 {data.hex(' ')}\n\n" for way, data in messages)
    dump.write_text("".join(lines), encoding="ascii")
    made = [text2pcap, "-q", "-D", "-T", f"{TILL_PORT},{ZVT_PORT}", str(dump), str(capture)]
    _run(made)
    read = [tshark, "-r", str(capture), "-d", f"tcp.port=={ZVT_PORT},zvt", "-T", "pdml"]
    found: list[Judged] = []
    for packet in ET.fromstring(_run(read)).iter("packet"):
        complaints = tuple(
            field.get("showname", "")
            for field in packet.iter("field")
            if "malformed" in field.get("name", "") or "expert" in field.get("name", "")
        )
        for proto in packet.iter("proto"):
            if proto.get("name") == "zvt":
                found += [_judged(apdu, complaints) for apdu in proto if _is_apdu(apdu)]
            elif proto.get("name") == "_ws.malformed":
                found.append(Judged("malformed", 0, {}, (), complaints))
    return found


def _run(words: Sequence[str]) -> str:
    ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=LIMIT_S)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def _is_apdu(field: ET.Element) -> bool:
    return field.get("show", "").startswith("ZVT APDU")


def _judged(apdu: ET.Element, complaints: tuple[str, ...]) -> Judged:
    fields = {
        field.get("name", ""): field.get("show", "")
        for field in apdu.iter("field")
        if field.get("name", "").startswith("zvt.")
    }
    raw = {field.get("name", ""): field.get("value", "") for field in apdu.iter("field")}
    code = raw.get("zvt.control_field") or raw.get("zvt.ccrc", "") + raw.get("zvt.aprc", "")
    bitmaps = tuple(
        (number.get("value", "").upper(), bitmap.get("value", "").upper())
        for bitmap in apdu.iter("field")
        if bitmap.get("show", "").startswith("Bitmap")
        for number in bitmap.iter("field")
        if number.get("name") == "zvt.bmp"
    )
    length = int(fields.get("zvt.length_field", "0"))
    return Judged(code.upper(), length, fields, bitmaps, complaints)
