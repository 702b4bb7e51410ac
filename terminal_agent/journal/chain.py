"""The hash chain: each record's hash covers its own content and the hash before it.

hash = SHA-256(prev || seq || len(kind) || kind || schema || len(payload) || payload), where prev
is the 32 bytes of the record before (zeros for the first), numbers are 8 bytes big endian and
texts are UTF-8. The lengths keep two different records from spelling the same bytes.
"""

from __future__ import annotations

import hashlib

from terminal_agent.journal.records import Encoded

GENESIS = bytes(32)


def link(prev: bytes, seq: int, record: Encoded) -> bytes:
    """The hash of one record behind `prev`."""
    kind, payload = record.kind.encode(), record.payload.encode()
    return hashlib.sha256(
        b"".join(
            (
                prev,
                seq.to_bytes(8, "big"),
                len(kind).to_bytes(8, "big"),
                kind,
                record.schema.to_bytes(8, "big"),
                len(payload).to_bytes(8, "big"),
                payload,
            )
        )
    ).digest()
