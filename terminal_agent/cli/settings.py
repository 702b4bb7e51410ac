"""`config show`, `config check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocols.kit.money import Currency
from protocols.kit.registry import load
from terminal_agent.exit_codes import ExitCode
from terminal_agent.runtime.assembly import link_settings, policy_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from terminal_agent.cli.context import Context
    from terminal_agent.config import Loaded
    from terminal_agent.console.outcome import JsonValue

_HIDDEN = frozenset({"password", "anchor_key", "passphrase"})


def show(context: Context) -> ExitCode:
    """Every setting with its value and where it comes from; passwords are hidden."""
    loaded = context.loaded
    rows = [(key, value, loaded.origins.get(key, "")) for key, value in _walk(loaded.config, "")]
    if context.as_json:
        settings: dict[str, JsonValue] = {
            key: {"value": value, "from": origin} for key, value, origin in rows
        }
        context.write_json({"file": str(loaded.path), "settings": settings})
    else:
        context.screen.headline(str(loaded.path))
        context.screen.pairs(
            [(key, f"{_shown(value)}   ({origin})") for key, value, origin in rows]
        )
    return ExitCode.APPROVED


def _shown(value: JsonValue) -> str:
    if isinstance(value, list):
        return ", ".join(str(part) for part in value) or "-"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if value not in {None, ""} else "-"


def _walk(model: BaseModel, prefix: str) -> Iterator[tuple[str, JsonValue]]:
    from pydantic import BaseModel as Model

    for name in type(model).model_fields:
        value: object = getattr(model, name)
        key = f"{prefix}{name}"
        if isinstance(value, Model):
            yield from _walk(value, f"{key}.")
        elif isinstance(value, dict):
            for inner, section in value.items():
                if isinstance(section, Model):
                    yield from _walk(section, f"{key}.{inner}.")
                else:
                    yield f"{key}.{inner}", "******" if inner in _HIDDEN else str(section)
        elif name in _HIDDEN and value:
            yield key, "******"
        elif isinstance(value, tuple):
            yield key, [str(part) for part in value]
        else:
            assert value is None or isinstance(value, str | int | float), "a setting is plain"
            yield key, value


def check(context: Context) -> ExitCode:
    """Read everything that a refund would read; raises ConfigError with file, key and remedy."""
    loaded = context.loaded
    for name in loaded.config.terminal:
        _check_terminal(loaded, name)
        _tell_undeclared(context, loaded, name)
    _tell_blind_printers(context, loaded)
    context.screen.lines([context.texts.line("config.ok.line", file=str(loaded.path))])
    return ExitCode.APPROVED


def _tell_blind_printers(context: Context, loaded: Loaded) -> None:
    """A printer that proves nothing needs a person for each slip; who wrote it should know."""
    for name, printer in loaded.config.printer.items():
        if not (printer.answers and printer.process_id):
            context.screen.say(context.texts.line("printer.unproved", name=name))


def _check_terminal(loaded: Loaded, name: str) -> None:
    link_settings(loaded, name)
    policy_rules(loaded, Currency.of(loaded.config.terminal[name].currency))


def _tell_undeclared(context: Context, loaded: Loaded, name: str) -> None:
    """A sign that is confirmed and not declared counts for nothing; who wrote it should know."""
    config = loaded.config.terminal[name]
    spec = load(config.protocol)
    profile = config.profile or spec.default_profile
    declared = {sign.value for sign in spec.profiles[profile].capabilities.declared}
    strange = [sign for sign in config.capabilities_confirmed if sign not in declared]
    if strange:
        signs = ", ".join(strange)
        text = context.texts.line("config.undeclared.line", name=name, profile=profile, signs=signs)
        context.screen.say(text)
