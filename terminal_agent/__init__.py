"""Decides, remembers, asks and prints; never touches a byte of a terminal's line."""
