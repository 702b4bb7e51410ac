"""A receipt printer in software: what it was told comes out as paper, and its faults are true ones.

It reads ESC/POS by itself and shares nothing with the side that writes it.
"""

from __future__ import annotations

from simulators.printer.device import FakePrinter
from simulators.printer.paper import Paper

__all__ = ["FakePrinter", "Paper"]
