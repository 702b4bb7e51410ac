"""Anchors: how far the journal reached, kept outside of it, so that no change can be hidden.

A hash chain alone shows every change but two: records cut off at the end, and a chain that was
written anew from the changed record on. Both show when one later hash is known elsewhere: on paper
(the code of an anchor, which people can type) or in a file on another disk (a line of JSON).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from protocols.kit.errors import RefundAgentError
from terminal_agent.journal.files import PRIVATE, sync_folder

# 120 bits of the hash: nobody makes another record with the same ones.
_PREFIX_BYTES = 15
_GROUP = 4
_CHECK_SIGNS = 2
# Signs that people write for ones that the alphabet of base32 has.
_LIKE = str.maketrans({"0": "O", "1": "I", "8": "B"})
_FILE_MAX = 16 * 1024 * 1024
# So much of a file's end is read for its newest line, which has some 300 signs.
_TAIL_BYTES = 4096


class BadAnchor(RefundAgentError):
    """What was given is no anchor, or not one that this shop's key has signed."""

    def __init__(self, what_happened: str, *, code: str = "anchor.bad") -> None:
        super().__init__(
            code,
            what_happened,
            what_to_do="Type it again from the paper, or give the file of anchors.",
            details={"problem": what_happened},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Record `seq` had this hash (hex; from a typed code only its first 30 digits).

    `journal_id` and `at` (ISO 8601) are "" in a typed code; `mac` is "" without a key.
    """

    seq: int
    hash: str
    journal_id: str = ""
    at: str = ""
    mac: str = ""

    @property
    def code(self) -> str:
        """What a person can write down and type: "1234-ABCD-EFGH-…-K7"."""
        raw = base64.b32encode(bytes.fromhex(self.hash)[:_PREFIX_BYTES]).decode("ascii")
        groups = [raw[at : at + _GROUP] for at in range(0, len(raw), _GROUP)]
        return "-".join((str(self.seq), *groups, _check(self.seq, raw)))

    @property
    def line(self) -> str:
        """The anchor as one line of JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    def signed(self, key: str) -> Anchor:
        """The same anchor with its HMAC-SHA256 under the shop's key."""
        return replace(self, mac=self._mac(key))

    def check_signature(self, key: str) -> None:
        """Raise BadAnchor "anchor.forged" for a line that this key has not signed."""
        if not self.is_signed(key):
            raise BadAnchor(f"the anchor of record {self.seq} is not signed", code="anchor.forged")

    def is_signed(self, key: str) -> bool:
        """Whether this key has signed it."""
        return hmac.compare_digest(self.mac.encode(errors="replace"), self._mac(key).encode())

    def fits(self, digest: bytes) -> bool:
        """Whether a record with this hash is the one that the anchor names."""
        return digest.hex().startswith(self.hash)

    def _mac(self, key: str) -> str:
        text = replace(self, mac="").line
        return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def from_code(text: str) -> Anchor:
    """The anchor of a typed code; blanks, case and confusable signs do not matter. BadAnchor."""
    seq, _, rest = "".join(text.split()).partition("-")
    signs = rest.replace("-", "").upper().translate(_LIKE)
    raw, check = signs[:-_CHECK_SIGNS], signs[-_CHECK_SIGNS:]
    if not (seq.isascii() and seq.isdigit()) or len(seq) > len(str(2**63)):
        raise BadAnchor("an anchor begins with the number of a record")
    number = int(seq)
    if len(raw) != _PREFIX_BYTES * 8 // 5 or check != _check(number, raw):
        raise BadAnchor("the signs of the anchor do not fit each other")
    try:
        digest = base64.b32decode(raw)
    except ValueError:
        raise BadAnchor("an anchor has a sign that there is not") from None
    return Anchor(seq=number, hash=digest.hex())


def from_line(text: str) -> Anchor:
    """The anchor of a line of JSON. Raises BadAnchor."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raise BadAnchor("this is no line of JSON") from None
    match raw:
        case {
            "seq": int(seq),
            "hash": str(digest),
            "journal_id": str(journal_id),
            "at": str(at),
            "mac": str(mac),
        } if seq > 0 and _is_hash(digest):
            return Anchor(seq=seq, hash=digest, journal_id=journal_id, at=at, mac=mac)
    raise BadAnchor("a line lacks a part of an anchor")


def read(path: Path) -> list[Anchor]:
    """All anchors of a file. Raises BadAnchor with the line, OSError."""
    if path.stat().st_size > _FILE_MAX:
        raise BadAnchor(f"{path.name} is too large for a file of anchors")
    found: list[Anchor] = []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(from_line(line))
            except BadAnchor as error:
                raise BadAnchor(f"{path.name}, line {number}: {error.what_happened}") from None
    if not found:
        raise BadAnchor(f"{path.name} holds no anchor")
    return found


def standing(found: Iterable[Anchor]) -> list[Anchor]:
    """The anchors of a file that count, oldest first.

    A line that reaches less far than the ones before it, or is of another journal, is written only
    when two people released a journal that was put back: from then on those do not count.
    """
    left: list[Anchor] = []
    for one in found:
        while left and not _goes_on(left[-1], one):
            left.pop()
        left.append(one)
    return left


def _goes_on(before: Anchor, after: Anchor) -> bool:
    if before.journal_id != after.journal_id:
        return False
    return before.seq < after.seq or (before.seq, before.hash) == (after.seq, after.hash)


def newest(path: Path) -> Anchor | None:
    """The last anchor of a file, however long the file is; None where it holds none.

    Half a line at the end is what a power cut left of one that nobody was told of.
    Raises BadAnchor, OSError.
    """
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
        text = file.read().decode("utf-8", errors="replace")
    lines = [line for line in text[: _whole(text)].splitlines() if line.strip()]
    return from_line(lines[-1]) if lines else None


def _whole(text: str) -> int:
    """How much of a text is whole lines; a last anchor counts without the end of its line."""
    end = text.rfind("\n") + 1
    with suppress(BadAnchor):
        from_line(text[end:])
        return len(text)
    return end


def keep(path: Path, anchor: Anchor) -> None:
    """Add the anchor to a file, durably, or leave the file as it was. Raises OSError.

    Half a line that a power cut left at the end goes first: behind it every line would be spoilt.
    """
    handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR, PRIVATE)
    try:
        before = _mended(handle)
        try:
            _write_all(handle, f"{anchor.line}\n".encode())
        except OSError:
            os.ftruncate(handle, before)  # half a line would make all lines before it unreadable
            raise
        os.fsync(handle)
    finally:
        os.close(handle)
    sync_folder(path.parent)


def _mended(handle: int) -> int:
    """See that the file ends with a whole line; its length then."""
    size = os.fstat(handle).st_size
    start = max(0, size - _TAIL_BYTES)
    os.lseek(handle, start, os.SEEK_SET)
    tail = os.read(handle, _TAIL_BYTES)
    text = tail.decode("utf-8", errors="replace")
    if not text or text.endswith("\n"):
        return size
    end = tail.rfind(b"\n") + 1
    if _whole(text) == len(text) or (start and not end):  # an anchor, or nothing that we ever wrote
        _write_all(handle, b"\n")
        return size + 1
    os.ftruncate(handle, start + end)
    return start + end


def _write_all(handle: int, rest: bytes) -> None:
    """A disk that is nearly full takes a part, and refuses only the next write."""
    while rest:
        rest = rest[os.write(handle, rest) :]


def check_signatures(anchors: Iterable[Anchor], key: str) -> None:
    """Raise BadAnchor for the first line that the key has not signed; typed codes carry none."""
    for anchor in anchors:
        if anchor.journal_id:
            anchor.check_signature(key)


def _check(seq: int, raw: str) -> str:
    digest = hashlib.sha256(f"{seq}-{raw}".encode()).digest()
    return base64.b32encode(digest).decode("ascii")[:_CHECK_SIGNS]


def _is_hash(text: str) -> bool:
    digits = len(text) == 2 * hashlib.sha256().digest_size
    return digits and all(char in "0123456789abcdef" for char in text)
