"""Slips on the grid and in files."""
