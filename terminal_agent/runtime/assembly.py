"""Puts an agent together from its configuration; the only place that knows all the parts."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.errors import BadLinkSettings
from drivers.links.factory import LinkSettings, build_link, parse_link
from drivers.relay import AllowedHosts, TcpHost
from drivers.terminal import PumpLimits, Terminal
from drivers.trace import TracedLink, TraceFile, TraceFormat
from protocols.kit.capabilities import Capability
from protocols.kit.money import Currency
from protocols.kit.registry import load
from protocols.kit.session import SessionSettings
from terminal_agent.errors import ConfigError
from terminal_agent.installation import version
from terminal_agent.policy.rules import PolicyRules
from terminal_agent.runtime.slip_content import SlipSettings
from terminal_agent.runtime.station import Station

if TYPE_CHECKING:
    from collections.abc import Callable

    from drivers.clock import Clock
    from drivers.links.contract import Link
    from drivers.relay import HostLink
    from protocols.kit.contract import ProtocolSpec
    from protocols.kit.session import Session
    from terminal_agent.config import Loaded, TerminalConfig
    from terminal_agent.journal.store import Journal
    from terminal_agent.journal.witness import Witness


def journal_path(loaded: Loaded) -> Path:
    """Where the journal of this configuration lies."""
    return loaded.beside(loaded.config.journal.path)


def witness_of(loaded: Loaded) -> Witness | None:
    """The file of anchors that the journal is held against; None where none is configured."""
    from terminal_agent.journal.witness import Witness

    config = loaded.config.journal
    if not config.anchors:
        return None
    return Witness(loaded.beside(config.anchors), journal_path(loaded), config.anchor_key)


def open_journal(loaded: Loaded, clock: Clock) -> Journal:
    """Take the journal for writing, and hold it against its newest anchor. Raises JournalError."""
    from terminal_agent.journal.store import Journal

    return Journal.open(
        journal_path(loaded),
        at=clock.wall(),
        journal_id=uuid.uuid4().hex,
        agent_version=version(),
        witness=witness_of(loaded),
    )


def policy_rules(loaded: Loaded, currency: Currency) -> PolicyRules:
    """What the shop allows. Raises ConfigError for an amount that is none."""
    policy = loaded.config.policy
    return PolicyRules(
        single_limit_minor=loaded.amount("single_limit", policy.single_limit, currency),
        second_approver_above_minor=loaded.amount(
            "second_approver_above", policy.second_approver_above, currency
        ),
        refund_window_days=policy.refund_window_days,
        prefer_void=policy.prefer_void,
    )


def slip_settings(loaded: Loaded, screen: str) -> SlipSettings:
    """How slips look and where they go; `screen` is the language of slips that have none."""
    slip = loaded.config.slip
    return SlipSettings(
        folder=loaded.beside(slip.folder),
        columns=slip.columns,
        merchant_lines=slip.merchant,
        merchant_id=slip.merchant_id,
        language=slip.language or screen,
        own_printers=frozenset(
            name for name, one in loaded.config.terminal.items() if one.printer == "terminal"
        ),
    )


def build_station(
    loaded: Loaded,
    name: str | None,
    clock: Clock,
    undo: ExitStack,
    *,
    trace: Path | None = None,
    profile: str = "",
    build: Callable[[LinkSettings], Link] = build_link,
) -> Station:
    """The named terminal (or the only one), not opened yet.

    `undo` closes the trace file in the end; `build` makes the line; `profile`, where given, goes
    before the configured one. Raises ConfigError, TraceError.
    """
    name, config = loaded.terminal(name)
    if profile:
        config = config.model_copy(update={"profile": profile})
    spec = load(config.protocol)
    link = build(link_settings(loaded, name, profile=profile))
    if trace is not None:
        link = _traced(link, spec, clock, trace, undo)
    return station_over(link, name, config, clock, scale=loaded.config.time.scale)


def link_settings(loaded: Loaded, name: str, *, profile: str = "") -> LinkSettings:
    """The line of a terminal; `profile` goes before the configured one.

    Raises ConfigError for one that is not described in a usable way.
    """
    config = loaded.config.terminal[name]
    spec = load(config.protocol)
    kind = spec.profiles[profile or config.profile or spec.default_profile]
    try:
        return parse_link(config.link, serial=kind.serial or spec.serial, tcp_port=spec.tcp_port)
    except BadLinkSettings as error:
        raise ConfigError(
            "config.value",
            error.what_happened,
            file=str(loaded.path),
            key=f"terminal.{name}.link",
            what_to_do=error.what_to_do,
        ) from error


def station_over(
    link: Link,
    name: str,
    config: TerminalConfig,
    clock: Clock,
    *,
    scale: float = 1.0,
    limits: PumpLimits | None = None,
    host: HostLink | None = None,
) -> Station:
    """A station on a link that exists already; `limits` None are those of the driver. `host` is the
    way to hosts that the terminal may have its messages carried to, None the network."""
    spec = load(config.protocol)
    profile = config.profile or spec.default_profile
    capabilities = spec.profiles[profile].capabilities
    confirmed = frozenset(Capability(sign) for sign in config.capabilities_confirmed)
    currency = Currency.of(config.currency)
    settings = SessionSettings(
        profile=profile,
        transport=link.transport,
        currency=currency.numeric,
        time_scale=scale,
        printer=config.printer,
        password=config.password,
        options=config.options,
    )
    return Station(
        name=name,
        terminal=Terminal(
            link=link,
            clock=clock,
            session=_factory(spec, settings, clock),
            limits=limits,
            redials=link.transport in spec.redials,
            host=AllowedHosts.of(config.relay_hosts, host or TcpHost(clock=clock)),
        ),
        clock=clock,
        capabilities=capabilities,
        proved=capabilities.proved(confirmed),
        exclusive=config.exclusive,
        currency=currency,
        results=dict(spec.results),
        terminal_id=config.terminal_id,
        protocol=spec.title,
        scale=scale,
        reference=spec.reference,
    )


def _factory(spec: ProtocolSpec, settings: SessionSettings, clock: Clock) -> Callable[[], Session]:
    """Makes the session of each opened line; `opened` grows even where the clock is set back."""
    opened = 0

    def make() -> Session:
        nonlocal opened
        opened = max(opened + 1, int(clock.wall().timestamp() * 1_000))
        return spec.session(replace(settings, opened=opened))

    return make


def _traced(
    link: Link, spec: ProtocolSpec, clock: Clock, path: Path, undo: ExitStack
) -> TracedLink:
    sink = TraceFile(path)
    undo.callback(sink.close)
    framer = spec.framers[link.transport]
    return TracedLink(link, clock=clock, sink=sink, fmt=TraceFormat(spec.name, framer, spec.mask))
