"""XML of strangers: what is read, what is refused, and that another reader sees the same."""

from __future__ import annotations

import xml.parsers.expat
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.kit.errors import BadField
from protocols.kit.node import DEPTH_MAX, SIZE_MAX, Node
from protocols.kit.xmltext import escaped, read


def told(node: Node) -> object:
    """A tree as plain values: the text, and the members by name."""
    return node.text, {name: [told(each) for each in found] for name, found in node.members.items()}


def root(text: str) -> Node:
    (found,) = read(text.encode()).members.values()
    return found[0]


def test_attributes_elements_and_text_are_members() -> None:
    node = root(
        '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<A b="1"><C>x</C><D/></A>'
    )
    assert told(node) == (None, {"b": [("1", {})], "c": [("x", {})], "d": [("", {})]})


def test_names_are_found_in_any_case() -> None:
    node = root("<Root><SERVICEID>7</SERVICEID></Root>")
    found = node.one("serviceid")
    assert found is not None
    assert found.value("ServiceID") == "7"
    assert node.one("another") is None
    assert node.all("another") == []


def test_references_cdata_comments_and_line_ends_mean_what_the_standard_says() -> None:
    node = root(
        "<a b='1\r\n2\t3&#10;4&quot;'><!-- c -->&lt;&#65;&#x42;\r\n\r<![CDATA[<&>\r\n]]></a>"
    )
    assert node.text == "<AB\n\n<&>\n"
    assert node.all("b")[0].text == '1 2 3\n4"'


def test_what_was_escaped_comes_back() -> None:
    text = "<a & \"b\" 'c'>\t\r\n ]]>\u00e9\U0001f600"
    assert root(f'<x y="{escaped(text)}">{escaped(text)}</x>').text == text
    assert root(f'<x y="{escaped(text)}"/>').all("y")[0].text == text


WRONG = {
    "nothing": "",
    "only blanks": "  \n",
    "no root": '<?xml version="1.0"?>',
    "document type": "<!DOCTYPE a><a/>",
    "entity declared": '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
    "entity": "<a>&e;</a>",
    "ampersand": "<a>&</a>",
    "instruction": "<a><?x y?></a>",
    "late declaration": ' <?xml version="1.0"?><a/>',
    "other letters": '<?xml version="1.0" encoding="iso-8859-1"?><a/>',
    "two roots": "<a/><b/>",
    "text before": "x<a/>",
    "text behind": "<a/>x",
    "cdata outside": "<![CDATA[x]]><a/>",
    "crossed": "<a><b></a></b>",
    "not closed": "<a><b></b>",
    "closed twice": "<a/></a>",
    "attribute twice": "<a b='1' b='2'/>",
    "attribute bare": "<a b=1/>",
    "less in attribute": "<a b='<'/>",
    "hyphens": "<a><!-- x -- y --></a>",
    "hyphen at the end": "<a><!-- x ---></a>",
    "comment open": "<a><!-- x </a>",
    "cdata open": "<a><![CDATA[ x </a>",
    "end mark": "<a>]]></a>",
    "control": "<a>\x01</a>",
    "control by reference": "<a>&#1;</a>",
    "surrogate by reference": "<a>&#xD800;</a>",
    "beyond all letters": "<a>&#x110000;</a>",
    "number as a name": "<a1234567890123/>",
    "number as an attribute": "<a n123456789012=''/>",
    "deep": "<a>" * (DEPTH_MAX + 1) + "</a>" * (DEPTH_MAX + 1),
    "long": f"<a>{'x' * SIZE_MAX}</a>",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadField) as caught:
        read(text.encode())
    assert caught.value.offset is not None
    assert 0 <= caught.value.offset <= len(text.encode())


def test_bytes_that_are_no_utf8_are_refused_where_they_stand() -> None:
    with pytest.raises(BadField) as caught:
        read(b"<a>\xff</a>")
    assert caught.value.offset == 3


def test_the_place_of_an_error_counts_bytes() -> None:
    with pytest.raises(BadField) as caught:
        read("<a>\u20ac\u20ac<b></a>".encode())
    assert caught.value.offset == len("<a>\u20ac\u20ac<b>".encode())


def test_a_structure_is_no_value_and_two_are_not_one() -> None:
    node = root("<a><b><c/></b><d/><d/></a>")
    with pytest.raises(BadField):
        node.all("b")[0].value("b")
    with pytest.raises(BadField):
        node.one("d")


# --- the reader of the standard library as a judge -----------------------------------------------


class Judge:
    """The tree that expat sees."""

    def __init__(self, text: bytes) -> None:
        self._open = [Node()]
        self._words: list[list[str | None]] = [[]]
        parser = xml.parsers.expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._letters
        parser.Parse(text, True)
        self.tree = self._open[0]

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        node = Node()
        for key, value in attributes.items():
            node.add(key, Node(text=value))
        self._open[-1].add(name, node)
        self._words[-1].append(None)
        self._open.append(node)
        self._words.append([])

    def _end(self, _name: str) -> None:
        node, words = self._open.pop(), self._words.pop()
        node.text = None if None in words else "".join(word or "" for word in words)

    def _letters(self, text: str) -> None:
        self._words[-1].append(text)


PIECES = st.sampled_from(
    [
        "<a>", "</a>", "<b/>", "<a x='1'>", '<B y="&lt;" z=\'"\'/>', "text", "&amp;", "&#65;",
        "&x;", "<![CDATA[<&]]>", "<!-- c -->", "\r\n", "\t", "<", ">", "]]>", "&", "'", "\u00e9",
        "--",
        '<?xml version="1.0"?>', "<!DOCTYPE a>", "</b>", "<b>", "<?p?>", "x='2'",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
def test_what_is_read_is_what_another_reader_sees(text: str) -> None:
    for document in (text, f"<r>{text}</r>"):
        with suppress(BadField):
            node = read(document.encode())
            assert told(node) == told(Judge(document.encode()).tree)
