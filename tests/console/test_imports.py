"""Words and dialogues stay cheap to import: a counter PC starts the agent for every refund."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("wcwidth", "pydantic", "serial", "sqlite3", "socket", "asyncio", "importlib.metadata")
MODULES = (
    "terminal_agent.prompts",
    "terminal_agent.slips",
    "terminal_agent.console.cashier",
    "terminal_agent.console.resolve",
    "terminal_agent.console.record_table",
)


def test_no_dialogue_imports_anything_heavy_before_it_is_used() -> None:
    code = f"import sys, {', '.join(MODULES)}; print([m for m in {HEAVY} if m in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.strip() == "[]"
