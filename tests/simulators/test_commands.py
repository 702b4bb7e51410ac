"""What people can do at the simulated terminal by typing a line."""

from __future__ import annotations

import json

import pytest

from simulators.commands import Commands
from tests.simulators.till import Till, codes, result, scene


def typed(till: Till, line: str) -> str:
    answer = Commands(till.station).run(line, till.clock.monotonic())
    till.line.poke()
    return answer


def test_an_empty_line_does_nothing() -> None:
    assert typed(Till(), "  ") == ""


def test_the_ledger_is_one_line_of_json() -> None:
    till = Till()
    line = typed(till, "ledger")
    assert "\n" not in line
    assert json.loads(line) == till.bank.ledger()


def test_pulling_and_plugging_the_cable() -> None:
    till = Till()
    typed(till, "pull")
    with pytest.raises(ConnectionError):
        till.line.read(1.0)
    typed(till, "plug")
    till.reopen()
    assert till.status() == "00"


def test_power_off_and_on() -> None:
    till = Till()
    typed(till, "power off")
    till.send(bytes.fromhex("050100"))
    assert till.next_apdus(60.0) == []
    typed(till, "power on")
    till.line.pass_time(30.0)
    assert till.status() == "00"


def test_the_next_result_can_be_chosen_and_counts_once() -> None:
    till = Till()
    typed(till, "result 05")
    first, second = result(till.refund()), result(till.refund())
    assert first is not None
    assert second is not None
    assert (first.text("result_code"), second.text("result_code")) == ("05", "00")
    typed(till, "result 00")
    assert codes(till.refund())[-1] == "060F"


def test_a_sale_at_the_keypad() -> None:
    till = Till()
    typed(till, "sale 777")
    assert till.bank.bookings[-1].amount_minor == 777


def test_card_and_keys() -> None:
    till = Till(scene('[terminal]\ncard = "absent"'))
    till.register()
    typed(till, "card remove")
    till.send(bytes.fromhex("06310A00000004000000000500"))
    for _ in range(6):
        for apdu in till.next_apdus(0.5):
            till.answer(apdu)
    typed(till, "key stop")
    stopped = result(till.listen("0631"))
    assert stopped is not None
    assert stopped.text("result_code") == "6C"
    typed(till, "card present")
    approved = result(till.refund())
    assert approved is not None
    assert approved.text("result_code") == "00"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("dance", "is no command; there are: pull"),
        ("result xyz", "no result code of zvt"),
        ("sale x", "no amount"),
        ("sale 0", "no amount"),
        ("sale 9999999999999", "no amount"),
    ],
)
def test_what_cannot_be_done_is_said(line: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        typed(Till(), line)


def test_a_busy_terminal_takes_no_sale_at_its_keypad() -> None:
    till = Till()
    typed(till, "power off")
    with pytest.raises(ValueError, match="busy or off"):
        typed(till, "sale 777")
