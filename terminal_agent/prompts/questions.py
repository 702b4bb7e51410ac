"""Questions with types: each turns what a person typed into a checked value, or says what is wrong.

A question never reads a keyboard and never guesses: an answer that could mean two things is wrong.
"""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from protocols.kit.errors import BadField
from protocols.kit.masking import mask_digits
from protocols.kit.money import Amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocols.kit.money import Currency

T = TypeVar("T")

# What a name or a staff number may take on a slip and in the record table.
PERSON_LONGEST = 40
# A reason or a piece of evidence is a few sentences, not a document.
FREE_TEXT_LONGEST = 200

# The keys of y/n in every language that has texts: one list, so that either works for everybody.
_YES = frozenset({"y", "yes", "是", "确认"})
_NO = frozenset({"n", "no", "否", "不"})


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why an answer was not taken: a text key and its parameters."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(ABC, Generic[T]):
    """One question: `key` is its text; `default` is what an empty answer means, if anything."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)
    default: T | None = None

    @abstractmethod
    def validate(self, answer: str) -> T | Wrong:
        """The typed value of the answer, or what is wrong with it. Never raises."""


@dataclass(frozen=True, slots=True)
class Option(Generic[T]):
    """One line of a choice: the value it stands for and the text that names it."""

    value: T
    key: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Question[T]):
    """One of several numbered lines; the answer is the number of the line, from 1."""

    options: tuple[Option[T], ...]

    def validate(self, answer: str) -> T | Wrong:
        number = _whole(answer)
        if number is None or not 1 <= number <= len(self.options):
            return Wrong("answer.not_a_choice", {"most": len(self.options)})
        return self.options[number - 1].value


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountQuestion(Question[Amount]):
    """A sum of money above nothing and at most `most`."""

    most: Amount

    @property
    def currency(self) -> Currency:
        """The only currency an answer can be in."""
        return self.most.currency

    def validate(self, answer: str) -> Amount | Wrong:
        try:
            amount = Amount.parse(_plain(answer), self.currency)
        except BadField:
            return Wrong("answer.not_an_amount", {"example": self.most.number()})
        if not amount.minor:
            return Wrong("answer.nothing")
        if amount.minor > self.most.minor:
            return Wrong("answer.too_much", {"most": self.most})
        return amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Question[int]):
    """A whole number from `least` to `most`."""

    least: int
    most: int

    def validate(self, answer: str) -> int | Wrong:
        number = _whole(answer)
        if number is None or not self.least <= number <= self.most:
            return Wrong("answer.not_a_number", {"least": self.least, "most": self.most})
        return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Digits(Question[str]):
    """A number that is a name, such as a receipt number: its leading zeros stay."""

    shortest: int = 1
    longest: int

    def validate(self, answer: str) -> str | Wrong:
        digits = _plain(answer)
        if not (digits.isascii() and digits.isdigit()):
            return Wrong("answer.not_digits")
        if not self.shortest <= len(digits) <= self.longest:
            return Wrong("answer.wrong_length", {"least": self.shortest, "most": self.longest})
        return digits


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeText(Question[str]):
    """A sentence in the person's own words; anything that could be a card number is hidden."""

    shortest: int = 3
    longest: int = FREE_TEXT_LONGEST

    def validate(self, answer: str) -> str | Wrong:
        return _sentence(answer, self.shortest, self.longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Question[bool]):
    """Yes or no, typed out; there is no default, so that a stray Enter agrees to nothing."""

    def validate(self, answer: str) -> bool | Wrong:
        word = _plain(answer).casefold()
        if word in _YES:
            return True
        return False if word in _NO else Wrong("answer.yes_or_no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Question[str]):
    """Who somebody is, self-declared; `other_than` are the people it must not be."""

    other_than: tuple[str, ...] = ()

    def validate(self, answer: str) -> str | Wrong:
        person = _sentence(answer, 1, PERSON_LONGEST)
        if isinstance(person, Wrong):
            return person
        if any(same_person(person, other) for other in self.other_than):
            return Wrong("answer.same_person", {"person": person})
        return person


def same_person(one: str, other: str) -> bool:
    """Whether two names or staff numbers mean one person; case, width and blanks do not count."""
    return _identity(one) == _identity(other)


def _identity(person: str) -> str:
    return "".join(_plain(person).casefold().split())


def _plain(answer: str) -> str:
    """Full-width digits and letters, as a Chinese keyboard gives them, become plain ones."""
    return unicodedata.normalize("NFKC", answer).strip()


def _whole(answer: str) -> int | None:
    digits = _plain(answer)
    # Ten digits: more than any choice or count here, and no work for int() on a pasted novel.
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):  # noqa: PLR2004
        return None
    return int(digits)


def _sentence(answer: str, shortest: int, longest: int) -> str | Wrong:
    shown = "".join(c if c.isprintable() else " " for c in answer)
    text = " ".join(shown.split())
    if not shortest <= len(text) <= longest:
        return Wrong("answer.text_length", {"least": shortest, "most": longest})
    return mask_digits(text)
