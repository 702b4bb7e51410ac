"""`python -m simulators.printer` is `printer-simulator`."""

from __future__ import annotations

import sys

from simulators.printer.cli import main

if __name__ == "__main__":
    sys.exit(main())
