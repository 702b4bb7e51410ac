"""ESC/POS, the printers' language, both ways: commands out, answers in. Bytes only, no I/O."""
