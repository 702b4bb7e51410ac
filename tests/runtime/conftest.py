"""The journal of these tests does not wait for the disk."""

from tests.quick_disk import quick_disk

__all__ = ["quick_disk"]
