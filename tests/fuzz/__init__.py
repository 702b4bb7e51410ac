"""Hostile bytes for every reader: targets, corpus, a runner, and a short run inside the tests."""
