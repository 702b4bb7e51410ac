"""How long a printer is waited for; nothing in a print exchange waits longer."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintLimits:
    """Seconds, and the bytes of one write.

    `answer_s`: to a status question. `stall_s`: while the printer takes not one byte. `echo_s`:
    from the last byte until the job is on paper. `settle_s`: the same for a printer that has no
    echo, to see whether it stops. `resume_s`: one more wait for a job that the printer holds.
    `clear_s`: until it says that its buffers are empty. `poll_s`: between two rounds of questions.
    """

    answer_s: float = 1.0
    stall_s: float = 5.0
    echo_s: float = 30.0
    settle_s: float = 3.0
    resume_s: float = 10.0
    clear_s: float = 3.0
    poll_s: float = 1.0
    piece_bytes: int = 256

    def scaled(self, scale: float) -> PrintLimits:
        """Every time divided by `scale`, for simulators that live faster."""
        times = [field.name for field in fields(self) if field.name.endswith("_s")]
        return replace(self, **{name: getattr(self, name) / scale for name in times})
