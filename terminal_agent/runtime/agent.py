"""The agent at work: a desk for one terminal, from the sale to the printed slip.

Every money command first finishes what is open on the terminal; while anything stays open, nothing
new is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocols.kit.errors import RefundAgentError
from protocols.kit.vocabulary import Operation
from terminal_agent.journal.errors import refusal
from terminal_agent.policy.alike import Alike, alike
from terminal_agent.policy.decision import (
    Decision,
    Refusal,
    Situation,
    check_people,
    check_reason,
    decide,
)
from terminal_agent.refund.facts import CaseAuthorised, CaseCancelled, CaseCreated
from terminal_agent.refund.states import CaseState
from terminal_agent.runtime.attempts import AttemptRunner, may_try, sale_of
from terminal_agent.runtime.conversation import Conversation
from terminal_agent.runtime.recovery import Recovered, Recoverer

if TYPE_CHECKING:
    from protocols.kit.money import Amount
    from terminal_agent.journal.store import Journal
    from terminal_agent.policy.rules import PolicyRules
    from terminal_agent.refund.nouns import RefundCase
    from terminal_agent.runtime.reporter import Reporter
    from terminal_agent.runtime.station import Station


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the people at the counter agreed on. `asked` None lets the policy choose the way."""

    key: str
    sale_id: str
    amount: Amount
    reason: str
    reason_text: str
    cashier: str
    approvers: tuple[str, ...]
    asked: Operation | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """A case after the agent worked on it. `trouble` is what stood in the way, if anything did.

    `resolved`: not the terminal's live answer, but a recovery told the outcome.
    """

    case: RefundCase
    trouble: RefundAgentError | None = None
    resolved: bool = False


