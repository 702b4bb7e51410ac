"""What is missing on a newcomer's machine skips aloud; where everything must be there, it fails."""

from __future__ import annotations

import pytest

from tests.process.tools import need


def test_a_missing_tool_skips_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-tool is not installed"):
        need("no-such-tool")


def test_a_missing_tool_fails_where_all_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="no-such-tool is not installed"):
        need("no-such-tool")
