"""The other side of the counter: a software terminal, its bank, its cable and its faults.

It plays terminals; it never imports the agent or its drivers.
"""
