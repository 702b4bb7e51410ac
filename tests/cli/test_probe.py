"""`refund-agent probe`: what reading alone shows is told, written and used; nothing is booked."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from protocols.kit.capabilities import Capabilities, Capability, CommitVote, MissingAck
from protocols.kit.money import Amount, Currency
from protocols.kit.session import ExchangeResult, Request
from protocols.kit.vocabulary import (
    Booking,
    Operation,
    Outcome,
    TerminalStatus,
    TransactionRecord,
)
from terminal_agent.runtime.conversation import LastRead
from terminal_agent.runtime.probe import probe
from tests.cli.till import TERMINAL, Till

if TYPE_CHECKING:
    from pathlib import Path

# Without the signs in the main file, so that the probe's file is what counts.
OPEN = TERMINAL.replace('capabilities_confirmed = ["L", "N"]\n', "")


def written(till: Till) -> dict[str, object]:
    """What the probe left beside the configuration."""
    return tomllib.loads((till.folder / "profiles.d" / "till.toml").read_text(encoding="utf-8"))


def signs(till: Till, *more: str) -> dict[str, object]:
    """The finding of each sign."""
    found = till.run("probe", "--json", *more).json["signs"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_tells_what_it_saw_and_what_to_look_at(tmp_path: Path, language: str) -> None:
    till = Till(tmp_path, terminal=OPEN)
    ran = till.run("probe", options=("--lang", language))
    assert ran.code == 0
    assert "generic" in ran.out
    assert "0001" in ran.out
    assert "B, I1" in ran.out
    assert "profiles.d" in ran.said
    assert till.bookings == []


def test_numbers_count_once_a_sale_has_moved_them(tmp_path: Path) -> None:
    till = Till(tmp_path, terminal=OPEN)
    assert signs(till) == {"B": "look", "I1": "look", "L": "seen", "N": "once_more"}
    assert written(till)["capabilities_confirmed"] == ["L"]
    assert signs(till)["N"] == "once_more"
    till.device.terminal.keypad("sale", 500)
    assert signs(till)["N"] == "seen"
    assert written(till)["capabilities_confirmed"] == ["L", "N"]
    shown = till.run("config", "show", "--json").json["settings"]
    assert isinstance(shown, dict)
    confirmed = shown["terminal.till.capabilities_confirmed"]
    assert confirmed["value"] == ["L", "N"]
    assert confirmed["from"].endswith("till.toml")
    assert till.refund().code == 0


def test_numbers_that_went_back_are_not_believed(tmp_path: Path) -> None:
    till = Till(tmp_path, terminal=OPEN)
    till.device.terminal.keypad("sale", 500)
    assert signs(till)["N"] == "once_more"
    file = till.folder / "profiles.d" / "till.toml"
    file.write_text(file.read_text().replace('"0002"', '"0009"').replace('"000002"', '"000009"'))
    assert signs(till)["N"] == "went_back"


def test_what_an_earlier_probe_left_may_be_damaged(tmp_path: Path) -> None:
    till = Till(tmp_path, terminal=OPEN)
    (tmp_path / "profiles.d").mkdir()
    file = tmp_path / "profiles.d" / "till.toml"
    for damage in ("[seen]\nrecord = 3\n", "seen = 1\n", '[seen]\nrecord = {booking = "x"}\n'):
        file.write_text(damage)
        assert signs(till)["N"] == "once_more"


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    till = Till(tmp_path, terminal=OPEN)
    assert till.run("probe", "--dry-run").code == 0
    assert not (tmp_path / "profiles.d").exists()


def test_a_terminal_that_has_booked_nothing_yet(tmp_path: Path) -> None:
    till = Till(tmp_path, terminal=OPEN, scenario="")
    found = signs(till)
    assert found["L"] in {"no_record", "refused"}
    assert written(till)["capabilities_confirmed"] == []


def test_where_the_kind_is_chosen_no_other_is_tried(tmp_path: Path) -> None:
    till = Till(tmp_path, terminal=OPEN + 'profile = "card-complete"\n', profile="card-complete")
    assert till.run("probe").code == 0
    assert written(till)["profile"] == "card-complete"
    till.line.pull()
    opened = till.opened
    assert till.run("probe").code == 7
    assert till.opened == opened + 1


def test_every_kind_is_tried_where_none_answers(tmp_path: Path) -> None:
    mute = '[[step]]\non = "0600"\nnth = "every"\ndo = "ignore"\n'
    till = Till(tmp_path, terminal=OPEN, scenario=mute)
    opened = till.opened
    assert till.run("probe").code == 7
    assert till.opened == opened + 3
    assert not (tmp_path / "profiles.d").exists()


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    till = Till(tmp_path, terminal=OPEN)
    (tmp_path / "profiles.d").write_text("a file")
    ran = till.run("probe", "--json")
    assert ran.code == 2
    assert "config.unreadable" in ran.out


class Asked:
    """A conversation that answers from a list."""

    terminal_id = "1"

    def __init__(self, *records: TransactionRecord | None, answer: ExchangeResult) -> None:
        self.details: dict[str, str] = {}
        self._records = list(records)
        self._answer = answer
        self.questions: list[Request] = []

    def status(self) -> TerminalStatus:
        return TerminalStatus(ready=True, busy=False, code="00")

    def last(self) -> LastRead:
        return LastRead(supported=True, record=self._records.pop(0))

    def query(self, request: Request) -> ExchangeResult:
        self.questions.append(request)
        return self._answer


RECORD = TransactionRecord(Booking.APPROVED, kind=Operation.REFUND, reference="A1")
FOUND = ExchangeResult(Outcome.APPROVED, "completed", record=RECORD)
NOT_FOUND = ExchangeResult(Outcome.APPROVED, "not_found")
REFUSED = ExchangeResult(Outcome.DECLINED, "refused")
_C = Capability


@pytest.mark.parametrize(
    ("declared", "records", "answer", "finding"),
    [
        ({_C.LAST, _C.REFERENCE, _C.QUERY}, (RECORD, RECORD), FOUND, "probe.seen"),
        ({_C.LAST, _C.REFERENCE, _C.QUERY}, (RECORD, RECORD), NOT_FOUND, "probe.not_found"),
        ({_C.LAST, _C.REFERENCE, _C.QUERY}, (None, None), FOUND, "probe.no_record"),
        ({_C.QUERY}, (None, None), NOT_FOUND, "probe.seen"),
        ({_C.QUERY}, (None, None), REFUSED, "probe.refused"),
    ],
)
def test_a_query_is_seen_where_it_finds_what_is_there(
    declared: set[Capability],
    records: tuple[TransactionRecord | None, ...],
    answer: ExchangeResult,
    finding: str,
) -> None:
    talk = Asked(*records, answer=answer)
    can = Capabilities(frozenset(declared), CommitVote(MissingAck.STAYS_BOOKED, 1.0))
    found = probe(talk, can, Amount(1, Currency.of("EUR")))  # type: ignore[arg-type]
    assert found.findings[_C.QUERY] == finding
    assert all(not asked.operation.moves_money for asked in talk.questions)


def test_answers_that_change_and_references_that_are_missing_are_told() -> None:
    other = TransactionRecord(Booking.APPROVED)
    can = Capabilities(
        frozenset({_C.LAST, _C.REFERENCE, _C.NUMBERS}),
        CommitVote(MissingAck.STAYS_BOOKED, 1.0),
        number_fields=("trace_number",),
    )
    euro = Amount(1, Currency.of("EUR"))
    changing = probe(Asked(RECORD, other, answer=REFUSED), can, euro)  # type: ignore[arg-type]
    assert set(changing.findings.values()) == {"probe.changed"}
    plain = probe(Asked(other, other, answer=REFUSED), can, euro)  # type: ignore[arg-type]
    assert plain.findings == {
        _C.LAST: "probe.seen",
        _C.NUMBERS: "probe.no_numbers",
        _C.REFERENCE: "probe.no_reference",
    }
