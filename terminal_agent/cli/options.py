"""Names and sentences given as options, checked by the same questions that a person is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal_agent.errors import UsageError
from terminal_agent.prompts.questions import FreeText, Person, Wrong

if TYPE_CHECKING:
    from terminal_agent.cli.context import Context
    from terminal_agent.prompts.questions import Question


def person(context: Context, option: str) -> str:
    """Who is named there. Raises UsageError for what is no name."""
    return _checked(context, option, getattr(context.arguments, option))


def people(context: Context, option: str) -> tuple[str, ...]:
    """Everybody that is named there. Raises UsageError for what is no name."""
    return tuple(_checked(context, option, text) for text in getattr(context.arguments, option))


def sentence(context: Context, option: str) -> str:
    """What is written there, card numbers hidden. Raises UsageError for too much or too little."""
    return _checked(context, option, getattr(context.arguments, option), FreeText(key=option))


def _checked(
    context: Context, option: str, text: str, question: Question[str] | None = None
) -> str:
    answer = (question or Person(key=option)).validate(text)
    if isinstance(answer, Wrong):
        name = "--" + option.replace("_", "-")
        remedy = context.texts.line(answer.key, **answer.params)
        raise UsageError(
            "usage.options",
            f"{name} cannot be {text!r}",
            what_to_do=remedy,
            details={"problem": f"{name} {text!r}", "remedy": remedy},
        )
    return answer
