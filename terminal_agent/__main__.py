"""`python -m terminal_agent` is the console script."""

import sys

from terminal_agent.cli import main

sys.exit(main())
