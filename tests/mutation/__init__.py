"""Mutation testing: which changes of the rules about money no test would notice."""
