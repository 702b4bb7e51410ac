"""The tables: one that only grows and is the truth, and others that are computed from it."""

from __future__ import annotations

# Stored in the file; a file with a higher number was written by a newer agent.
FILE_VERSION = 1

RECORDS = """
CREATE TABLE records (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    schema INTEGER NOT NULL,
    payload TEXT NOT NULL,
    prev BLOB NOT NULL,
    hash BLOB NOT NULL UNIQUE
) STRICT;
CREATE TRIGGER records_never_change BEFORE UPDATE ON records
    BEGIN SELECT RAISE(ABORT, 'records never change'); END;
CREATE TRIGGER records_never_go BEFORE DELETE ON records
    BEGIN SELECT RAISE(ABORT, 'records never go'); END;
CREATE TRIGGER records_only_follow BEFORE INSERT ON records
    WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM records)
    BEGIN SELECT RAISE(ABORT, 'records only follow each other'); END;
"""

# The cap is in the table, so that it holds even where code forgets to ask.
DERIVED = """
CREATE TABLE sales (
    sale_id TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    terminal TEXT NOT NULL,
    sold_on TEXT NOT NULL,
    receipt_number TEXT,
    trace_number TEXT,
    rrn TEXT,
    currency TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    reserved_minor INTEGER NOT NULL DEFAULT 0
        CHECK (reserved_minor BETWEEN 0 AND amount_minor)
) STRICT;
CREATE INDEX sales_by_receipt ON sales (receipt_number);
CREATE INDEX sales_by_day ON sales (sold_on);
CREATE TABLE cases (
    case_id TEXT PRIMARY KEY,
    created_seq INTEGER NOT NULL,
    key TEXT NOT NULL UNIQUE,
    sale_id TEXT NOT NULL REFERENCES sales (sale_id),
    amount_minor INTEGER NOT NULL,
    state TEXT NOT NULL,
    holds INTEGER NOT NULL
) STRICT;
CREATE INDEX cases_by_sale ON cases (sale_id);
CREATE INDEX cases_by_age ON cases (created_seq);
CREATE TABLE case_records (
    case_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (case_id, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE open_attempts (
    case_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    terminal TEXT NOT NULL,
    repeats INTEGER,
    PRIMARY KEY (case_id, attempt)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_open_attempt_per_terminal ON open_attempts (terminal)
    WHERE repeats IS NULL;
CREATE TABLE attempt_references (
    reference TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    attempt INTEGER NOT NULL
) STRICT;
CREATE TABLE booked_numbers (
    terminal TEXT NOT NULL,
    number TEXT NOT NULL,
    seq INTEGER NOT NULL,
    case_id TEXT NOT NULL,
    PRIMARY KEY (terminal, number, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE ends_of_day (
    terminal TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT;
CREATE TABLE standing (
    name TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT;
"""

# In the order in which they can be emptied.
DERIVED_TABLES = (
    "cases",
    "sales",
    "case_records",
    "open_attempts",
    "attempt_references",
    "booked_numbers",
    "ends_of_day",
    "standing",
)
