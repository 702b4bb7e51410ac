"""BER-TLV trees: strict reading, exact writing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.kit.errors import BadField
from protocols.kit.tlv import (
    DEPTH_MAX,
    Tlv,
    TlvNode,
    constructed,
    leaves,
    primitive,
    read_container,
    read_length,
    read_nodes,
    write_length,
    write_node,
)
from tests.strategies import tlv_containers


@given(tlv_containers())
def test_a_container_comes_back_byte_for_byte(tlv: Tlv) -> None:
    again, end = read_container(tlv.wire, 0, len(tlv.wire))
    assert again == tlv
    assert end == len(tlv.wire)
    assert Tlv.of(*again.nodes) == tlv


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_with_an_offset(data: bytes) -> None:
    try:
        tlv, end = read_container(data, 0, len(data))
    except BadField as error:
        refused_at = error.offset
    else:
        assert tlv.wire == data[:end]
        return
    assert refused_at is not None
    assert 0 <= refused_at <= len(data)


@given(tlv_containers())
def test_the_leaves_are_the_primitive_nodes_with_their_places(tlv: Tlv) -> None:
    _, at = read_length(tlv.wire, 0, len(tlv.wire))
    found = [(tag, tlv.wire[start:end]) for tag, start, end in leaves(tlv.wire, at, len(tlv.wire))]
    assert found == [(node.tag, node.value) for node in tlv.walk() if not node.constructed]


@pytest.mark.parametrize("length", [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF])
def test_lengths_are_written_short_and_read_back(length: int) -> None:
    wire = write_length(length)
    assert len(wire) == (1 if length < 0x80 else 2 if length < 0x100 else 3)
    assert read_length(wire, 0, len(wire)) == (length, len(wire))


@pytest.mark.parametrize(
    ("wire", "offset"),
    [
        ("", 0),  # no length at all
        ("80", 0),  # indefinite
        ("83000000", 0),  # three length bytes
        ("FF", 0),
        ("81", 0),  # cut length
        ("8201", 0),
        ("0107", 1),  # a tag without a length
        ("011F", 1),  # a tag that does not end
        ("021F81", 1),
        ("051F81818100", 1),  # five tag bytes
        ("0307", 0),  # the container ends early
        ("020702", 1),
        ("02070100", 1),  # the tag says one byte, none is left
        ("0307830000", 2),
        ("0307820000", 2),
        ("0324020700", 1),  # a node leaves its parent
        ("03240107", 3),  # broken inside
    ],
)
def test_what_is_no_tree_is_refused_where_it_breaks(wire: str, offset: int) -> None:
    data = bytes.fromhex(wire)
    with pytest.raises(BadField) as caught:
        read_container(data, 0, len(data))
    assert caught.value.offset == offset


def test_nesting_is_bounded() -> None:
    node = primitive(0x07, b"x")
    for _ in range(DEPTH_MAX - 1):
        node = constructed(0x24, node)
    data = write_node(node)
    assert read_nodes(data, 0, len(data)) == (node,)
    deeper = write_node(constructed(0x24, node))
    with pytest.raises(BadField, match="nested deeper"):
        read_nodes(deeper, 0, len(deeper))


def test_tags_of_two_and_more_bytes_are_read() -> None:
    data = bytes.fromhex("1F100100 1F817301AA FF4003 0701BB".replace(" ", ""))
    nodes = read_nodes(data, 0, len(data))
    assert [node.tag_hex for node in nodes] == ["1F10", "1F8173", "FF40"]
    assert nodes[2].children == (primitive(0x07, b"\xbb"),)


@pytest.mark.parametrize("tag", [0x1F, 0x0700, 0x1F1F80, 0x1F1000, 0x1F8181817F, 0x2410])
def test_a_number_that_is_no_tag_is_not_written(tag: int) -> None:
    with pytest.raises(BadField, match="no tag"):
        write_node(TlvNode(tag, b""))


def test_kinds_of_nodes_are_not_mixed_up() -> None:
    with pytest.raises(BadField, match="holds nodes"):
        primitive(0x24, b"")
    with pytest.raises(BadField, match="holds bytes"):
        constructed(0x07)


def test_a_container_that_is_too_long_is_refused() -> None:
    with pytest.raises(BadField, match="too many"):
        Tlv.of(primitive(0x07, bytes(0x10000)))


def test_nodes_are_found_at_any_depth_and_shown_without_content() -> None:
    inner = primitive(0x1F10, b"secret")
    tlv = Tlv.of(primitive(0x07, b"first"), constructed(0x2F, inner))
    assert tlv.first(0x1F10) == inner
    assert tlv.first(0x1F11) is None
    assert repr(tlv) == "Tlv(07, 2F)"
    assert repr(tlv.nodes) == "(TlvNode(07, 5 bytes), TlvNode(2F, 9 bytes, 1 nodes))"
