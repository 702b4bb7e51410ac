"""The memory: durable, chained, guarded; broken on purpose in every way we know."""
