"""A deterministic world: agent, journal, cable, terminal, bank and people under one seed.

`python -m tests.world --seed N` lives one history again and prints it.
"""
