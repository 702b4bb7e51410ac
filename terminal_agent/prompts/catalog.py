"""Every sentence a person reads, found by key in one language; it never makes up a sentence."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING

from protocols.kit.errors import MoneyMoved, RefundAgentError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

LANGUAGES = ("en", "zh")
FALLBACK_LANGUAGE = "en"

_NONE: Mapping[str, object] = MappingProxyType({})

# The only markup a text may hold; everything else in braces is shown as it stands.
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class TextMissing(RefundAgentError):
    """A key or a parameter is not there: our own bug, raised in strict catalogues only."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a person is told when something ends: what happened, is the money moved, what to do."""

    what: str
    money: str
    do: str

    def lines(self) -> tuple[str, str, str]:
        """The three sentences in the order in which they are read."""
        return (self.what, self.money, self.do)


class Texts:
    """All texts of one language.

    `strict` is for tests: what is missing raises TextMissing. At the counter a missing text must
    not stop a refund half way, so the English text and the key are shown instead.
    """

    def __init__(
        self,
        language: str,
        entries: Mapping[str, str],
        *,
        fallback: Mapping[str, str] | None = None,
        strict: bool = False,
    ) -> None:
        self.language = language
        self._entries = MappingProxyType(dict(entries))
        self._fallback = MappingProxyType(dict(fallback or {}))
        self._strict = strict

    @classmethod
    def load(cls, language: str, *, strict: bool = False) -> Texts:
        """The texts of "en" or "zh": the agent's own and those of every protocol folder.

        Raises TextMissing for a language that nobody has written.
        """
        if language not in LANGUAGES:
            raise TextMissing(
                "unknown_language",
                f"there are no texts in {language!r}",
                what_to_do=f"Choose one of: {', '.join(LANGUAGES)}.",
                details={"language": language, "known": ", ".join(LANGUAGES)},
            )
        fallback = {} if language == FALLBACK_LANGUAGE else _all_entries(FALLBACK_LANGUAGE)
        return cls(language, _all_entries(language), fallback=fallback, strict=strict)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def placeholders(self, key: str) -> frozenset[str]:
        """The names of the parameters that the text of `key` wants."""
        return frozenset(_PLACEHOLDER.findall(self._entries[key]))

    def line(self, key: str, /, **params: object) -> str:
        """One sentence with its parameters filled in.

        Values are put in with str(): an Amount shows its currency, a number its digits.
        """
        pattern = self._entries.get(key)
        if pattern is None:
            return self._without_text(key, params)
        wanted = set(_PLACEHOLDER.findall(pattern))
        if wanted <= params.keys():
            return _fill(pattern, params)
        if self._strict:
            missing = ", ".join(sorted(wanted - params.keys()))
            raise TextMissing("text_parameter", f"the text {key!r} was not given {missing}")
        return f"{_fill(pattern, params)} [{key}]"

    def money(self, key: str) -> MoneyMoved:
        """What the message under `key` means for the money; where its file says nothing, maybe."""
        return MoneyMoved(self._entries.get(f"{key}.money", "") or MoneyMoved.MAYBE.value)

    def message(
        self, key: str, params: Mapping[str, object] = _NONE, *, money: MoneyMoved | None = None
    ) -> Message:
        """The three sentences under `key`: `what`, `money` and `do`.

        The text file says with one word what the message means for the money; an error that knows
        better gives `money`.
        """
        return Message(
            what=self.line(f"{key}.what", **params),
            money=self.line(f"money.{(money or self.money(key)).value}"),
            do=self.line(f"{key}.do", **params),
        )

    def is_message(self, key: str) -> bool:
        """Whether `key` names three sentences rather than one."""
        return f"{key}.what" in self._entries

    def _without_text(self, key: str, params: Mapping[str, object]) -> str:
        if self._strict:
            raise TextMissing("text_missing", f"there is no {self.language} text {key!r}")
        english = self._fallback.get(key)
        return f"{_fill(english, params)} [{key}]" if english else f"[{key}]"


def own_entries(language: str) -> dict[str, str]:
    """The agent's own texts of one language, dotted keys, without those of the protocols."""
    return _read(resources.files(__package__) / "texts" / f"{language}.toml")


def protocol_entries(language: str) -> dict[str, dict[str, str]]:
    """The texts of each protocol folder that has any, by folder name.

    Read as data, so that no protocol is imported for the sake of its words.
    """
    found: dict[str, dict[str, str]] = {}
    for folder in sorted(resources.files("protocols").iterdir(), key=lambda item: item.name):
        file = folder / "texts" / f"{language}.toml"
        if file.is_file():
            found[folder.name] = _read(file)
    return found


@cache
def _all_entries(language: str) -> Mapping[str, str]:
    merged = own_entries(language)
    for name, entries in protocol_entries(language).items():
        twice = merged.keys() & entries.keys()
        assert not twice, f"protocols/{name} gives texts that exist already: {sorted(twice)}"
        merged.update(entries)
    return MappingProxyType(merged)


def _read(file: Traversable) -> dict[str, str]:
    return dict(_flatten(tomllib.loads(file.read_text(encoding="utf-8")), ""))


def _flatten(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            assert isinstance(value, str), f"the text {prefix}{name} is not a text"
            yield f"{prefix}{name}", value


def _fill(pattern: str, params: Mapping[str, object]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        return str(params[name]) if name in params else match.group()

    return _PLACEHOLDER.sub(value, pattern)
