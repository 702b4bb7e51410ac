"""Finds out what became of an attempt whose outcome was lost: fence, idle, ask, judge, write down.

Recovery only reads, so it may be interrupted and run again at any moment. The one exception is the
commit-once repeat of a void, which is a new attempt of its own and only made where the terminal
itself refuses a second one. Time never decides: when the limit is over the case is still unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from drivers.errors import LinkError
from protocols.kit.capabilities import Capability
from protocols.kit.errors import RefundAgentError
from protocols.kit.session import Original
from terminal_agent.refund.events import UnknownReason
from terminal_agent.refund.evidence import Evidence
from terminal_agent.refund.facts import (
    AttemptApproved,
    AttemptDead,
    AttemptParked,
    AttemptUnknown,
    Fact,
    RecoveryStarted,
)
from terminal_agent.refund.idle import IdleWatch, Sign
from terminal_agent.refund.recovery import Judgement, Question, Verdict, judge, judge_repeat
from terminal_agent.refund.states import AttemptState
from terminal_agent.runtime.attempts import AttemptRunner, prints_due, sale_of, slip_id
from terminal_agent.runtime.conversation import Conversation, LastRead

if TYPE_CHECKING:
    from protocols.kit.vocabulary import TransactionRecord
    from terminal_agent.journal.store import Journal
    from terminal_agent.refund.nouns import Attempt, RefundCase
    from terminal_agent.runtime.reporter import Reporter
    from terminal_agent.runtime.station import Station

# What two people have to look for when no machine can tell.
LOOK_FOR = ("look.terminal_journal", "look.end_of_day_list", "look.acquirer")


@dataclass(frozen=True, slots=True)
class Recovered:
    """The case after one recovery; `interrupted` is what kept the terminal from being asked."""

    case: RefundCase
    interrupted: RefundAgentError | None = None

    @property
    def settled(self) -> bool:
        """Whether no attempt of the case is open any more."""
        return not self.case.open_attempts


class Recoverer:
    """Recovers the cases of one terminal."""

    def __init__(self, journal: Journal, station: Station, reporter: Reporter) -> None:
        self._journal = journal
        self._station = station
        self._reporter = reporter

    def recover(self, case: RefundCase, talk: Conversation | None = None) -> Recovered:
        """Settle every open attempt of the case, newest first, as far as evidence goes.

        `talk` is an open conversation whose money exchange just ended; None opens the line.
        Raises JournalError only; what the line does ends in `Recovered.interrupted`.
        """
        case = self._begin(case)
        try:
            talk = self._reach(talk)
            last = self._settled_look(talk)
        except LinkError as error:
            return Recovered(self._interrupted(case), error)
        return self._judge_all(case, talk, last)

    # -- the fence ------------------------------------------------------------------------------

    def _begin(self, case: RefundCase) -> RefundCase:
        """Every open attempt is UNKNOWN, then RESOLVING: never assume that nothing was sent."""
        facts: list[Fact] = []
        for attempt in case.open_attempts:
            if attempt.state in {
                AttemptState.ARMED,
                AttemptState.RESULT_SEEN,
                AttemptState.RESOLVING,
            }:
                facts.append(self._unknown(case, attempt, UnknownReason.RESTARTED))
            facts.append(
                RecoveryStarted(
                    at=self._station.clock.wall(), case_id=case.case_id, attempt=attempt.number
                )
            )
        self._journal.append(*facts)
        return self._journal.case(case.case_id)

    def _reach(self, talk: Conversation | None) -> Conversation:
        if talk is None:
            talk = Conversation(self._station, self._reporter)
            self._station.terminal.open()
        talk.fence()
        talk.sign_on()
        return talk

    def _settled_look(self, talk: Conversation) -> LastRead:
        """Wait for the horizon of unbroken idle, then ask. A line that breaks starts it again."""
        station, clock = self._station, self._station.clock
        limit = clock.monotonic() + station.recovery_limit_s
        watch = IdleWatch(station.horizon_s / station.scale)
        while True:
            if self._reporter.abort_wanted():
                raise LinkError("the check was stopped by a person", code="link.stopped")
            try:
                if watch.feed(clock.monotonic(), self._sign(talk)):
                    self._reporter.step("step.querying")
                    last = talk.last()
                    if self._station.terminal.line_clean:
                        return last
                    raise LinkError("the enquiry was disturbed", code="link.bad_check")
            except LinkError:
                if clock.monotonic() >= limit:
                    raise
                watch.feed(clock.monotonic(), Sign.SILENT)
                clock.wait(station.poll_s)
                talk.fence()
                talk.sign_on()
                continue
            if clock.monotonic() >= limit:
                raise LinkError(
                    "the terminal was never idle long enough", code="link.busy", details={}
                )
            self._reporter.step("step.settling", s=_tens(watch.remaining_s(clock.monotonic())))
            clock.wait(station.poll_s)

    def _sign(self, talk: Conversation) -> Sign:
        status = talk.status()
        if status.busy:
            self._reporter.terminal_says("terminal.busy", "")
            return Sign.BUSY
        return Sign.IDLE

    # -- judging --------------------------------------------------------------------------------

    def _judge_all(self, case: RefundCase, talk: Conversation, last: LastRead) -> Recovered:
        newest = case.open_attempts[-1]
        judgement = judge(self._question(case, newest, talk, last))
        if judgement.verdict is Verdict.TRY_COMMIT_ONCE:
            return self._repeat(case, newest, talk, last)
        return Recovered(self._write(case, judgement, last.record))

    def _question(
        self, case: RefundCase, attempt: Attempt, talk: Conversation, last: LastRead
    ) -> Question:
        armed, start = attempt.armed, attempt.start
        assert armed is not None, "an open attempt behind recovery is armed"
        sale = sale_of(self._journal, case)
        baseline = start.baseline
        return Question(
            operation=start.operation,
            amount=case.amount,
            original=Original(receipt_number=sale.receipt_number, trace_number=sale.trace_number),
            baseline=baseline,
            baseline_known=start.baseline_known,
            last=last.record,
            last_known=last.supported,
            settled=True,
            proved=armed.proved,
            exclusive=armed.exclusive,
            number_fields=armed.number_fields,
            reference=armed.reference if Capability.REFERENCE in armed.proved else None,
            baseline_is_ours=baseline is not None
            and self._journal.reference_is_ours(baseline.reference),
            terminal_id=talk.terminal_id or start.terminal_id,
        )

    def _write(
        self, case: RefundCase, judgement: Judgement, last: TransactionRecord | None
    ) -> RefundCase:
        """Turn a judgement into facts, in one commit."""
        if judgement.verdict is Verdict.CANNOT_TELL:
            facts = self._parking(case, judgement, last)
        elif judgement.verdict is Verdict.BOOKED:
            facts = self._approving(case, judgement, last)
        else:
            facts = [self._dead(case, attempt, judgement) for attempt in case.open_attempts]
        self._journal.append(*facts)
        return self._journal.case(case.case_id)

    def _parking(
        self, case: RefundCase, judgement: Judgement, last: TransactionRecord | None
    ) -> list[Fact]:
        at = self._station.clock.wall()
        facts: list[Fact] = [
            AttemptParked(
                at=at,
                case_id=case.case_id,
                attempt=attempt.number,
                reasons=judgement.reasons,
                look_for=LOOK_FOR,
                last=last,
            )
            for attempt in case.open_attempts
        ]
        slip = slip_id(case.case_id, case.open_attempts[-1].number, "U")
        if all(known.slip_id != slip for known in case.slips):
            facts += prints_due(case.case_id, slip, at)
        return facts

    def _approving(
        self, case: RefundCase, judgement: Judgement, last: TransactionRecord | None
    ) -> list[Fact]:
        """The newest attempt carries the booking; older ones of a commit-once chain are dead."""
        at = self._station.clock.wall()
        *older, newest = case.open_attempts
        booked = AttemptApproved(
            at=at,
            case_id=case.case_id,
            attempt=newest.number,
            evidence=judgement.evidence or Evidence.ADVANCED,
            record=last,
            why=judgement.reasons,
        )
        return [
            *(self._dead(case, attempt, judgement) for attempt in older),
            booked,
            *prints_due(case.case_id, slip_id(case.case_id, newest.number), at),
        ]

    def _dead(self, case: RefundCase, attempt: Attempt, judgement: Judgement) -> AttemptDead:
        return AttemptDead(
            at=self._station.clock.wall(),
            case_id=case.case_id,
            attempt=attempt.number,
            evidence=judgement.evidence or Evidence.UNCHANGED,
            why=judgement.reasons,
        )

    # -- commit once ----------------------------------------------------------------------------

    def _repeat(
        self, case: RefundCase, newest: Attempt, talk: Conversation, last: LastRead
    ) -> Recovered:
        """The void again, as a new attempt: the terminal does it at most once per sale."""
        runner = AttemptRunner(self._journal, self._station, self._reporter)
        ending = runner.run(case, talk, last, repeats=newest.number)
        case = ending.case
        if ending.interrupted is not None or ending.result is None:
            return Recovered(case, ending.interrupted)
        if not case.open_attempts:
            return Recovered(case)
        judgement = judge_repeat(ending.result)
        open_repeat = case.open_attempts[-1].number > newest.number
        if judgement.verdict is Verdict.CANNOT_TELL and open_repeat:
            # The repeat lost its own outcome: everything stays unknown until the next recovery.
            return Recovered(self._interrupted(case))
        return Recovered(self._write(case, judgement, last.record))

    # -- interrupted ----------------------------------------------------------------------------

    def _interrupted(self, case: RefundCase) -> RefundCase:
        facts = [
            self._unknown(case, attempt, UnknownReason.RECOVERY_INTERRUPTED)
            for attempt in case.open_attempts
            if attempt.state is AttemptState.RESOLVING
        ]
        if facts:
            self._journal.append(*facts)
        return self._journal.case(case.case_id)

    def _unknown(self, case: RefundCase, attempt: Attempt, reason: UnknownReason) -> AttemptUnknown:
        return AttemptUnknown(
            at=self._station.clock.wall(),
            case_id=case.case_id,
            attempt=attempt.number,
            reason=reason,
        )


def _tens(seconds: float) -> int:
    """Rounded up to tens, so that a long wait does not fill the screen."""
    return -(-int(seconds + 1) // 10) * 10
