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
from protocols.kit.errors import MoneyMoved, RefundAgentError
from protocols.kit.vocabulary import Operation
from terminal_agent.journal.faults import supposing
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
from terminal_agent.refund.recovery import (
    Judgement,
    Question,
    Verdict,
    judge,
    judge_open,
    judge_repeat,
)
from terminal_agent.refund.states import AttemptState
from terminal_agent.runtime.attempts import (
    AttemptRunner,
    Stopped,
    original_of,
    prints_due,
    query_of,
    sale_of,
    slip_id,
)
from terminal_agent.runtime.conversation import Conversation, LastRead

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.kit.vocabulary import TransactionRecord
    from terminal_agent.journal.store import Journal
    from terminal_agent.refund.nouns import Attempt, RefundCase
    from terminal_agent.runtime.reporter import Reporter
    from terminal_agent.runtime.station import Station

# What two people have to look for when no machine can tell.
LOOK_FOR = ("look.terminal_journal", "look.end_of_day_list", "look.acquirer")

# Line errors that waiting does not mend.
FINAL_ERRORS = frozenset(
    {"link.no_permission", "link.port_busy", "link.wrong_terminal", "link.no_host"}
)


@dataclass(frozen=True, slots=True)
class Look:
    """What a settled terminal showed: its last record, and what it told of each open attempt."""

    last: LastRead
    told: Mapping[int, TransactionRecord]


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
        with supposing(MoneyMoved.MAYBE):
            case = self._begin(case)
            talk = talk or Conversation(self._station, self._reporter)
            try:
                look = self._settled_look(case, talk)
            except LinkError as error:
                return Recovered(self._interrupted(case), error)
            return self._judge_all(case, talk, look)

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

    def _settled_look(self, case: RefundCase, talk: Conversation) -> Look:
        """Fence, wait for the horizon of unbroken idle, then ask.

        A line that breaks starts all of it again: somebody may just be plugging the cable in.
        Raises LinkError when that does not help for a while, or a person stops it.
        """
        station, clock = self._station, self._station.clock
        limit = clock.monotonic() + station.recovery_limit_s
        heard_until = clock.monotonic() + station.line_limit_s
        watch = IdleWatch(station.horizon_s / station.scale)
        reached = False
        while True:
            try:
                if not reached:
                    talk.fence()
                    talk.sign_on()
                    reached = True
                look = self._look(case, talk, watch)
                if look is not None:
                    return look
                heard_until = clock.monotonic() + station.line_limit_s
            except LinkError as error:
                if error.code in FINAL_ERRORS or clock.monotonic() >= heard_until:
                    raise
                reached = False
                watch.feed(clock.monotonic(), Sign.SILENT)
                self._reporter.technical(error.code, error.what_happened)
                self._reporter.step("step.line_down")
            if self._reporter.abort_wanted():
                raise _stopped()
            if clock.monotonic() >= limit:
                raise LinkError("the terminal was never idle long enough", code="link.busy")
            clock.wait(station.poll_s)

    def _look(self, case: RefundCase, talk: Conversation, watch: IdleWatch) -> Look | None:
        """One question: how is it, and, once it has settled, what did it book?"""
        clock = self._station.clock
        sign = self._sign(talk)
        if not watch.feed(clock.monotonic(), sign):
            self._reporter.step("step.settling", s=_tens(watch.remaining_s(clock.monotonic())))
            return None
        self._reporter.step("step.querying")
        told: dict[int, TransactionRecord] = {}
        if Capability.QUERY in self._station.proved:
            for attempt in case.open_attempts:
                answer = talk.query(query_of(case, attempt, sale_of(self._journal, case)))
                if answer.status is not None and answer.status.busy:
                    watch.feed(clock.monotonic(), Sign.BUSY)
                    return None
                if answer.record is not None:
                    told[attempt.number] = answer.record
        last = talk.last()
        if not self._station.terminal.line_clean:
            raise LinkError("the enquiry was disturbed", code="link.bad_check")
        if Capability.LAST not in self._station.capabilities.declared and not told:
            last = self._shown_to_people(talk)
        return Look(last, told)

    def _shown_to_people(self, talk: Conversation) -> LastRead:
        """A copy of the last slip: no proof, so a terminal that gives none keeps nobody waiting."""
        try:
            return LastRead(supported=False, record=talk.duplicate())
        except LinkError as error:
            self._reporter.technical(error.code, error.what_happened)
            return LastRead(supported=False)

    def _sign(self, talk: Conversation) -> Sign:
        status = talk.status()
        if status.busy:
            self._reporter.terminal_says("terminal.busy", "")
            return Sign.BUSY
        return Sign.IDLE

    # -- judging --------------------------------------------------------------------------------

    def _judge_all(self, case: RefundCase, talk: Conversation, look: Look) -> Recovered:
        last = look.last
        asked = [self._question(case, each, talk, look) for each in case.open_attempts]
        judgement = judge_open(asked)
        if judgement.verdict is not Verdict.NOT_BOOKED:
            case = self._bury_repeats(case, asked)
        if judgement.verdict is Verdict.TRY_COMMIT_ONCE:
            return self._repeat(case, case.open_attempts[-1], talk, last)
        return Recovered(self._write(case, judgement, self._shown(case, look)))

    def _shown(self, case: RefundCase, look: Look) -> TransactionRecord | None:
        """The record that a verdict rests on: of the newest attempt, where it was asked after."""
        told = look.told.get(case.open_attempts[-1].number)
        if told is None:
            return look.last.record
        return None if told.kind is Operation.SALE else told

    def _bury_repeats(self, case: RefundCase, asked: list[Question]) -> RefundCase:
        """The newest attempts that are proved not to have booked, while one before them is open."""
        facts: list[Fact] = []
        for attempt, question in zip(reversed(case.open_attempts), reversed(asked), strict=True):
            judgement = judge(question)
            if judgement.verdict is not Verdict.NOT_BOOKED:
                break
            facts.append(self._dead(case, attempt, judgement))
        if not facts:
            return case
        self._journal.append(*facts)
        return self._journal.case(case.case_id)

    def _question(
        self, case: RefundCase, attempt: Attempt, talk: Conversation, look: Look
    ) -> Question:
        armed, start = attempt.armed, attempt.start
        assert armed is not None, "an open attempt behind recovery is armed"
        sale = sale_of(self._journal, case)
        baseline = start.baseline
        return Question(
            operation=start.operation,
            amount=case.amount,
            original=original_of(sale),
            baseline=baseline,
            baseline_known=start.baseline_known,
            last=look.last.record,
            last_known=look.last.supported,
            settled=True,
            told=look.told.get(attempt.number),
            proved=armed.proved,
            exclusive=armed.exclusive,
            number_fields=armed.number_fields,
            reference=armed.reference if Capability.REFERENCE in armed.proved else None,
            baseline_is_ours=baseline is not None
            and self._journal.reference_is_ours(baseline.reference),
            terminal_id=talk.terminal_id,
            # A wire without a greeting leaves it to configuration and voucher whose answer counts.
            home_id=start.terminal_id or self._station.terminal_id or sale.terminal_id,
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
        return facts + self._slip_of_doubt(case)

    def _slip_of_doubt(self, case: RefundCase) -> list[Fact]:
        """The customer leaves with a slip that says NOT CONFIRMED, printed once per attempt."""
        slip = slip_id(case.case_id, case.open_attempts[-1].number, "U")
        if any(known.slip_id == slip for known in case.slips):
            return []
        return prints_due(case.case_id, slip, self._station.clock.wall())

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
        try:
            ending = runner.run(case, talk, last, repeats=newest.number)
        except Stopped:
            return Recovered(self._interrupted(case), _stopped())
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
        # The terminal's last record is not the booking that this proves: it told nothing itself.
        return Recovered(self._write(case, judgement, None))

    # -- interrupted ----------------------------------------------------------------------------

    def _interrupted(self, case: RefundCase) -> RefundCase:
        facts: list[Fact] = [
            self._unknown(case, attempt, UnknownReason.RECOVERY_INTERRUPTED)
            for attempt in case.open_attempts
            if attempt.state is AttemptState.RESOLVING
        ]
        self._journal.append(*facts, *self._slip_of_doubt(case))
        return self._journal.case(case.case_id)

    def _unknown(self, case: RefundCase, attempt: Attempt, reason: UnknownReason) -> AttemptUnknown:
        return AttemptUnknown(
            at=self._station.clock.wall(),
            case_id=case.case_id,
            attempt=attempt.number,
            reason=reason,
        )


def _stopped() -> LinkError:
    return LinkError("the check was stopped by a person", code="link.stopped")


def _tens(seconds: float) -> int:
    """Rounded up to tens, so that a long wait does not fill the screen."""
    return -(-int(seconds + 1) // 10) * 10
