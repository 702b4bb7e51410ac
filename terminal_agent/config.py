"""One strict TOML file; every wrong key is named with its file and a remedy.

The file is found by `--config`, then REFUND_AGENT_CONFIG, then the platform's own folder. What
probes found out lies beside it, `profiles.d/NAME.toml` for a terminal and `printer-NAME.toml` for a
printer; the main file wins.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from protocols.kit.errors import BadField, RefundAgentError
from protocols.kit.money import Amount, Currency
from protocols.kit.registry import load
from terminal_agent.errors import ConfigError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

VARIABLE = "REFUND_AGENT_CONFIG"
Sign = Literal["L", "R", "N", "Q", "I1", "I2", "B"]
_HOST = r"^[^\s:]+:[0-9]{1,5}$"  # a host and its port: "10.0.0.7:10004"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TerminalConfig(_Section):
    """One card terminal beside the till."""

    protocol: str
    link: str
    profile: str = ""
    exclusive: bool = False
    capabilities_confirmed: tuple[Sign, ...] = Field(default=(), strict=False)
    currency: str = "EUR"
    password: str = Field(default="", pattern=r"^\d*$", max_length=6, repr=False)
    printer: Literal["ecr", "terminal"] = "ecr"
    terminal_id: str = ""
    options: dict[str, str] = Field(default_factory=dict, repr=False)
    relay_hosts: tuple[Annotated[str, Field(pattern=_HOST)], ...] = Field(default=(), strict=False)

    @field_validator("protocol")
    @classmethod
    def _known_protocol(cls, value: str) -> str:
        try:
            load(value)
        except RefundAgentError as error:
            raise ValueError(f"{error.what_happened}; {error.what_to_do}") from None
        return value

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, value: str) -> str:
        try:
            return Currency.of(value).alpha
        except BadField as error:
            raise ValueError(error.what_happened) from None


class PrinterConfig(_Section):
    """One receipt printer. What is not known about it counts as absent; `printer probe` finds out.

    Without `answers` the printer is blind: a person confirms every slip.
    """

    link: str
    columns: Literal[32, 42, 48] = 32
    charset: Literal["", "cp437", "cp850", "cp858", "cp1252", "gb18030"] = "cp858"
    code_page: Annotated[int, Field(ge=0, le=255)] = 19
    answers: bool = False
    process_id: bool = False
    native_qr: bool = False
    cutter: bool = True
    picture: bool = True

    @field_validator("link")
    @classmethod
    def _known_link(cls, value: str) -> str:
        from drivers.clock import SystemClock
        from drivers.printers.factory import build_link

        try:
            build_link(value, SystemClock())
        except RefundAgentError as error:
            raise ValueError(f"{error.what_happened}; {error.what_to_do}") from None
        return value


class JournalConfig(_Section):
    """Where the journal lies; relative to the configuration file.

    `anchors` is a file on another disk that each end of day adds an anchor to, `anchor_key` signs
    them; both "" for none.
    """

    path: str = "journal.db"
    anchors: str = ""
    anchor_key: str = ""


class PolicyConfig(_Section):
    """What the shop allows. Amounts are texts in the terminal's currency: "250.00"."""

    single_limit: str | None = None
    second_approver_above: str | None = None
    refund_window_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    prefer_void: bool = True


class SlipConfig(_Section):
    """How slips look and where they are put; the folder is relative to the configuration file."""

    merchant: tuple[str, ...] = Field(default=(), strict=False)
    merchant_id: str = ""
    columns: Literal[32, 42, 48] = 32
    language: Literal["en", "zh", "de", "fr", "it", "es"] | None = None
    folder: str = "slips"
    printer: str = ""


class TimeConfig(_Section):
    """For tests only: every waiting time is divided by `scale`."""

    scale: Annotated[float, Field(gt=0, le=1000, strict=False)] = 1.0


