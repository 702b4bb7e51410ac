"""The acquirer behind a simulated terminal: ISO 8583 in UnionPay's layout, a ledger of its own.

It needs the package `pyiso8583`, which comes with the extra `[sim]`; nothing else of the simulator
does, and nothing here is imported before a terminal is asked to be deep.
"""
