"""Scenario files: what a terminal, its host, its cardholder and its cable are to do, as data.

Strict: a key that is not known, a value of the wrong kind or a step that cannot be played is a
BadScenario that names the place. STEP_KEYS and FAULT_KEYS say what can be asked for.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, fields
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from simulators.acquirer.settings import HostSettings
from simulators.acquirer.settings import read as read_host
from simulators.bank import BookingKind
from simulators.errors import BadScenario
from simulators.settings import TerminalSettings
from simulators.tables import SECONDS_MAX, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

SCENARIO_VERSION: Final = 1
MONEY_KINDS: Final[tuple[BookingKind, ...]] = ("sale", "void", "refund")
SALE_STATES: Final = ("open", "voided", "settled")
DIRECTIONS: Final = ("to_ecr", "to_terminal")
WHENS: Final = ("before_commit", "after_commit")
_COUNT_MAX: Final = 1_000

# What a step may do, and the keys it takes beside on, nth and do; "!" marks a needed one.
STEP_KEYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "approve": ("amount_minor!",),  # approved, but with another amount than asked
        "decline": ("code!",),  # the host says no
        "no_connection": (),  # the host cannot be reached
        "host_delay": ("seconds!",),  # the host takes that long
        "card_abort": ("seconds!",),  # the cardholder presses stop after so long
        "card_never": (),  # no card is presented
        "power_cut": ("when!", "seconds!"),  # the plug is pulled for so long
        "keypad": ("kind!", "amount_minor!"),  # somebody books at the keypad just before
        "refuse": ("code!",),  # the message is refused before anything starts
        "abort": ("code!",),  # started and ended without a result
        "silent": (),  # the message is taken, and nothing follows
        "ignore": (),  # as if the message had never come
        "nak": (),  # not accepted on the line, not executed
        "nak_and_run": (),  # the line says no, and yet it is executed
        "stale": (),  # the last record is sent once more in front of the answer
        "status": ("code!",),  # what a status enquiry is answered with
        "repeat_result": ("count!",),  # the result is sent so many times more
        "no_result": (),  # completed without a result
        "odd": ("code!",),  # answered in an odd way of the protocol's own, by its word
    }
)
# The same for faults, beside direction, byte or message, nth, after and do.
FAULT_KEYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "cut": ("keep", "seconds"),  # after `keep` bytes of it the line dies (for `seconds`)
        "mute": ("seconds!",),  # from there on everything vanishes, both ways, for so long
        "drop": (),
        "swap": (),  # it comes behind what follows it
        "duplicate": ("count",),
        "delay": ("seconds!",),
        "garble": (),
        "split": ("seconds!", "count"),  # into `count` pieces, `seconds` apart
        "noise": ("count",),  # so many random bytes in front of it
        "echo": (),  # it also comes back to whoever sent it
    }
)


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale that was booked before the scenario begins; the number is the next one if ""."""

    amount_minor: int
    currency: str = ""
    receipt_number: str = ""
    state: str = "open"


@dataclass(frozen=True, slots=True)
class Step:
    """What to do when a message comes. `on` is its code or its word; nth None = each time."""

    on: str
    do: str
    nth: int | None = 1
    code: str = ""
    seconds: float = 0.0
    amount_minor: int = 0
    kind: BookingKind = "sale"
    when: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Fault:
    """What the cable does, at a byte (counted from 1) or at the nth message of a name.

    `after`: only messages count that come later than messages of these names, which must have come
    one behind the other, in either direction.
    """

    direction: str
    do: str
    byte: int | None = None
    message: str = ""
    nth: int | None = 1
    after: tuple[str, ...] = ()
    keep: int = 0
    seconds: float = 0.0
    count: int = 1


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that is played. `terminal` holds settings that differ from the profile's.

    `host` is the acquirer of a deep terminal, and what goes wrong on the line to it. `habits` are
    as TOML has them: what they mean is known to the personality only.
    """

    name: str = "approved"
    about: str = ""
    sales: tuple[Sale, ...] = ()
    steps: tuple[Step, ...] = ()
    faults: tuple[Fault, ...] = ()
    terminal: Mapping[str, object] = field(default_factory=dict)
    host: HostSettings = field(default_factory=HostSettings)
    habits: Mapping[str, object] = field(default_factory=dict)

    def settings(self, base: TerminalSettings) -> TerminalSettings:
        """The terminal's settings with what the scenario wants otherwise."""
        values = {entry.name: getattr(base, entry.name) for entry in fields(TerminalSettings)}
        return TerminalSettings(**{**values, **self.terminal})


def names() -> tuple[str, ...]:
    """The scenarios that come with the simulator."""
    folder = resources.files("simulators.scenarios")
    files = (Path(entry.name) for entry in folder.iterdir())
    return tuple(sorted(file.stem for file in files if file.suffix == ".toml"))


