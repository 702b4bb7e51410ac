"""The line: a channel each way, which loses, repeats and, as a bag, turns messages round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.model.state import Packet

Channel = tuple["Packet", ...]

# Messages under way in one direction; what does not fit is lost, as on a line that is full.
ROOM: Final = 2
ROOM_WITH_VOTE: Final = 3


def put(channel: Channel, packet: Packet, room: int = ROOM) -> Channel:
    """The channel with one more message."""
    return (*channel, packet) if len(channel) < room else channel


def takes(channel: Channel, *, bag: bool) -> list[tuple[Packet, Channel]]:
    """Each message that may come out next, and what is then left."""
    if not channel:
        return []
    if not bag:
        return [(channel[0], channel[1:])]
    return [(channel[i], channel[:i] + channel[i + 1 :]) for i in range(len(channel))]
