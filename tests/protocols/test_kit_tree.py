"""Messages that are trees: read from any order and case, written in the order of their table."""

from __future__ import annotations

import json

import pytest

from protocols.kit.branches import Branch, Constant, Form, Leaf, Syntax, many
from protocols.kit.errors import BadField
from protocols.kit.fields import Value
from protocols.kit.scalars import Choice, Flag, Lines, Number, Whole, Word, fits
from protocols.kit.tree import TreeLayout

ROWS = (
    Branch(
        "Doc",
        (
            Constant("Kind", "K<"),
            Leaf("Id", "ident", Word(10, 1)),
            Leaf("Sum", "total", Number(), json="Total"),
            Leaf("Count", "count", Whole(99)),
            Leaf("Sure", "sure", Flag()),
            Leaf("Modes", "modes", Word(40), Form.WORDS),
            Leaf("Roles", "roles", Word(40), Form.WORDS, element=True),
            Leaf("Note", "note", Word(40), Form.ELEMENT),
            Leaf("Line", "lines", Lines(99), Form.ELEMENTS, inside="Text"),
            Leaf("Copy", "copies", Lines(99), Form.ELEMENTS),
            Branch("Part", (Leaf("A", "a", Word(9), needed=True), Leaf("B", "b", Word(9)))),
            Branch("Must", (Leaf("C", "c", Choice(("Yes", "No")), needed=True),), needed=True),
            Branch("Body", (Branch("In", (Leaf("D", "d", Word(9)),)),), only_json=True),
            *many("Row", 2, lambda n: (Leaf("E", f"e_{n}", Word(9)),)),
            Branch("Gone", (), needed=True),
        ),
        needed=True,
    ),
)


def layout(syntax: Syntax) -> TreeLayout:
    return TreeLayout(
        code=b"doc",
        name="doc",
        direction="both",
        tree=Branch("", ROWS),
        syntax=syntax,
        always=("ident",),
    )


XML, JSON = layout(Syntax.XML), layout(Syntax.JSON)
ALL: dict[str, Value] = {
    "ident": "7",
    "total": "1.50",
    "count": 3,
    "sure": True,
    "modes": "x y",
    "roles": "p q",
    "note": "a&b",
    "lines": "one\ntwo",
    "copies": "three",
    "a": "A",
    "b": "B",
    "c": "Yes",
    "d": "D",
    "e_1": "E",
    "e_2": "F",
}


def test_xml_is_written_as_the_table_says() -> None:
    assert XML.write(ALL).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><Doc Kind="K&lt;" Id="7" Sum="1.50" Count="3" '
        'Sure="true" Modes="x y"><Roles>p q</Roles><Note>a&amp;b</Note><Line>one</Line>'
        '<Line>two</Line><Copy>three</Copy><Part A="A" B="B"/><Must C="Yes"/><In D="D"/>'
        '<Row E="E"/><Row E="F"/><Gone/></Doc>'
    )


def test_json_is_written_as_the_table_says() -> None:
    assert JSON.write(ALL).decode() == (
        '{"Doc":{"Kind":"K<","Id":"7","Total":1.50,"Count":3,"Sure":true,"Modes":["x","y"],'
        '"Roles":["p","q"],"Note":"a&b","Line":[{"Text":"one"},{"Text":"two"}],"Copy":["three"],'
        '"Part":{"A":"A","B":"B"},"Must":{"C":"Yes"},"Body":{"In":{"D":"D"}},'
        '"Row":[{"E":"E"},{"E":"F"}],"Gone":{}}}'
    )


@pytest.mark.parametrize("table", [XML, JSON], ids=["xml", "json"])
def test_what_was_written_reads_as_the_same(table: TreeLayout) -> None:
    assert dict(table.read(table.write(ALL)).values) == ALL
    assert list(table.spans(b"")) == []


