"""What all tests share: the fixture `terminal_simulator`, as somebody else's tests would get it."""

from __future__ import annotations

import os

from hypothesis import settings

pytest_plugins = ["simulators.pytest_plugin"]

# The same examples on every run, so that a red run means a change of ours;
# HYPOTHESIS_PROFILE=search looks further, with new examples each time.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))
