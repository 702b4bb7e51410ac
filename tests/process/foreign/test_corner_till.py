"""What the shop at the corner tests before it takes a customer's card."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from corner_till import CornerTill

from simulators.pytest_plugin import TerminalFactory
from simulators.testing import TerminalSimulator


@contextmanager
def plugged_in(terminal: TerminalSimulator) -> Iterator[CornerTill]:
    till = CornerTill(terminal.device)
    yield till
    till.close()


def booked(terminal: TerminalSimulator) -> list[object]:
    """The truth: what the bank has, beside the sales that were there before."""
    return [row["amount_minor"] for row in terminal.ledger() if row["amount_minor"] == 1999]


def test_a_payment_is_booked_once(terminal_simulator: TerminalFactory) -> None:
    terminal = terminal_simulator(tcp=True)
    with plugged_in(terminal) as till:
        assert till.pay(1999) == "paid"
    assert booked(terminal) == [1999]


def test_the_bank_says_no(terminal_simulator: TerminalFactory) -> None:
    terminal = terminal_simulator(tcp=True, scenario="declined")
    with plugged_in(terminal) as till:
        assert till.pay(1999) == "declined"
    assert booked(terminal) == []


# The same "unknown" for the till, and two different truths: only the ledger can tell.
@pytest.mark.parametrize(
    ("scenario", "truth"),
    [("answer-lost-after-commit", [1999]), ("answer-lost-before-commit", [])],
)
def test_a_lost_answer_is_neither_paid_nor_declined(
    terminal_simulator: TerminalFactory, scenario: str, truth: list[object]
) -> None:
    terminal = terminal_simulator(tcp=True, scenario=scenario)
    with plugged_in(terminal) as till:
        assert till.pay(1999) == "unknown"
    assert booked(terminal) == truth


def test_the_customer_pulls_the_cable(terminal_simulator: TerminalFactory) -> None:
    terminal = terminal_simulator(tcp=True, scenario="hesitant-customer.toml")
    with plugged_in(terminal) as till:
        terminal.command("pull")
        assert till.pay(1999) == "unknown"
    assert booked(terminal) == []