def test_order_case_form_and_what_is_unknown_do_not_matter() -> None:
    text = (
        b"<doc><MUST><c>yes</c></MUST><x><y/></x><SUM>1.50</SUM><part b='B'/><id> </id>"
        b"<body><in d='D'/></body><row e='E'/><row/><row e='lost'/></doc>"
    )
    assert dict(XML.read(text).values) == {
        "ident": " ", "total": "1.50", "b": "B", "c": "Yes", "d": "D", "e_1": "E",
    }  # fmt: skip
    text = b'{"DOC": {"id": "7", "total": "1.50", "sure": "1", "line": ["a", {"text": "b"}, {}]}}'
    assert dict(JSON.read(text).values) == {
        "ident": "7", "total": "1.50", "sure": True, "lines": "a\nb\n",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "<Doc/>",
        "<Other Id='1'/>",
        "<Doc Id=''/>",
        "<Doc Id='12345678901'/>",
        "<Doc Id='1'><Id>1</Id></Doc>",
        "<Doc Id='1'><Part/><Part/></Doc>",
        "<Doc><Id><x/></Id></Doc>",
        "<Doc Id='1' Sum='-1'/>",
        "<Doc Id='1' Sum='x'/>",
        "<Doc Id='1' Count='100'/>",
        "<Doc Id='1' Count='1.5'/>",
        "<Doc Id='1' Sure='maybe'/>",
    ],
)
def test_what_contradicts_the_table_is_refused(text: str) -> None:
    with pytest.raises(BadField) as caught:
        XML.read(text.encode())
    assert caught.value.offset is not None


def test_no_value_is_written_that_the_table_does_not_have() -> None:
    with pytest.raises(BadField, match="has no other"):
        XML.write({"ident": "1", "other": "2"})
    with pytest.raises(BadField, match="needs ident"):
        XML.write({"note": "1"})
    with pytest.raises(BadField):
        XML.write({"ident": "\x01"})


def test_what_may_be_sent_is_stricter_than_what_may_be_read() -> None:
    good: dict[str, Value] = {"ident": "1", "c": "Yes"}
    XML.check(good)
    XML.check({**good, "a": "x"})
    for wrong in ({"ident": "1"}, {**good, "b": "x"}, {**good, "c": "Perhaps"}):
        with pytest.raises(BadField):
            XML.check(wrong)
    assert XML.message(ident="1", c="Perhaps").text("c") == "Perhaps"


def test_lists_without_their_first_are_moved_up() -> None:
    message = JSON.message(ident="1", e_2="F", modes="  x   y ")
    assert dict(message.values) == {"ident": "1", "modes": "x y", "e_1": "F"}


# --- values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.34", "12.34"),
        ("+012.30", "12.30"),
        ("0", "0"),
        ("000", "0"),
        ("00.5", "0.5"),
        (".5", "0.5"),
        ("12345678.123456", "12345678.123456"),
    ],
)
def test_numbers_are_read_in_their_plain_form(text: str, value: str) -> None:
    data = text.encode()
    assert Number().decode(data, 0, len(data)) == (value, len(data))
    assert Number().encode(value) == value.encode()


@pytest.mark.parametrize("text", ["", "-1", "1e3", "1.", "123456789", "1.1234567", "\u0661", "1 2"])
def test_what_is_no_number_is_refused(text: str) -> None:
    data = text.encode()
    with pytest.raises(BadField):
        Number().decode(data, 0, len(data))
    with pytest.raises(BadField):
        Number().encode(text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Word(3, 1), ""),
        (Word(3), "abcd"),
        (Word(3), 1),
        (Word(3), "\ud800"),
        (Number(), 1),
        (Number(), "01"),
        (Whole(9), "1"),
        (Whole(9), 10),
        (Whole(9), -1),
        (Whole(9), True),
        (Flag(), 1),
        (Choice(("A",)), 1),
        (Choice(("A",)), "x" * 65),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    field: Word | Number | Whole | Flag | Choice, value: Value
) -> None:
    with pytest.raises(BadField):
        field.encode(value)


@pytest.mark.parametrize("field", [Word(9), Number(), Whole(9), Flag(), Choice(("A",))])
def test_bytes_that_are_no_letters_are_refused(
    field: Word | Number | Whole | Flag | Choice,
) -> None:
    with pytest.raises(BadField):
        field.decode(b"\xff", 0, 1)


def test_words_of_an_enumeration_are_known_in_any_case_and_others_are_kept() -> None:
    field = Choice(("Refund", "Normal"))
    assert field.decode(b" refund ", 0, 8)[0] == "Refund"
    assert field.decode(b"Lottery", 0, 7)[0] == "Lottery"
    assert field.encode("REFUND") == b"Refund"
    assert fits(field, "Refund")
    assert not fits(field, "Lottery")
    assert fits(Word(9), "Lottery")


def test_json_of_a_tree_is_json() -> None:
    assert json.loads(JSON.write(ALL))["Doc"]["Total"] == 1.5
