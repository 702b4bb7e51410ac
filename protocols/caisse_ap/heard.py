"""What came back over one connection, and the answers in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.caisse_ap.framing import ItemsFramer
from protocols.caisse_ap.messages import parse
from protocols.kit.errors import ProtocolError
from protocols.kit.framing import Payload

if TYPE_CHECKING:
    from protocols.kit.messages import Message

# Bounds what one connection may bring beside its answer.
MESSAGES_MAX: Final = 16


class Heard:
    """Collects the bytes of one connection. Never raises."""

    def __init__(self) -> None:
        self._framer = ItemsFramer()
        self._ended: list[Message] = []  # behind these another message began
        self._size = 0
        self.damaged = False  # something came that is no message

    def take(self, data: bytes) -> None:
        """Bytes in any portions."""
        self._size += len(data)
        for piece in self._framer.pieces(data):
            message = _read(piece.data) if isinstance(piece, Payload) else None
            if message is None or len(self._ended) == MESSAGES_MAX:
                self.damaged = True
            else:
                self._ended.append(message)

    @property
    def begun(self) -> bool:
        """Whether anything came at all."""
        return self._size > 0

    @property
    def messages(self) -> list[Message]:
        """Every message, the last as far as its whole items can be read."""
        standing = self._framer.standing
        last = _read(standing) if standing else None
        return [*self._ended, last] if last is not None else list(self._ended)

    @property
    def single(self) -> bool:
        """Whether one whole message came, and not a byte more."""
        return not self.damaged and not self._ended and len(self._framer.standing) == self._size


def _read(data: bytes) -> Message | None:
    try:
        return parse(data)
    except ProtocolError:
        return None
