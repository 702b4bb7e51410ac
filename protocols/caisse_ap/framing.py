"""A run of items in a stream: no frame, no total length, no check, and no end mark.

A message is `CZ003… CA002… …`: each item is a tag of two letters or digits, three digits of length
and the value. CZ comes first, so a message ends where the next CZ begins, or, as a rule, where
nothing follows: the peer hangs up or is silent for a while. A framer has no clock, so it gives a
message when the next one begins or when it is told of the silence (`quiet`), and shows meanwhile
what whole items stand (`standing`).
"""

from __future__ import annotations

from typing import Final

from protocols.caisse_ap.layouts import FIRST, ITEMS
from protocols.kit.errors import BadField, BadFrame
from protocols.kit.framing import Damaged, EndsBySilence, Payload, Piece

# Bounds a message whose end never comes: far more than a slip in several items.
MESSAGE_MAX: Final = 16_384
_FIRST: Final = FIRST.encode("ascii")
_TAG_SIZE: Final = ITEMS.tag_size
_HEAD_SIZE: Final = ITEMS.tag_size + ITEMS.length_size


class ItemsFramer(EndsBySilence):
    """One direction of one connection. Takes bytes in any portions.

    Behind bytes that are no item nothing can be found again: all that follows is damaged, until
    `reset`.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._whole = 0  # everything before this is whole items
        self._lost = False

    def frame(self, payload: bytes) -> bytes:
        """The message itself. Raises BadFrame when it is not items, the first of them CZ."""
        try:
            tags = [ITEMS.word(tag) for tag, _, _ in ITEMS.walk(payload, 0, len(payload))]
        except BadField as error:
            raise BadFrame(error.what_happened, offset=error.offset) from None
        if not tags or len(payload) > MESSAGE_MAX:
            raise BadFrame(f"a message holds 1 to {MESSAGE_MAX} bytes, not {len(payload)}")
        if FIRST in tags[1:]:
            raise BadFrame(f"{FIRST} begins a message and stands nowhere else in it")
        return payload

    def pieces(self, data: bytes) -> list[Piece]:
        """Every message behind which another one began, and what is no message."""
        if self._lost:
            return [Damaged(data, "bytes behind something that is no item")] if data else []
        self._buffer += data
        found: list[Piece] = []
        while self._step(found):
            pass
        return found

    def quiet(self) -> list[Piece]:
        """The line is silent: whole items are a message. One that is cut short stays pending."""
        standing = self.standing
        if not standing or len(standing) != len(self._buffer):
            return []
        self.reset()
        return [Payload(standing)]

    @property
    def standing(self) -> bytes:
        """The whole items of the message that has begun."""
        return bytes(self._buffer[: self._whole])

    def reset(self) -> bytes:
        """Forget what has begun and give its bytes back."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        self._whole = 0
        self._lost = False
        return rest

    @property
    def pending(self) -> bool:
        """Whether a message has begun."""
        return bool(self._buffer)

    def _step(self, found: list[Piece]) -> bool:
        """Look at the next item; False where more bytes are needed."""
        buffer, at = self._buffer, self._whole
        head = bytes(buffer[at : at + _HEAD_SIZE])
        tag, length = head[:_TAG_SIZE], head[_TAG_SIZE:]
        if not head:
            return False
        if at and tag == _FIRST:  # before its length is looked at: that may not be there yet
            found.append(Payload(bytes(buffer[:at])))
            del buffer[:at]
            self._whole = 0
            return True
        if not tag.isalnum() or (length and not length.isdigit()):
            return self._damage(found, "bytes that are no item")
        if len(head) < _HEAD_SIZE:
            return False
        stop = at + _HEAD_SIZE + int(length)
        if stop > MESSAGE_MAX:
            return self._damage(found, "a message without an end")
        if stop > len(buffer):
            return False
        self._whole = stop
        return True

    def _damage(self, found: list[Piece], why: str) -> bool:
        found.append(Damaged(self.reset(), why))
        self._lost = True
        return False
