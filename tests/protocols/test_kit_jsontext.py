"""JSON of strangers: numbers keep their digits, and what could mislead is refused."""

from __future__ import annotations

import json

import pytest

from protocols.kit.errors import BadField
from protocols.kit.jsontext import NUMBER_MAX, escaped, read
from protocols.kit.node import DEPTH_MAX, SIZE_MAX


def texts(text: str, name: str) -> list[str | None]:
    return [node.text for node in read(text.encode()).all(name)]


def test_values_are_texts_and_numbers_keep_their_digits() -> None:
    text = '{"A": "x", "n": 12.340, "i": 7, "t": true, "f": false, "z": null, "o": {"p": "q"}}'
    assert [texts(text, name) for name in "anitfz"] == [
        ["x"],
        ["12.340"],
        ["7"],
        ["true"],
        ["false"],
        [],
    ]
    assert read(text.encode()).all("o")[0].text is None


def test_a_list_is_several_members_and_a_list_in_a_list_is_a_structure() -> None:
    assert texts('{"a": ["x", null, "y", [1]]}', "a") == ["x", "y", None]


def test_names_are_found_in_any_case() -> None:
    assert texts('{"SerVice": "x"}', "service") == ["x"]


WRONG = {
    "nothing": "",
    "list": "[]",
    "text": '"a"',
    "number": "1",
    "twice": '{"a": 1, "a": 2}',
    "twice in another case": '{"a": 1, "A": 2}',
    "nan": '{"a": NaN}',
    "infinity": '{"a": -Infinity}',
    "surrogate": '{"a": "\\ud800"}',
    "surrogate in a list": '{"a": ["\\udc00"]}',
    "control": '{"a": "\x01"}',
    "rest": "{} x",
    "cut": '{"a": "b',
    "long number": '{"a": %s}' % ("9" * (NUMBER_MAX + 1)),
    "number as a name": '{"4761739001010119": 1}',
    "deep objects": '{"a":' * (DEPTH_MAX + 1) + "1" + "}" * (DEPTH_MAX + 1),
    "deep lists": '{"a":' + "[" * 5_000 + "]" * 5_000 + "}",
    "long": '{"a": "%s"}' % ("x" * SIZE_MAX),
    "mark": '\ufeff{"a": 1}',
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadField):
        read(text.encode())


def test_the_place_of_an_error_counts_bytes() -> None:
    with pytest.raises(BadField) as caught:
        read('{"\u20ac": }'.encode())
    assert caught.value.offset == len('{"\u20ac": '.encode())


def test_many_objects_beside_each_other_are_not_deep() -> None:
    beside = ",".join(['{"b": []}'] * 50)
    assert len(read(f'{{"a": [{beside}]}}'.encode()).all("a")) == 50


def test_what_was_escaped_comes_back() -> None:
    text = '"\\ \t\n\u20ac'
    assert json.loads(escaped(text)) == text
