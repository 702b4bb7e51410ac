"""Moves bytes and keeps time; touches the world and never decides."""
