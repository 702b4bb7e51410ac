"""A receipt printer as the configuration describes it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from drivers.fonts import find_fonts
from drivers.printers.driver import EscPosPrinter
from drivers.printers.factory import build_link
from drivers.printers.limits import PrintLimits
from drivers.printers.prober import Prober
from printing.escpos.job import job
from printing.profile import PrinterProfile
from terminal_agent.runtime.print_jobs import Press
from terminal_agent.slips.layout import layout

if TYPE_CHECKING:
    from collections.abc import Callable

    from drivers.clock import Clock
    from drivers.printers.contract import PrinterLink
    from terminal_agent.config import Loaded, PrinterConfig
    from terminal_agent.slips.model import SlipData

    LinkMaker = Callable[[str, Clock], PrinterLink]


# What a computer under load may keep a simulator waiting for, in real seconds.
_LOADED_S = 1.0


def printer_profile(config: PrinterConfig) -> PrinterProfile:
    """What the configuration says that the printer can."""
    return PrinterProfile(
        columns=config.columns,
        charset=config.charset,
        code_page=config.code_page,
        answers=config.answers,
        process_id=config.process_id,
        picture=config.picture,
        native_qr=config.native_qr,
        cutter=config.cutter,
    )


def print_limits(loaded: Loaded) -> PrintLimits:
    """How long a printer is waited for.

    A simulator that lives faster shares this computer with us all the same: what costs it no time
    of its own, an answer, is given a whole second.
    """
    limits = PrintLimits()
    fast = limits.scaled(loaded.config.time.scale)
    return replace(
        fast,
        answer_s=max(fast.answer_s, min(limits.answer_s, _LOADED_S)),
        stall_s=max(fast.stall_s, min(limits.stall_s, _LOADED_S)),
        clear_s=max(fast.clear_s, min(limits.clear_s, _LOADED_S)),
        echo_s=max(fast.echo_s, min(limits.echo_s, _LOADED_S * 5)),
    )


def build_printer(
    loaded: Loaded, name: str | None, clock: Clock, build: LinkMaker | None = None
) -> EscPosPrinter:
    """The named printer, or the one that is meant, not opened yet. Raises ConfigError."""
    _, config = loaded.printer(name)
    link = (build or build_link)(config.link, clock)
    return EscPosPrinter(link, clock, printer_profile(config), print_limits(loaded))


def build_press(loaded: Loaded, name: str, clock: Clock, build: LinkMaker | None = None) -> Press:
    """The named printer as slips are printed on it, not opened yet. Raises ConfigError."""
    printer = build_printer(loaded, name, clock, build)
    return Press(name=name, printer=printer, profile=printer.profile, compose=slip_job)


def slip_job(slip: SlipData, profile: PrinterProfile) -> bytes:
    """The bytes of a slip on the paper of this printer. Raises PrintingError."""
    sheet = layout(replace(slip, columns=profile.columns))
    return job(sheet, profile, find_fonts)


def build_prober(
    loaded: Loaded, name: str | None, clock: Clock, build: LinkMaker | None = None
) -> Prober:
    """The same as one that nothing is known of yet. Raises ConfigError."""
    _, config = loaded.printer(name)
    unknown = PrinterProfile(answers=True, process_id=True)
    return Prober((build or build_link)(config.link, clock), clock, unknown, print_limits(loaded))
