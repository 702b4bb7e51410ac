"""Dialogues, outcomes and tables."""
