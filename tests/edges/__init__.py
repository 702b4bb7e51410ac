"""Edges of the promises: what happens rarely, and must have an answer."""
