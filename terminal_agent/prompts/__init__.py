"""What people are asked and told: typed questions, and texts that are data in two languages."""

from terminal_agent.prompts.catalog import LANGUAGES, Message, TextMissing, Texts
from terminal_agent.prompts.questions import (
    AmountQuestion,
    Choice,
    Confirm,
    Digits,
    FreeText,
    Number,
    Option,
    Person,
    Question,
    Wrong,
    same_person,
)
from terminal_agent.prompts.reasons import Reason

__all__ = [
    "LANGUAGES",
    "AmountQuestion",
    "Choice",
    "Confirm",
    "Digits",
    "FreeText",
    "Message",
    "Number",
    "Option",
    "Person",
    "Question",
    "Reason",
    "TextMissing",
    "Texts",
    "Wrong",
    "same_person",
]
