"""Mistakes planted in the real code for a moment, each with the test that must notice it."""
