"""Two people decide what became of a refund that no record of the terminal can tell.

The dialogue only collects: whether the number fits is judged by the core, and nothing is erased.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from terminal_agent.console.asker import Cancelled
from terminal_agent.prompts.questions import Choice, Confirm, Digits, FreeText, Option, Person

if TYPE_CHECKING:
    from protocols.kit.money import Amount
    from terminal_agent.console.asker import Asker
    from terminal_agent.prompts.catalog import Texts

T = TypeVar("T")

# Longest receipt number of any terminal we speak to.
NUMBER_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class UndecidedCase:
    """The case in question; `facts` are labels and values that help to find it on paper."""

    case_number: str
    amount: Amount
    facts: tuple[tuple[str, str], ...] = ()
    decided_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What two people say. `number` is the refund's receipt number, or the terminal's last one."""

    done: bool
    number: str
    evidence: str
    first: str
    second: str


def lead_verdict(case: UndecidedCase, asker: Asker, texts: Texts) -> Verdict | Cancelled:
    """Ask two people for the verdict, the number and the evidence; leaving keeps the case open."""
    _introduce(case, asker, texts)
    params = {"case": case.case_number, "amount": case.amount}
    first = asker.ask(Person(key="resolve.first"))
    if isinstance(first, Cancelled):
        return first
    done = asker.ask(_verdict_question(params))
    if isinstance(done, Cancelled):
        return done
    ending = "done" if done else "not_done"
    number = asker.ask(Digits(key=f"resolve.number_{ending}", longest=NUMBER_DIGITS))
    if isinstance(number, Cancelled):
        return number
    evidence = asker.ask(FreeText(key="resolve.evidence"))
    if isinstance(evidence, Cancelled):
        return evidence
    second = asker.ask(Person(key="resolve.second", other_than=(first,)))
    if isinstance(second, Cancelled):
        return second
    confirm = Confirm(key=f"resolve.confirm_{ending}", params={**params, "number": number})
    if asker.ask(confirm) is not True:
        return Cancelled(confirm.key)
    return Verdict(done=done, number=number, evidence=evidence, first=first, second=second)


def _introduce(case: UndecidedCase, asker: Asker, texts: Texts) -> None:
    asker.screen.headline(texts.line("resolve.title", case=case.case_number))
    asker.screen.pairs(case.facts)
    asker.screen.say(texts.line("resolve.explain"))
    if case.decided_before:
        asker.screen.say(texts.line("resolve.correction"))


def _verdict_question(params: dict[str, object]) -> Choice[bool]:
    return Choice(
        key="resolve.verdict",
        options=(
            Option(value=True, key="resolve.verdict_done", params=params),
            Option(value=False, key="resolve.verdict_not_done", params=params),
        ),
    )
