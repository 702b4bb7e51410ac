"""The pure core of a refund: states, tables, facts, the judge of evidence. No I/O, no clock."""
