"""The official Transbank SDK for Python sells, voids and lists at our simulated terminal."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import pytest

from tests.interop.environments import python_with

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from simulators.pytest_plugin import TerminalFactory
    from simulators.testing import TerminalSimulator

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(os.name != "posix", reason="no pseudo terminals on this system"),
]

SDK: Final = "transbank-pos-sdk==1.0.1"
CLIENT: Final = Path(__file__).with_name("transbank_client.py")
SALE: Final = {"amount": 25000, "ticket": "T1"}
END_S: Final = 10.0


class Sdk:
    """The SDK in a process of its own, plugged into a port."""

    def __init__(self, python: str, port: str) -> None:
        self._process = subprocess.Popen(
            [python, str(CLIENT), port],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=END_S)

    def call(self, method: str, **arguments: object) -> dict[str, object]:
        """Everything the client told: `result` and `progress`, or `error`."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([method, arguments]) + "\n")
        process.stdin.flush()
        told: dict[str, object] = json.loads(process.stdout.readline())
        return told

    def result(self, method: str, **arguments: object) -> dict[str, object]:
        """What a call gave that went well."""
        told = self.call(method, **arguments)
        assert "error" not in told, told
        found = told["result"]
        assert isinstance(found, dict)
        return found


@pytest.fixture(scope="module")
def python() -> str:
    return python_with(SDK)


@pytest.fixture
def terminal(terminal_simulator: TerminalFactory) -> TerminalSimulator:
    return terminal_simulator(protocol="transbank")


@pytest.fixture
def sdk(python: str, terminal: TerminalSimulator) -> Iterator[Sdk]:
    with Sdk(python, terminal.device) as client:
        yield client


def booked(terminal: TerminalSimulator) -> list[tuple[object, object]]:
    return [(row["kind"], row["amount_minor"]) for row in terminal.ledger()]


def number(told: dict[str, object]) -> int:
    return int(str(told["operation_number"]))


def test_a_sale_its_void_and_a_second_void(sdk: Sdk, terminal: TerminalSimulator) -> None:
    before = booked(terminal)
    assert sdk.call("poll")["result"] is True
    sold = sdk.result("sale", **SALE)
    assert sold["success"] is True
    assert (sold["ticket"], str(sold["amount"])) == ("T1", "25000")
    assert number(sdk.result("last_sale")) == number(sold)
    first = sdk.result("refund", operation_id=number(sold))
    again = sdk.result("refund", operation_id=number(sold))
    assert (first["success"], int(str(first["response_code"]))) == (True, 0)
    assert (again["success"], int(str(again["response_code"]))) == (False, 4)
    assert booked(terminal)[len(before) :] == [("sale", 25000), ("void", 25000)]


def test_progress_of_a_sale(sdk: Sdk) -> None:
    told = sdk.call("sale", **SALE, send_status=True)
    progress = told["progress"]
    assert isinstance(progress, list)
    assert [int(row["response_code"]) for row in progress] == [78, 82]


def test_list_totals_and_the_end_of_the_day(sdk: Sdk, terminal: TerminalSimulator) -> None:
    known = len(booked(terminal))
    sold = sdk.result("sale", **SALE)
    sdk.result("refund", operation_id=number(sold))
    lines = sdk.call("details", print_on_pos=True)["result"]
    assert isinstance(lines, list)
    ours = [line for line in lines if line["operation_number"] == sold["operation_number"]]
    assert [str(line["amount"]) for line in ours] == ["25000", "-25000"]
    assert len(lines) == known + 2 + 1
    assert int(str(sdk.result("totals")["tx_count"])) == known + 2
    assert sdk.result("load_keys")["success"] is True
    assert sdk.result("close")["success"] is True
    late = sdk.result("refund", operation_id=number(sold))
    assert int(str(late["response_code"])) == 5


def test_after_a_lost_answer_the_second_void_says_that_it_was_done(
    python: str, terminal_simulator: TerminalFactory, tmp_path: Path
) -> None:
    scenario = tmp_path / "lost.toml"
    step = '[[step]]\non = "void"\ndo = "no_result"\n'
    scenario.write_text(f"version = 1\n{step}", encoding="utf-8")
    terminal = terminal_simulator(protocol="transbank", scenario=scenario)
    with Sdk(python, terminal.device) as sdk:
        sold = sdk.result("sale", **SALE)
        assert "Timeout" in str(sdk.call("refund", operation_id=number(sold))["error"])
        again = sdk.result("refund", operation_id=number(sold))
        assert int(str(again["response_code"])) == 4
    assert booked(terminal) == [("sale", 25000), ("void", 25000)]


def test_the_host_says_no(python: str, terminal_simulator: TerminalFactory, tmp_path: Path) -> None:
    scenario = tmp_path / "no.toml"
    scenario.write_text(
        'version = 1\n[[step]]\non = "sale"\ndo = "decline"\ncode = "93"\n', encoding="utf-8"
    )
    terminal = terminal_simulator(protocol="transbank", scenario=scenario)
    with Sdk(python, terminal.device) as sdk:
        told = sdk.result("sale", **SALE)
        assert (told["success"], int(str(told["response_code"]))) == (False, 93)
        assert sdk.result("last_sale")["success"] is False
    assert booked(terminal) == []
