"""Lives of this folder do not wait for the disk, as in the conformance suite."""

from __future__ import annotations

from tests.conformance.conftest import lives, quick_disk

__all__ = ["lives", "quick_disk"]
