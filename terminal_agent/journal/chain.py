"""The hash chain: each record's hash covers its own content and the hash before it.

hash = SHA-256(prev || seq || len(kind) || kind || schema || len(payload) || payload), where prev
is the 32 bytes of the record before (zeros for the first), numbers are 8 bytes big endian and
texts are UTF-8. The lengths keep two different records from spelling the same bytes.
"""

from __future__ import annotations

import hashlib
import struct

from terminal_agent.journal.records import Encoded

GENESIS = bytes(32)
_eight = struct.Struct(">Q").pack


def link(prev: bytes, seq: int, record: Encoded) -> bytes:
    """The hash of one record behind `prev`."""
    return linked(prev, seq, head_of(record.kind.encode(), record.schema), record.payload.encode())


def head_of(kind: bytes, schema: int) -> bytes:
    """What the hash covers of a record beside its numbers and its payload: the same for a kind."""
    return _eight(len(kind)) + kind + _eight(schema)


def linked(prev: bytes, seq: int, head: bytes, payload: bytes) -> bytes:
    """The hash of one record behind `prev`, of its parts; the one place that hashes."""
    return hashlib.sha256(
        b"%b%b%b%b%b" % (prev, _eight(seq), head, _eight(len(payload)), payload)
    ).digest()
