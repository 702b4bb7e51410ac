"""Message sequence ids (tag 1F73): the only duplicate detection ZVT has (13.08, chapter 9).

Registration offers them with id 000000. When its completion echoes the tag, every later message
carries one: an answer repeats the id it answers, a new message takes the next.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from protocols.kit.tlv import Tlv, primitive
from protocols.zvt.messages import parse, serialise, written

if TYPE_CHECKING:
    from protocols.kit.messages import Message

ID_MAX = 999_999
MESSAGE_ID = 0x1F73
_OFFER = "000000"
_DIGITS = 6
_ANSWERS = frozenset({0x80, 0x84})


def message_id(message: Message) -> str | None:
    """The id (6 digits) of a message; None without one or with a broken one."""
    node = next((node for node in message.tlv() if node.tag == MESSAGE_ID), None)
    digits = node.value.hex() if node is not None else ""
    return digits if len(digits) == _DIGITS and digits.isdecimal() else None


def with_message_id(message: Message, number: str) -> bytes:
    """The APDU of a message with this id (6 digits). Raises BadField where it has no place."""
    others = [node for node in message.tlv() if node.tag != MESSAGE_ID]
    tlv = Tlv.of(*others, primitive(MESSAGE_ID, bytes.fromhex(number)))
    return written(message.layout, {**message.values, "tlv": tlv})


@lru_cache(maxsize=4)  # our few answers, which carry nothing but their code
def _read(answer: bytes) -> Message:
    return parse(answer)


class MessageIds:
    """Both sides' counters of one connection."""

    def __init__(self) -> None:
        self._offered = False
        self._on = False
        self._last = 0  # the id of our last command
        self._heard: str | None = None  # the id of the terminal's last own message

    def start(self, *, offered: bool) -> None:
        """A registration begins; until it is answered nothing carries an id but itself."""
        self._offered = offered
        self._on = False
        self._last = 0
        self._heard = None

    def accept(self, completion: Message) -> None:
        """The registration is complete: ids are on when the terminal echoed the tag."""
        self._on = self._offered and message_id(completion) is not None
        self._offered = False

    def stamp_command(self, command: Message) -> bytes:
        """The APDU of a command with its id, where ids are offered or on."""
        if self._offered:
            return with_message_id(command, _OFFER)
        if not self._on:
            return serialise(command)
        self._last = self._last % ID_MAX + 1
        return with_message_id(command, f"{self._last:06d}")

    def stamp_answer(self, apdu: bytes, message: Message | None) -> bytes:
        """The answer to `message` with the id that it carried."""
        number = message_id(message) if self._on and message is not None else None
        return apdu if number is None else with_message_id(_read(apdu), number)

    def is_stale(self, message: Message) -> bool:
        """Whether a message answers an older command, or is one that we had before."""
        number = message_id(message) if self._on else None
        if number is None:
            return False
        if message.layout.code[0] in _ANSWERS:
            return number != f"{self._last:06d}"
        if number == self._heard:
            return True
        self._heard = number
        return False
