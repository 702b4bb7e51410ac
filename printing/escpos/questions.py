"""What a till asks a printer, as bytes: how it is, who it is, whether the job is on paper.

None of these prints a dot. The real-time questions are answered even while the printer is stopped.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from printing.errors import BadSheet

_PROCESS_ID_BYTES: Final = 4
_LOWEST, _HIGHEST = 0x20, 0x7E


class Question(IntEnum):
    """The four real-time questions, DLE EOT n."""

    PRINTER = 1
    OFFLINE_CAUSE = 2
    ERROR_CAUSE = 3
    PAPER = 4


class Identity(IntEnum):
    """What GS I asks for; each is answered by a block of text."""

    MAKER = 66
    MODEL = 67


# DLE DC4 function 8: throw away both buffers. The seven bytes are fixed.
CLEAR: Final = bytes((0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8))

# As many as the longest question or order has bytes: they end one that was broken off, and do
# nothing anywhere else.
NOTHING: Final = bytes(len(CLEAR))


def ask(question: Question) -> bytes:
    """DLE EOT n."""
    return bytes((0x10, 0x04, question))


def ask_identity(what: Identity) -> bytes:
    """GS I n."""
    return bytes((0x1D, 0x49, what))


def ask_echo(process_id: bytes) -> bytes:
    """GS ( H function 48: the printer echoes the id when everything before it is on paper.

    Raises BadSheet for an id that is not 4 bytes from 20h to 7Eh.
    """
    good = len(process_id) == _PROCESS_ID_BYTES
    if not good or not all(_LOWEST <= byte <= _HIGHEST for byte in process_id):
        raise BadSheet(f"the process id {process_id!r}")
    return b"\x1d(H\x06\x0000" + process_id