class Config(_Section):
    """The whole file."""

    language: Literal["en", "zh"] = "en"
    terminal: dict[str, TerminalConfig] = Field(default_factory=dict)
    printer: dict[str, PrinterConfig] = Field(default_factory=dict)
    journal: JournalConfig = JournalConfig()
    policy: PolicyConfig = PolicyConfig()
    slip: SlipConfig = SlipConfig()
    time: TimeConfig = TimeConfig()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration with the file it came from; `origins` maps a dotted key to its source."""

    config: Config
    path: Path
    origins: Mapping[str, str]

    def beside(self, name: str, *, key: str = "path") -> Path:
        """A path of the file, relative to the file's own folder. Raises ConfigError."""
        try:
            return (self.path.parent / Path(name).expanduser()).resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise ConfigError(
                "config.value",
                f"{name!r} is no path: {error}",
                file=str(self.path),
                key=key,
                what_to_do="Correct the path.",
            ) from error

    def terminal(self, name: str | None) -> tuple[str, TerminalConfig]:
        """The named terminal, or the only one. Raises ConfigError otherwise."""
        known = self.config.terminal
        if name is None and len(known) == 1:
            return next(iter(known.items()))
        if name is None or name not in known:
            what = f"there is no terminal {name!r}" if name else "no terminal was named"
            choice = ", ".join(known) or "none is configured yet"
            raise ConfigError(
                "config.no_terminal",
                what,
                file=str(self.path),
                key="[terminal.NAME]",
                what_to_do=f"Choose with --terminal; configured: {choice}.",
            )
        return name, known[name]

    def printer(self, name: str | None) -> tuple[str, PrinterConfig]:
        """The named printer, that of the slips, or the only one. Raises ConfigError otherwise."""
        known = self.config.printer
        name = name or self.config.slip.printer or None
        if name is None and len(known) == 1:
            return next(iter(known.items()))
        if name is None or name not in known:
            what = f"there is no printer {name!r}" if name else "no printer was named"
            choice = ", ".join(known) or "none is configured yet"
            raise ConfigError(
                "config.no_printer",
                what,
                file=str(self.path),
                key="[printer.NAME]",
                what_to_do=f"Name one of those that are configured: {choice}.",
            )
        return name, known[name]

    def amount(self, key: str, text: str | None, currency: Currency) -> int | None:
        """A policy amount in minor units."""
        if text is None:
            return None
        try:
            return Amount.parse(text, currency).minor
        except BadField as error:
            raise ConfigError(
                "config.value",
                error.what_happened,
                file=str(self.path),
                key=f"policy.{key}",
                what_to_do=f'Write an amount in {currency.alpha} as a text, such as "250.00".',
            ) from error


# What a probe may find out, by the table of the main file: how the names of its files in
# profiles.d begin, and the keys.
PROBED_FOLDER = "profiles.d"
_PROBED: Mapping[str, tuple[str, frozenset[str]]] = {
    "terminal": ("", frozenset({"profile", "capabilities_confirmed"})),
    "printer": ("printer-", frozenset(PrinterConfig.model_fields) - {"link"}),
}


def default_path() -> Path:
    """Where the platform keeps a program's configuration."""
    from platformdirs import user_config_path

    return user_config_path("pos-refund-agent", appauthor=False) / "config.toml"


def find(option: str | None, environment: Mapping[str, str]) -> Path:
    """Which file is meant; it need not exist."""
    chosen = option or environment.get(VARIABLE)
    return Path(chosen).expanduser() if chosen else default_path()


def read(path: Path) -> Loaded:
    """Read and check the file. Raises ConfigError."""
    raw = _toml(path)
    probed = _probed(path, raw)
    try:
        config = Config.model_validate(raw)
    except ValidationError as error:
        raise _explained(path, probed, error.errors()[0]) from error
    for name, terminal in config.terminal.items():
        profiles = load(terminal.protocol).profiles
        if terminal.profile and terminal.profile not in profiles:
            raise ConfigError(
                "config.value",
                f"{terminal.protocol} has no profile {terminal.profile!r}",
                file=probed.get(f"terminal.{name}.profile", str(path)),
                key=f"terminal.{name}.profile",
                what_to_do=f"Choose one of: {', '.join(profiles)}.",
            )
        _check_options(path, name, terminal)
    _check_slip_printer(path, config)
    loaded = Loaded(config, path.absolute(), _origins(path, config, raw, probed))
    loaded.beside(config.journal.path, key="journal.path")
    loaded.beside(config.slip.folder, key="slip.folder")
    loaded.beside(config.journal.anchors, key="journal.anchors")
    return loaded


