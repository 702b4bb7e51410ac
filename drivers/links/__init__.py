"""The ways bytes reach a terminal: serial, TCP, memory (tests), replay of a recording."""
