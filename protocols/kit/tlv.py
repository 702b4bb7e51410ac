"""BER-TLV trees: read strictly, kept byte for byte, written with the shortest lengths.

Refuses indefinite lengths, lengths of more than two bytes, content that ends early and nesting
deeper than DEPTH_MAX. Tags that nobody knows are kept.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from protocols.kit.errors import BadField

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPTH_MAX: Final = 8  # bounds the recursion on hostile bytes; real containers nest three deep
TAG_BYTES_MAX: Final = 4  # bounds a run of tag bytes that never ends; real tags have one or two
LENGTH_MAX: Final = 0xFFFF  # what the length form 82 hi lo can say
_CONSTRUCTED: Final = 0x20
_MORE: Final = 0x1F  # these low bits say that further tag bytes follow


class TlvNode(NamedTuple):
    """One tag with its content bytes; a constructed tag also has the nodes inside.

    The repr names the tag and the number of bytes only: content may be card data.
    """

    tag: int
    value: bytes
    children: tuple[TlvNode, ...] = ()

    @property
    def constructed(self) -> bool:
        """Whether the content is nodes again (bit 6 of the first tag byte)."""
        return _is_constructed(self.tag)

    @property
    def tag_hex(self) -> str:
        """The tag as documents print it: "1F10"."""
        return _tag_bytes(self.tag).hex().upper()

    def __repr__(self) -> str:
        inside = f", {len(self.children)} nodes" if self.constructed else ""
        return f"TlvNode({self.tag_hex}, {len(self.value)} bytes{inside})"


class Tlv(NamedTuple):
    """A whole container: `wire` is its length and content as on the line, `nodes` what it holds.

    `wire` is what is written again, so a container that was read goes out unchanged even where
    its lengths were longer than needed.
    """

    wire: bytes
    nodes: tuple[TlvNode, ...]

    @classmethod
    def of(cls, *nodes: TlvNode) -> Tlv:
        """A new container with the shortest lengths. Raises BadField when it gets too long."""
        content = b"".join(write_node(node) for node in nodes)
        return cls(write_length(len(content)) + content, nodes)

    def walk(self) -> Iterator[TlvNode]:
        """Every node, outer before inner, in the order of the line."""
        waiting = list(reversed(self.nodes))
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def first(self, tag: int) -> TlvNode | None:
        """The first node with this tag at any depth."""
        return next((node for node in self.walk() if node.tag == tag), None)

    def __repr__(self) -> str:
        return f"Tlv({', '.join(node.tag_hex for node in self.nodes)})"


def primitive(tag: int, value: bytes) -> TlvNode:
    """A node that holds bytes. Raises BadField for a tag that must hold nodes."""
    if _is_constructed(tag):
        raise BadField(f"tag {tag:X} holds nodes, not bytes")
    return TlvNode(tag, value)


def constructed(tag: int, *children: TlvNode) -> TlvNode:
    """A node that holds nodes. Raises BadField for a tag that must hold bytes."""
    if not _is_constructed(tag):
        raise BadField(f"tag {tag:X} holds bytes, not nodes")
    return TlvNode(tag, b"".join(write_node(child) for child in children), children)


def read_container(data: bytes, at: int, end: int) -> tuple[Tlv, int]:
    """Read length and content at `at`; gives the container and the offset behind it.

    Raises BadField, with the offset, where the bytes up to `end` are no container.
    """
    start = at
    length, at = read_length(data, at, end)
    stop = at + length
    if stop > end:
        raise BadField(f"a container of {length} bytes ends after {end - at}", offset=start)
    return Tlv(data[start:stop], read_nodes(data, at, stop)), stop


def read_nodes(data: bytes, at: int, end: int, depth: int = 1) -> tuple[TlvNode, ...]:
    """All nodes of data[at:end], which they must fill exactly. Raises BadField otherwise."""
    nodes: list[TlvNode] = []
    while at < end:
        tag = first = data[at]
        start = at
        at += 1
        if first & _MORE == _MORE:
            tag, at = _long_tag(data, at, end)
        if at >= end:
            raise BadField(f"tag {tag:X} has no length", offset=start)
        length = data[at]
        at += 1
        if length > 0x7F:  # noqa: PLR2004 - the long forms
            length, at = read_length(data, at - 1, end)
        stop = at + length
        if stop > end:
            raise BadField(f"tag {tag:X} of {length} bytes ends after {end - at}", offset=start)
        children: tuple[TlvNode, ...] = ()
        if first & _CONSTRUCTED:
            if depth == DEPTH_MAX:
                raise BadField(f"nested deeper than {DEPTH_MAX}", offset=start)
            children = read_nodes(data, at, stop, depth + 1)
        nodes.append(TlvNode(tag, data[at:stop], children))
        at = stop
    return tuple(nodes)


def leaves(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Tag, start and end of the content of every primitive node in data[at:end], at any depth.

    For bytes that `read_nodes` accepted; the nesting itself is not checked again.
    """
    while at < end:
        tag = first = data[at]
        at += 1
        if first & _MORE == _MORE:
            tag, at = _long_tag(data, at, end)
        length, at = read_length(data, at, end)
        if not first & _CONSTRUCTED:
            yield tag, at, at + length
            at += length