class Agent:
    """Works on one terminal with one journal."""

    def __init__(
        self, journal: Journal, station: Station, rules: PolicyRules, reporter: Reporter
    ) -> None:
        self.journal = journal
        self.station = station
        self.rules = rules
        self._reporter = reporter
        self._recoverer = Recoverer(journal, station, reporter)

    # -- before sending -------------------------------------------------------------------------

    def decide(
        self, sale_id: str, amount: Amount, asked: Operation | None = None
    ) -> Decision | Refusal:
        """Void or refund, or why neither. Raises JournalRefusal for a sale that is not there."""
        history = self.journal.history(sale_id)
        state = self.journal.sale(sale_id)
        assert state is not None, "the history has found it"
        closed = self.journal.last_end_of_day(self.station.name)
        return decide(
            self.rules,
            Situation(
                sale=state.sale,
                amount=amount,
                history=history,
                terminal=self.station.name,
                capabilities=self.station.capabilities,
                now=self.station.clock.wall(),
                last_end_of_day=closed.at if closed else None,
                asked=asked,
            ),
        )

    def alike(self, sale_id: str, amount: Amount, key: str) -> Alike | None:
        """The newest case that gave back this amount of this sale, or may have; None for none.

        None also where the key is known: then it is the same refund, not a second one.
        """
        if key and self.journal.case_by_key(key) is not None:
            return None
        return alike(amount, self.journal.cases(sale_id=sale_id))

    def check_people(
        self, *, cashier: str, approvers: tuple[str, ...], amount: Amount
    ) -> Refusal | None:
        """Whether enough others than the cashier approve."""
        return check_people(self.rules, cashier=cashier, approvers=approvers, amount=amount)

    def submit(self, wish: Wish) -> RefundCase | Refusal:
        """Make the case durable and authorised, or give back the one of the same key.

        Raises JournalRefusal where the key was used for something else or the sale is taken.
        """
        known = self.journal.case_by_key(wish.key)
        if known is None or known.state is CaseState.CREATED:
            refused = self._refused(wish)
            if refused is not None:
                return refused
        at = self.station.clock.wall()
        case = self.journal.create_case(
            CaseCreated(
                at=at,
                case_id=self.journal.next_case_id(at.date()),
                key=wish.key,
                sale_id=wish.sale_id,
                amount=wish.amount,
                reason=wish.reason,
                reason_text=wish.reason_text,
                cashier=wish.cashier,
            )
        )
        if case.state is not CaseState.CREATED:
            return case
        decision = self.decide(wish.sale_id, wish.amount, wish.asked)
        if isinstance(decision, Refusal):
            return decision
        self.journal.append(
            CaseAuthorised(
                at=at,
                case_id=case.case_id,
                approvers=wish.approvers,
                operation=decision.operation,
                why=decision.why,
            )
        )
        return self.journal.case(case.case_id)

    def _refused(self, wish: Wish) -> Refusal | None:
        """Everything that is checked before a case exists, so that a refusal leaves no case."""
        reason = check_reason(self.rules, reason=wish.reason, text=wish.reason_text)
        people = self.check_people(
            cashier=wish.cashier, approvers=wish.approvers, amount=wish.amount
        )
        decision = self.decide(wish.sale_id, wish.amount, wish.asked)
        return reason or people or (decision if isinstance(decision, Refusal) else None)

    # -- sending --------------------------------------------------------------------------------

    def finish_open(self) -> list[Done]:
        """Recover everything open on this terminal, oldest first."""
        done: list[Done] = []
        for case in self.journal.open_cases(self.station.name):
            self._reporter.step("step.recovering", case=case.case_id)
            done.append(self._recover(case))
            if done[-1].case.open_attempts:
                break
        return done

    def recover(self, case: RefundCase) -> Done:
        """Recover one case; a case without an open attempt is given back as it is.

        Raises JournalRefusal for a case of another terminal: this one could only tell of its own.
        """
        return self._recover(case) if case.open_attempts else Done(case)

    def carry_out(self, case: RefundCase) -> Done:
        """Attempt an authorised case once, and settle what comes of it as far as evidence goes.

        A case that is closed is given back as it is; one with an open attempt is recovered, never
        sent again. Raises LinkError, JournalError or JournalRefusal only while nothing is armed,
        but for a JournalError that tells of more than no money: not even the case can be read.
        """
        if case.open_attempts:
            return self._recover(case)
        if not may_try(case):
            return Done(case)
        self._refuse_elsewhere(case)
        blocking = self.journal.open_cases(self.station.name)
        if blocking:
            raise refusal(
                "refusal.open_case",
                f"case {blocking[0].case_id} on this terminal is not settled",
                "Run: refund-agent recover",
                case=blocking[0].case_id,
            )
        talk = Conversation(self.station, self._reporter)
        try:
            return self._attempt(case, talk)
        finally:
            self.station.terminal.close()

    def _attempt(self, case: RefundCase, talk: Conversation) -> Done:
        runner = AttemptRunner(self.journal, self.station, self._reporter)
        talk.start()
        before = runner.baseline(talk)
        runner.look_at_original(case, talk)
        ending = runner.run(case, talk, before)
        if ending.interrupted is not None or not ending.case.open_attempts:
            return Done(ending.case, ending.interrupted)
        self._reporter.step("step.unconfirmed", case=case.case_id)
        return self._told(self._recoverer.recover(ending.case, talk))

    def _refuse_elsewhere(self, case: RefundCase) -> None:
        """A void goes by the number of one terminal; elsewhere it would undo another sale."""
        sale = sale_of(self.journal, case)
        if case.operation is Operation.VOID and sale.terminal != self.station.name:
            raise refusal(
                "refusal.other_terminal",
                f"the sale is of {sale.terminal}, not of {self.station.name}",
                "Use the terminal of the sale.",
                want=sale.terminal,
                got=self.station.name,
            )

    def _recover(self, case: RefundCase) -> Done:
        home = case.open_attempts[-1].start.terminal
        if home != self.station.name:
            raise refusal(
                "refusal.case_elsewhere",
                f"case {case.case_id} is open on {home}, not on {self.station.name}",
                f"Run: refund-agent recover --terminal {home}",
                case=case.case_id,
                terminal=home,
            )
        try:
            return self._told(self._recoverer.recover(case))
        finally:
            self.station.terminal.close()

    def _told(self, recovered: Recovered) -> Done:
        return Done(recovered.case, recovered.interrupted, resolved=recovered.settled)

    def cancel(self, case: RefundCase, by: str, *, why: str = "cancel.by_person") -> RefundCase:
        """Give up a case that has no open attempt. Raises IllegalFact for any other."""
        self.journal.append(
            CaseCancelled(at=self.station.clock.wall(), case_id=case.case_id, by=by, why=why)
        )
        return self.journal.case(case.case_id)
