"""The witness of a start: whether this journal is the one that the newest anchor outside names.

It reads one line of the file of anchors and one record, however long both are. It refuses to take
a file that is gone for one that never was: a note of the last anchor stands beside the journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from terminal_agent.journal import anchor as anchors
from terminal_agent.journal.anchor import Anchor, BadAnchor
from terminal_agent.journal.errors import JournalRefusal, refusal
from terminal_agent.journal.files import write_whole

if TYPE_CHECKING:
    from terminal_agent.journal.replay import Reader

MISSING: Final = "refusal.anchors_missing"
UNREADABLE: Final = "refusal.anchors_unreadable"
FORGED: Final = "refusal.anchors_forged"
# The refusal while the file is not in order -> why refunds wait.
_WHY: Final = {
    MISSING: "quarantine.anchors_missing",
    UNREADABLE: "quarantine.anchors_unreadable",
    FORGED: "quarantine.anchors_forged",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why this journal may not be the one that was anchored; `why` is a text key.

    With a `code` only the file stands in the way: refunds wait until it is there and in order.
    Without one the journal itself is older than its anchor, or another, and no file mends that.
    """

    why: str
    file: str
    code: str = ""

    @property
    def lasting(self) -> bool:
        """Whether only people can end it."""
        return not self.code

    def refusal(self) -> JournalRefusal:
        """The refusal of everything that would move money meanwhile."""
        return refusal(
            self.code,
            f"the anchors in {self.file} cannot vouch for the journal",
            "Bring the file back, or let two people run: refund-agent quarantine release",
            file=self.file,
        )


class Witness:
    """The file of anchors of one journal; with a `key` its lines must be signed."""

    def __init__(self, file: Path, journal: Path, key: str = "") -> None:
        self._file = file
        self._note = journal.with_name(journal.name + ".anchored")
        self._key = key

    def doubt(self, journal: Reader) -> Doubt | None:
        """Hold the journal against its newest anchor; None where they agree, or there is none yet.

        Raises JournalCorrupt for a record that is not sound.
        """
        file = str(self._file)
        try:
            newest = self.newest()
        except BadAnchor as error:
            return Doubt(_WHY[error.code], file, error.code)
        if newest is None:
            return None
        if newest.journal_id != journal.begun().journal_id:
            return Doubt("quarantine.anchor_other", file)
        if newest.seq > journal.tail()[0]:
            return Doubt("quarantine.anchor_older", file)
        same = newest.fits(journal.record(newest.seq).hash)
        return None if same else Doubt("quarantine.anchor_other", file)

    def newest(self) -> Anchor | None:
        """The newest anchor; None where none was ever kept.

        Raises BadAnchor: MISSING where one was kept and is not there any more, UNREADABLE, or
        FORGED for a line that the key has not signed.
        """
        noted, found = self._last_of(self._note), self._last_of(self._file)
        if noted is not None and (found is None or _lies_before(found, noted)):
            raise BadAnchor(f"record {noted.seq} was anchored, and is not there", code=MISSING)
        if found is not None and self._key and not found.is_signed(self._key):
            raise BadAnchor(f"the anchor of record {found.seq} is not signed", code=FORGED)
        return found

    def keep(self, anchor: Anchor) -> Anchor:
        """Add an anchor, signed where there is a key, and note that it was; gives what was kept.

        Raises OSError; the note is made last, so that no anchor is missed that was never kept.
        """
        kept = anchor.signed(self._key) if self._key else anchor
        anchors.keep(self._file, kept)
        write_whole(self._note, f"{kept.line}\n".encode())
        return kept

    def _last_of(self, path: Path) -> Anchor | None:
        try:
            return anchors.newest(path)
        except FileNotFoundError:
            return None
        except (BadAnchor, OSError) as error:
            raise BadAnchor(f"{path.name}: {error}", code=UNREADABLE) from error


def _lies_before(found: Anchor, noted: Anchor) -> bool:
    return found.journal_id == noted.journal_id and found.seq < noted.seq