def load(name_or_file: str) -> Scenario:
    """A named scenario, or the one in a file. Raises BadScenario."""
    if name_or_file in names():
        entry = resources.files("simulators.scenarios") / f"{name_or_file}.toml"
        return parse(entry.read_text(encoding="utf-8"), name_or_file)
    path = Path(name_or_file)
    if path.suffix != ".toml":
        raise BadScenario(f"there is no scenario {name_or_file!r}; known: {', '.join(names())}")
    try:
        return parse(path.read_text(encoding="utf-8"), path.stem)
    except (OSError, UnicodeDecodeError) as error:
        raise BadScenario(f"{path} cannot be read: {error}") from error


def parse(text: str, name: str) -> Scenario:
    """The scenario of a TOML text. Raises BadScenario."""
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number or a nesting beyond all measure
        raise BadScenario(f"not TOML: {error}", where=name) from error
    table = Table(name, content)
    if table.whole("version") != SCENARIO_VERSION:
        raise BadScenario("version must be 1", where=name)
    scenario = Scenario(
        name=name,
        about=table.text("about", ""),
        sales=tuple(_sale(row) for row in table.tables("sale")),
        steps=tuple(_step(row) for row in table.tables("step")),
        faults=tuple(_fault(row) for row in table.tables("fault")),
        terminal=_terminal(table.table("terminal")),
        host=read_host(table.table("host")),
        habits=table.table("habits").all(),
    )
    if "host" in table and not scenario.terminal.get("deep"):
        raise BadScenario(
            "only a deep terminal has an acquirer: deep = true", where=f"{name}, host"
        )
    table.finish()
    return scenario


def _sale(row: Table) -> Sale:
    sale = Sale(
        amount_minor=row.whole("amount_minor", least=1),
        currency=row.digits("currency", "", length=3),
        receipt_number=row.digits("receipt_number", ""),
        state=row.text("state", "open", choices=SALE_STATES),
    )
    row.finish()
    return sale


def _step(row: Table) -> Step:
    do = row.text("do", choices=tuple(STEP_KEYS))
    keys = row.allow(STEP_KEYS[do], what=do)
    step = Step(
        on=row.text("on"),
        do=do,
        nth=row.nth(),
        code=row.text("code", "") if "code" in keys else "",
        seconds=row.seconds("seconds", 0.0, most=SECONDS_MAX),
        amount_minor=row.whole("amount_minor", 0),
        kind=_kind(row),
        when=row.text("when", "", choices=WHENS),
        count=row.whole("count", 1, least=1, most=_COUNT_MAX),
    )
    row.finish()
    return step


def _kind(row: Table) -> BookingKind:
    wanted = row.text("kind", "sale", choices=MONEY_KINDS)
    return next(kind for kind in MONEY_KINDS if kind == wanted)


def _fault(row: Table) -> Fault:
    do = row.text("do", choices=tuple(FAULT_KEYS))
    row.allow(FAULT_KEYS[do], what=do)
    if ("byte" in row) == ("message" in row):
        raise BadScenario("a fault stands at a byte or at a message", where=row.where)
    at_byte = "byte" in row
    if at_byte and ("after" in row or "nth" in row):
        raise BadScenario("nth and after belong to messages", where=row.where)
    fault = Fault(
        direction=row.text("direction", choices=DIRECTIONS),
        do=do,
        byte=row.whole("byte", least=0 if do == "cut" else 1) if at_byte else None,
        message="" if at_byte else row.text("message"),
        nth=row.nth(),
        after=row.names("after"),
        keep=row.whole("keep", 0),
        seconds=row.seconds("seconds", 0.0, most=SECONDS_MAX),
        count=row.whole("count", 2 if do == "split" else 1, least=1, most=_COUNT_MAX),
    )
    row.finish()
    return fault


def _terminal(table: Table) -> Mapping[str, object]:
    """Settings by their own names; each value must be of the kind that the default has."""
    found: dict[str, object] = {}
    defaults = TerminalSettings()
    for entry in fields(TerminalSettings):
        if entry.name not in table:
            continue
        default = getattr(defaults, entry.name)
        found[entry.name] = _like(default, entry.name, table)
    table.finish()
    return MappingProxyType(found)


# What a terminal's own texts may look like, so that every protocol can carry them.
_TEXT_SHAPES: Final = {
    "currency": "[0-9]{3}",
    "terminal_id": "[0-9]{8}",
    "merchant_id": "[ -~]{1,15}",
    "masked_pan": "[0-9]{6}[*]{2,9}[0-9]{4}",
    "card_name": "[ -~]{1,24}",
}


def _like(default: object, key: str, table: Table) -> object:
    value = table.like(key, default)
    if isinstance(value, str) and not re.fullmatch(_TEXT_SHAPES[key], value):
        raise table.wrong(key, f"{value!r} cannot be used; it must look like {_TEXT_SHAPES[key]}")
    return value
