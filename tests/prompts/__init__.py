"""Texts and questions."""
