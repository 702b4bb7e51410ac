"""Card numbers in XML and JSON are hidden however they are written, and the text still reads."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.kit import jsontext, xmltext
from protocols.kit.errors import BadField
from protocols.kit.node import Node
from protocols.kit.textmask import PAN, WHOLE, mask_json, mask_xml

CARD = "4761739001010119"
SHOWN = "476173******0119"


def secrecy(name: str) -> str:
    return {"pan": PAN, "pin": WHOLE, "safe": WHOLE}.get(name, "")


def xml(text: str) -> str:
    data = text.encode()
    masked = mask_xml(data, secrecy)
    assert len(masked) == len(data)
    xmltext.read(masked)
    return masked.decode()


def as_json(text: str) -> str:
    data = text.encode()
    masked = mask_json(data, secrecy)
    assert len(masked) == len(data)
    jsontext.read(masked)
    return masked.decode()


def test_numbers_are_hidden_wherever_they_stand_in_xml() -> None:
    text = f"<a x='{CARD}'>{CARD}<!-- {CARD} --><b><![CDATA[{CARD}]]></b></a>"
    assert xml(text) == text.replace(CARD, SHOWN)


def test_digits_written_as_references_are_hidden() -> None:
    digits = "".join(f"&#{ord(d)};" for d in CARD)
    masked = xml(f"<a>{digits}</a>")
    assert masked == "<a>" + digits[:30] + "*" * 30 + digits[-20:] + "</a>"


def test_a_number_in_pieces_of_one_text_is_hidden() -> None:
    assert xml("<a>47617390<![CDATA[01010119]]></a>") == "<a>476173**<![CDATA[****0119]]></a>"
    assert xml("<a>47617390<!-- - -->01010119</a>") == "<a>476173**<!-- - -->****0119</a>"


def test_secret_members_lose_everything_inside_of_them() -> None:
    assert xml("<a pin='12 3\u20ac'/>") == "<a pin='** ****'/>"
    assert xml("<Safe x='1'><y>ab</y><z t='2'/></Safe>") == "<Safe x='*'><y>**</y><z t='*'/></Safe>"
    assert xml("<PAN>4761739001010</PAN>") == "<PAN>476173***1010</PAN>"


def test_numbers_are_hidden_wherever_they_stand_in_json() -> None:
    text = f'{{"a": "{CARD}", "b": ["x {CARD}"], "c": {{"d": "{CARD}"}}}}'
    assert as_json(text) == text.replace(CARD, SHOWN)


def test_digits_written_as_escapes_are_hidden() -> None:
    digits = "".join(f"\\u{ord(d):04x}" for d in CARD)
    masked = as_json(f'{{"a": "{digits}"}}')
    assert masked == '{"a": "' + digits[:36] + "*" * 36 + digits[-24:] + '"}'


def test_bare_numbers_stay_numbers() -> None:
    assert as_json(f'{{"a": {CARD}, "b": 12.34}}') == '{"a": 4761730000000119, "b": 12.34}'
    assert as_json('{"PIN": 123456, "pin2": 1}') == '{"PIN": 100000, "pin2": 1}'
    assert as_json('{"Pin": -123456.5}') == '{"Pin": -100000.0}'
    assert as_json('{"Pin": 1234}') == '{"Pin": 1234}'


def test_secret_members_of_json_lose_everything_inside_of_them() -> None:
    text = (
        '{"\u20ac": "\u20ac", "pin": "ab", "safe": ["c", {"d": "e"}], "f": "g", '
        '"PAN": "4761739001010"}'
    )
    assert as_json(text) == (
        '{"\u20ac": "\u20ac", "pin": "**", "safe": ["*", {"d": "*"}], "f": "g", '
        '"PAN": "476173***1010"}'
    )


def test_a_long_text_of_other_letters_keeps_its_length() -> None:
    text = f'{{"a": "\u20ac{CARD}\u20ac {CARD}"}}'
    assert as_json(text) == text.replace(CARD, SHOWN)


DIGITS = st.text("0123456789 -", min_size=0, max_size=24)


def every(node: Node) -> list[str]:
    inner = [text for found in node.members.values() for each in found for text in every(each)]
    return [node.text or "", *inner]


@given(st.lists(DIGITS | st.just(CARD) | st.sampled_from(["<![CDATA[", "]]>", "<b>", "</b>"])))
def test_no_text_of_masked_xml_holds_a_card_number(pieces: list[str]) -> None:
    text = "<a>" + "".join(pieces) + "</a>"
    try:
        xmltext.read(text.encode())
    except BadField:
        return
    for shown in every(xmltext.read(xml(text).encode())):
        assert CARD not in shown


@pytest.mark.parametrize("ascii_only", [True, False])
@given(st.lists(DIGITS | st.just(CARD)))
def test_no_text_of_masked_json_holds_a_card_number(ascii_only: bool, pieces: list[str]) -> None:
    document = {"a": "".join(pieces), "pan": "\u20ac".join(pieces), "x": pieces}
    masked = json.loads(as_json(json.dumps(document, ensure_ascii=ascii_only)))
    assert CARD not in masked["a"]
    assert all(CARD not in each for each in masked["x"])
