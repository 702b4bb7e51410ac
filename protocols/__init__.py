"""Bytes into meaning and back: pure, no I/O, no clock. One folder a protocol; the kit is shared."""
