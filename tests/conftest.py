"""What all tests share: the fixture `terminal_simulator`, as somebody else's tests would get it."""

from __future__ import annotations

pytest_plugins = ["simulators.pytest_plugin"]
