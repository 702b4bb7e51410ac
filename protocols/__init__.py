"""Bytes into meaning and back: pure, no I/O, no clock. A folder a protocol; what they share in kit."""
