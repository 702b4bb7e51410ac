"""Finds every protocol folder; nothing is listed by hand."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import protocols
from protocols.kit.contract import ProtocolSpec
from protocols.kit.errors import RefundAgentError


@cache
def names() -> tuple[str, ...]:
    """Names of all protocol folders as the command line spells them, without importing them.

    Raises RefundAgentError when none is found: a frozen build that forgot to collect the folders
    looks exactly like that, and must not run as if no terminal existed.
    """
    found = sorted(
        info.name.replace("_", "-")
        for info in pkgutil.iter_modules(protocols.__path__)
        if info.ispkg and info.name != "kit"
    )
    if not found:
        raise RefundAgentError(
            "no_protocols",
            "no protocol folder was found; the installation is incomplete",
            what_to_do="Install the agent again.",
        )
    return tuple(found)


@cache
def load(name: str) -> ProtocolSpec:
    """The front door of one protocol. Raises RefundAgentError for a name that is not there."""
    if name not in names():
        raise RefundAgentError(
            "unknown_protocol",
            f"there is no protocol {name!r}",
            what_to_do=f"Choose one of: {', '.join(names())}.",
            details={"name": name, "known": ", ".join(names())},
        )
    module = importlib.import_module(f"protocols.{name.replace('-', '_')}")
    spec: ProtocolSpec = module.PROTOCOL
    assert spec.name == name, f"the folder of {name} calls itself {spec.name}"
    return spec


def installed() -> dict[str, ProtocolSpec]:
    """All protocols, by name."""
    return {name: load(name) for name in names()}
