"""What the till asked for when it registered (06 00), and the sequence ids of the connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from protocols.kit.messages import Message
from protocols.kit.tlv import Tlv, primitive

# Config byte bits (PA00P015, 06 00).
ECR_PRINTS_PAYMENT: Final = 0x02
ECR_PRINTS_ADMINISTRATION: Final = 0x04
WANTS_PROGRESS: Final = 0x08
TERMINAL_SENDS_LINES: Final = 0x80
_TAG_COMMANDS: Final = 0x26
_TAG_COMMAND: Final = 0x0A
_TAG_ID: Final = 0x1F73
_PRINT_BLOCK: Final = bytes.fromhex("06D3")
_ID_MAX: Final = 999_999


@dataclass(slots=True)
class Registration:
    """The till's wishes; after log-off and without one the config byte of the profile holds."""

    config: int
    tlv_allowed: bool = False
    blocks_allowed: bool = False
    ids: bool = False
    last_id: int = 0

    @classmethod
    def of(cls, message: Message, *, ids: bool) -> Registration:
        """Read a registration; `ids`: whether this terminal knows sequence ids."""
        config = int(message.text("config_byte") or "00", 16)
        container = message.container()
        if container is None:
            return cls(config)
        lists = [node for node in container.nodes if node.tag == _TAG_COMMANDS]
        commands = {child.value for node in lists for child in node.children}
        offered = container.first(_TAG_ID) is not None
        return cls(config, True, _PRINT_BLOCK in commands, ids and offered)

    def wants(self, bit: int) -> bool:
        """Whether a bit of the config byte is set."""
        return bool(self.config & bit)

    def next_id(self) -> int:
        """The id of a new message of ours."""
        self.last_id = self.last_id % _ID_MAX + 1
        return self.last_id


def id_of(message: Message) -> int | None:
    """The sequence id of a message."""
    container = message.container() if "tlv" in message.layout.names else None
    node = container.first(_TAG_ID) if container else None
    digits = node.value.hex() if node else ""
    return int(digits) if len(digits) == 6 and digits.isdecimal() else None


def stamped(message: Message, number: int) -> Message:
    """The message with a sequence id; one that has no place for it stays as it is."""
    if "tlv" not in message.layout.names:
        return message
    nodes = [node for node in message.tlv() if node.tag != _TAG_ID]
    tlv = Tlv.of(*nodes, primitive(_TAG_ID, bytes.fromhex(f"{number:06d}")))
    return Message(message.layout, {**message.values, "tlv": tlv})