def read_length(data: bytes, at: int, end: int) -> tuple[int, int]:
    """A length at `at` and the offset behind it: 00..7F, 81 nn or 82 hi lo, nothing else."""
    if at >= end:
        raise BadField("a length is missing", offset=at)
    first = data[at]
    if first < 0x80:  # noqa: PLR2004 - the short form
        return first, at + 1
    extra = first - 0x80
    if extra not in (1, 2):
        raise BadField(f"length byte {first:02X} is not allowed", offset=at)
    stop = at + 1 + extra
    if stop > end:
        raise BadField("a length is cut short", offset=at)
    return int.from_bytes(data[at + 1 : stop], "big"), stop


def write_length(length: int) -> bytes:
    """The shortest form of a length. Raises BadField above LENGTH_MAX."""
    if length < 0x80:  # noqa: PLR2004 - the short form
        return bytes((length,))
    if length <= 0xFF:  # noqa: PLR2004 - one byte
        return bytes((0x81, length))
    if length <= LENGTH_MAX:
        return b"\x82" + length.to_bytes(2, "big")
    raise BadField(f"{length} bytes are too many for a tag")


def write_node(node: TlvNode) -> bytes:
    """Tag, shortest length and content of one node.

    The content goes out as it stands in `value`: lengths inside it stay as they were read.
    """
    return _tag_bytes(node.tag) + write_length(len(node.value)) + node.value


def _long_tag(data: bytes, at: int, end: int) -> tuple[int, int]:
    """The rest of a tag of several bytes; `at` is behind its first byte."""
    start = at - 1
    for stop in range(at + 1, min(end, start + TAG_BYTES_MAX) + 1):
        if data[stop - 1] < 0x80:  # noqa: PLR2004 - bit 8 says that another byte follows
            return int.from_bytes(data[start:stop], "big"), stop
    raise BadField("a tag does not end", offset=start)


@lru_cache(maxsize=256)  # bounds what is kept; the tags that real messages have are fewer
def _tag_bytes(tag: int) -> bytes:
    """The bytes of a tag. Raises BadField where no such tag can be read back."""
    data = tag.to_bytes(max(1, (tag.bit_length() + 7) // 8), "big")
    more = data[0] & _MORE == _MORE
    ends = len(data) > 1 and data[-1] < 0x80 and all(byte > 0x7F for byte in data[1:-1])  # noqa: PLR2004
    if more != (len(data) > 1) or (more and not ends) or len(data) > TAG_BYTES_MAX:
        raise BadField(f"{tag:X} is no tag")
    return data


def _is_constructed(tag: int) -> bool:
    return bool(_tag_bytes(tag)[0] & _CONSTRUCTED)