def _check_slip_printer(path: Path, config: Config) -> None:
    name = config.slip.printer
    if name and name not in config.printer:
        raise ConfigError(
            "config.value",
            f"there is no printer {name!r}",
            file=str(path),
            key="slip.printer",
            what_to_do=f"Write a table [printer.{name}], or name another printer.",
        )


def _check_options(path: Path, name: str, terminal: TerminalConfig) -> None:
    """Settings that only one protocol has: no strange ones, and none missing that are needed."""
    spec = load(terminal.protocol)
    needed = spec.profiles[terminal.profile or spec.default_profile].needs
    strange = sorted(terminal.options.keys() - spec.options)
    missing = sorted(needed - {key for key, value in terminal.options.items() if value})
    if strange:
        known = ", ".join(sorted(spec.options)) or "none"
        what, remedy = f"{spec.name} has no option {strange[0]!r}", f"There are: {known}."
    elif missing:
        what, remedy = f"the option {missing[0]!r} is missing", "Add it."
    else:
        return
    key = f"terminal.{name}.options"
    raise ConfigError("config.value", what, file=str(path), key=key, what_to_do=remedy)


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            "config.missing",
            f"there is no configuration file {path}",
            file=str(path),
            key="",
            what_to_do="Write one (docs/how-to/configure.md) or name it with --config.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            "config.unreadable",
            f"the configuration file cannot be read: {error}",
            file=str(path),
            key="",
            what_to_do="Check its owner and permissions; it is UTF-8 text.",
        ) from error
    except (ValueError, RecursionError) as error:  # also a number or a nesting beyond all measure
        raise ConfigError(
            "config.syntax",
            f"not TOML: {error}",
            file=str(path),
            key="",
            what_to_do="Correct the line that is named.",
        ) from error


def _probed(path: Path, raw: dict[str, object]) -> dict[str, str]:
    """Let the files of profiles.d fill what the main file leaves open; says which keys they
    filled."""
    filled: dict[str, str] = {}
    for kind, (prefix, keys) in _PROBED.items():
        sections = raw.get(kind)
        for name, section in sections.items() if isinstance(sections, dict) else ():
            probe = path.parent / PROBED_FOLDER / f"{prefix}{name}.toml"
            if not isinstance(section, dict) or not _is_file(probe):
                continue
            for key, value in _toml(probe).items():
                if key in keys and key not in section:
                    section[key] = value
                    filled[f"{kind}.{name}.{key}"] = str(probe)
    return filled


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have, or a folder that may not be entered
        return False


def _explained(path: Path, probed: Mapping[str, str], detail: ErrorDetails) -> ConfigError:
    key = ".".join(str(part) for part in detail["loc"])
    file = next((file for name, file in probed.items() if f"{key}.".startswith(f"{name}.")), "")
    kind = detail["type"]
    if kind == "extra_forbidden":
        what, remedy = f"the key {key} is not known", "Remove it, or check its spelling."
    elif kind == "missing":
        what, remedy = f"the key {key} is missing", "Add it."
    else:
        what = f"{key}: {detail['msg'].removeprefix('Value error, ')}"
        remedy = "Correct the value."
    return ConfigError("config.value", what, file=file or str(path), key=key, what_to_do=remedy)


def _origins(
    path: Path, config: Config, raw: dict[str, object], probed: Mapping[str, str]
) -> dict[str, str]:
    found: dict[str, str] = {}

    def walk(value: object, given: object, prefix: str) -> None:
        items = dict(value) if isinstance(value, BaseModel | dict) else None
        if items is None:
            source = str(path) if given is not _ABSENT else "default"
            found[prefix] = probed.get(prefix, source)
            return
        for key, inner in items.items():
            below = given.get(key, _ABSENT) if isinstance(given, dict) else _ABSENT
            walk(inner, below, f"{prefix}.{key}" if prefix else str(key))

    walk(config, raw, "")
    return found


_ABSENT = object()
