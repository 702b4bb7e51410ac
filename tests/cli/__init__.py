"""The command line, in process: real journal, simulated terminal, virtual time."""
