"""What can go wrong with the journal, and what the journal itself refuses to remember."""

from __future__ import annotations

from typing import ClassVar

from protocols.kit.errors import MoneyMoved, RefundAgentError


class JournalError(RefundAgentError):
    """The journal could not be used. Subclasses say why; the code is the key of the wording."""

    CODE: ClassVar[str] = "journal.io"
    REMEDY: ClassVar[str] = "Do not repeat a refund. Check the disk, then run: refund-agent recover"

    def __init__(
        self,
        what_happened: str,
        *,
        path: str,
        money: MoneyMoved = MoneyMoved.NO,
        code: str = "",
        details: dict[str, str | int] | None = None,
    ) -> None:
        super().__init__(
            code or self.CODE,
            what_happened,
            money=money,
            what_to_do=self.REMEDY,
            details={"path": path, "problem": what_happened, **(details or {})},
        )


class JournalLocked(JournalError):
    """Another process writes this journal; its number is in the details."""

    CODE = "journal.locked"
    REMEDY = "Use the agent that runs, or end it. Two agents may never drive one terminal."


class JournalReadOnly(JournalError):
    """The file or its folder cannot be written."""

    CODE = "journal.read_only"
    REMEDY = "Check owner and permissions of the file and its folder."


class JournalFull(JournalError):
    """No room for the record; what was written before stays."""

    CODE = "journal.full"
    REMEDY = "Make room. If a refund was running do not repeat it; run: refund-agent recover"


class JournalCorrupt(JournalError):
    """A record is not what was written; `details["seq"]` names the first one, 0 the whole file."""

    CODE = "journal.corrupt"
    REMEDY = "Do not delete it. Keep a copy, stop refunding here and call the technician."

    def __init__(self, what_happened: str, *, path: str, seq: int, code: str = "") -> None:
        super().__init__(
            f"record {seq}: {what_happened}" if seq else what_happened,
            path=path,
            money=MoneyMoved.MAYBE,
            code=code,
            details={"seq": seq},
        )
        self.seq = seq


class JournalMissing(JournalError):
    """There is no journal to read."""

    CODE = "journal.missing"
    REMEDY = "Check the path in the configuration, or bring the journal back from the backup."


class JournalRefusal(RefundAgentError):
    """The journal works, and refuses this fact: remembering it would allow money to move twice."""


# About a case whose outcome is open: nothing was done now, yet money may have moved before.
_ABOUT_AN_OPEN_CASE = frozenset(
    {
        "refusal.again_unknown",
        "refusal.case_elsewhere",
        "refusal.case_open",
        "refusal.end_of_day_open",
        "refusal.number_not_new",
        "refusal.number_used",
        "refusal.open_case",
        "refusal.recover_first",
        "refusal.same_people",
    }
)


def refusal(code: str, what: str, what_to_do: str, **details: str | int) -> JournalRefusal:
    """A refusal; nothing was written and nothing was sent for it."""
    money = MoneyMoved.MAYBE if code in _ABOUT_AN_OPEN_CASE else MoneyMoved.NO
    return JournalRefusal(code, what, money=money, what_to_do=what_to_do, details=details)
