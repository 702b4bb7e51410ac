"""`decode`: every golden vector through the command line, and every refusal."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.till import Till, run_in
from tests.protocols.zvt_vectors import VECTORS

if TYPE_CHECKING:
    from pathlib import Path

ZVT = ("decode", "--protocol", "zvt")
APDU = (*ZVT, "--layer", "apdu")
STATUS = "04 0F 02 27 00"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Till:
    """A place without terminal and sale: decode needs neither."""
    return Till(tmp_path_factory.mktemp("desk"), sales="")


def test_every_golden_vector_is_decoded_or_refused_as_its_source_says(desk: Till) -> None:
    for vector in VECTORS:
        ran = desk.run(*ZVT, "--layer", vector.layer, "--json", vector.data.hex())
        found = ran.json
        assert (ran.code, found["ok"]) == (0 if vector.valid else 1, vector.valid), vector.id
        if vector.valid:
            assert found["protocol"] == "zvt"
            assert found["layer"] == vector.layer
            assert {"command", "name", "fields", "notes"} <= found.keys()
        else:
            error = found["error"]
            assert isinstance(error, dict)
            assert error.keys() == {"code", "message", "offset"}
            assert ran.err == ""
        for_people = desk.run(*ZVT, "--layer", vector.layer, vector.data.hex())
        assert for_people.code == ran.code
        assert bool(for_people.out) == vector.valid


def test_without_a_layer_the_bytes_say_which_one_they_are_of(desk: Till) -> None:
    for vector in VECTORS:
        ran = desk.run(*ZVT, "--json", vector.data.hex())
        assert ran.code == (0 if vector.valid else 1), vector.id
        if vector.valid:
            assert ran.json["layer"] == vector.layer, vector.id


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("1002060001001003FFFF", "BadFrame"),  # a frame with a wrong check value
        ("0631 02 06 00", "BadField"),  # no frame at all, but a command with a bad bitmap
    ],
)
def test_what_is_of_no_layer_is_refused_for_its_own_fault(desk: Till, data: str, told: str) -> None:
    ran = desk.run(*ZVT, "--json", data)
    assert ran.code == 1
    assert ran.json["ok"] is False
    assert told.lower().removeprefix("bad") in str(ran.json["error"]).lower()


@pytest.mark.parametrize(
    "words", [("04 0F 02 27 00",), ("04", "0f", "02", "27", "00"), ("0x04 0x0F 02:27:00",)]
)
def test_hex_may_be_written_in_any_usual_way(desk: Till, words: tuple[str, ...]) -> None:
    found = desk.run(*APDU, "--json", *words).json
    assert found["command"] == "040F"
    fields = found["fields"]
    assert isinstance(fields, dict)
    assert fields["result_code"] == "00"


def test_standard_input_is_read_for_a_dash(desk: Till) -> None:
    context = desk.context(*APDU, "--json", "-")
    context.stdin = io.StringIO("04 0F\n02 27 00\n")
    assert run_in(context).json["command"] == "040F"
    context = desk.context(*APDU, "--json", "-")
    context.stdin = io.StringIO("00" * 1_000_001)
    ran = run_in(context)
    assert (ran.code, ran.json["ok"]) == (1, False)


@pytest.mark.parametrize(
    ("text", "offset"), [("04 0F 02 2G 00", 3), ("04 0F 0", 2), ("04 0F 02 27 00 00", 5)]
)
def test_what_is_no_hex_or_not_used_up_is_refused_at_its_byte(
    desk: Till, text: str, offset: int
) -> None:
    ran = desk.run(*APDU, "--json", text)
    error = ran.json["error"]
    assert isinstance(error, dict)
    assert (ran.code, error["offset"]) == (1, offset)
    people = desk.run(*APDU, text)
    assert people.code == 1
    assert f"(byte {offset})" in people.err


def test_after_names_the_pending_command(desk: Till) -> None:
    after = desk.run(*APDU, "--json", "--after", "0501", "06 0F 01 9C").json
    fields = after["fields"]
    assert isinstance(fields, dict)
    assert fields["terminal_status"] == "9C"


def test_lists_and_trees_are_shown_to_people_too(desk: Till) -> None:
    vectors = [one for one in VECTORS if one.valid]
    told = "".join(desk.run(*ZVT, "--layer", one.layer, one.data.hex()).out for one in vectors)
    assert "amount_minor" in told
    assert "  (" in told  # a note
    assert "tlv" in told


@pytest.mark.parametrize(
    "argv",
    [
        ("decode", "00"),
        (*ZVT,),
        (*ZVT, "--layer", "message", "00"),
        (*ZVT, "--profile", "nobody", "00"),
        ("decode", "--protocol", "nobody", "00"),
    ],
)
def test_a_wrong_command_line_is_2(desk: Till, argv: tuple[str, ...]) -> None:
    ran = desk.run(*argv, "--json")
    assert ran.code == 2
    assert ran.json["ok"] is False


def test_a_profile_chooses_the_letters(desk: Till) -> None:
    assert desk.run(*APDU, "--profile", "card-complete", STATUS).code == 0


def test_no_configuration_is_needed(desk: Till, tmp_path: Path) -> None:
    context = desk.context(*APDU, STATUS)
    context.arguments.config = str(tmp_path / "none.toml")
    assert run_in(context).code == 0


def test_a_damaged_trace_and_a_missing_one_are_2(desk: Till, tmp_path: Path) -> None:
    missing = desk.run("decode", "--trace", str(tmp_path / "none"), "--json")
    assert (missing.code, missing.error) == (2, "trace.cannot_open")
    bad = tmp_path / "bad"
    bad.write_text("no trace\n")
    damaged = desk.run("decode", "--trace", str(bad), "--json")
    assert (damaged.code, damaged.error) == (2, "trace.damaged")


def test_in_a_trace_what_cannot_be_decoded_is_told_and_the_rest_goes_on(
    till: Till, tmp_path: Path
) -> None:
    trace = tmp_path / "line.trace"
    assert till.refund("--trace", str(trace)).code == 0
    told = till.run("decode", "--trace", str(trace))
    assert told.code == 0
    assert "[open]" in told.out
    assert "{" not in told.out
    before = len(till.run("decode", "--trace", str(trace), "--json").out.splitlines())
    rows = [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]
    broken = next(row for row in rows if row.get("kind") == "payload")
    broken["hex"] = "1002ffff"
    trace.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    ran = till.run("decode", "--trace", str(trace), "--json")
    found = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 1
    assert [one["ok"] for one in found].count(False) == 1
    assert len(found) == before
    people = till.run("decode", "--trace", str(trace))
    assert people.code == 1
    assert people.err
