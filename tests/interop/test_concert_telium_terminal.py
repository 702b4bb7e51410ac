"""The other way round: pyTeliumManager reads what our driver asks for, and writes what it reads.

The dialogue on the line is ours on both sides; each message is made at one end by code that nobody
here wrote. Our end is the real one: serial link, terminal and session, and once the whole agent.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from drivers.clock import SystemClock
from drivers.links.factory import build_link, parse_link
from protocols.kit.money import Amount, Currency
from protocols.kit.session import Note, Original, Request
from protocols.kit.vocabulary import Booking, Operation, Outcome, TransactionRecord
from terminal_agent.config import TerminalConfig
from terminal_agent.runtime.assembly import station_over
from tests.drivers.fakes import Ear
from tests.interop.environments import python_with
from tests.interop.packages import PYTELIUM
from tests.interop.peers import Peer, python_peer
from tests.process.till import Till
from tests.process.told import outcome

if TYPE_CHECKING:
    from protocols.kit.session import ExchangeResult

EUR: Final = Currency.of("EUR")
OURS: Final = "A000000011"
REFUND: Final = Request(Operation.REFUND, Amount(1250, EUR), reference=OURS)
VOID: Final = Request(Operation.VOID, Amount(1250, EUR), Original("0012"), reference=OURS)
# The names are the program's: its "credit" is our refund, its "refund" our void.
ASKED: Final = {
    "pos_number": "01",
    "answer_flag": "0",
    "payment_mode": "1",
    "currency_numeric": "978",
    "amount": 12.5,
    "delay": "A010",
    "authorization": "B010",
}
CARD: Final = "4111111111111111"


@pytest.fixture
def terminal() -> Iterator[Peer]:
    with python_peer(python_with(*PYTELIUM), "telium_terminal", "-") as opened:
        yield opened


def ask(
    terminal: Peer, request: Request = REFUND, *, profile: str = "generic", scale: float = 1.0
) -> tuple[ExchangeResult, Ear]:
    """One request by our driver."""
    device = terminal.result("device")
    link = build_link(parse_link(f"serial:{device}"))
    config = TerminalConfig(protocol="concert", profile=profile, link=f"serial:{device}")
    ours = station_over(link, "till", config, SystemClock(), scale=scale).terminal
    ear = Ear()
    ours.open()
    try:
        return ours.exchange(request, ear), ear
    finally:
        ours.close()


def records(ear: Ear) -> list[TransactionRecord]:
    """The results that our driver has told of."""
    return [told for told in ear.told if isinstance(told, TransactionRecord)]


@pytest.mark.parametrize(("request_", "kind"), [(REFUND, "1"), (VOID, "2")], ids=["refund", "void"])
def test_our_request_is_read_and_its_answer_approves(
    terminal: Peer, request_: Request, kind: str
) -> None:
    terminal.result("answer")
    result, ear = ask(terminal, request_)
    asked = terminal.result("heard")
    assert {name: asked[name] for name in ASKED} == ASKED
    assert (asked["transaction_type"], asked["replies"]) == (kind, ["ACK"])
    assert (result.outcome, result.line_clean) == (Outcome.APPROVED, True)
    (record,) = records(ear)
    assert (record.booking, record.amount_minor) == (Booking.APPROVED, 1250)


def test_a_full_answer_is_read_although_a_short_one_was_asked_for_and_shows_no_card(
    terminal: Peer,
) -> None:
    terminal.result("answer", report=CARD)
    result, ear = ask(terminal)
    assert terminal.result("heard")["replies"] == ["ACK"]
    assert result.outcome is Outcome.APPROVED
    assert CARD not in repr((result, ear))


@pytest.mark.parametrize(
    ("how", "ends"),
    [
        pytest.param({"result": 7}, Outcome.DECLINED, id="rejected"),
        pytest.param({"result": 9}, Outcome.UNKNOWN, id="not verified"),
        pytest.param({"result": 5}, Outcome.UNKNOWN, id="not listed"),
        pytest.param({"amount": 1.0}, Outcome.UNKNOWN, id="another amount"),
        pytest.param({"private": " " * 10}, Outcome.UNKNOWN, id="nothing given back"),
    ],
)
def test_what_the_answer_says_decides(
    terminal: Peer, how: dict[str, object], ends: Outcome
) -> None:
    terminal.result("answer", **how)
    result, _ = ask(terminal)
    assert terminal.result("heard")["replies"] == ["ACK"]
    assert result.outcome is ends


def test_a_terminal_that_gives_nothing_back_is_a_kind_of_its_own(terminal: Peer) -> None:
    terminal.result("answer", private=" " * 10)
    result, _ = ask(terminal, profile="blank-echo")
    assert result.outcome is Outcome.APPROVED


@pytest.mark.parametrize("place", [3, 14, 26, 27])
def test_a_damaged_answer_is_refused_and_said_again(terminal: Peer, place: int) -> None:
    terminal.result("answer", damage=place)
    result, _ = ask(terminal)
    first, *others = terminal.result("heard")["replies"]
    assert first == "NAK"
    assert others[-1] == "ACK"
    assert result.outcome is Outcome.APPROVED


def test_the_answer_to_another_request_is_never_ours(terminal: Peer) -> None:
    terminal.result("answer", private="OF ANOTHER")
    result, ear = ask(terminal, scale=30.0)
    assert (result.outcome, records(ear)) == (Outcome.UNKNOWN, [])
    assert "late_message" in [told.code for told in ear.told if isinstance(told, Note)]


def test_the_agent_gives_money_back_at_it(terminal: Peer, tmp_path: Path) -> None:
    device = terminal.result("device")
    keys: dict[str, object] = {"capabilities_confirmed": []}
    till = Till(tmp_path, f"serial:{device}", 1.0, protocol="concert", keys=keys)
    assert till.import_sales([5000]).code == 0
    terminal.result("answer")
    ended = till.run(*till.refund("S1", "--amount", "12.50"))
    assert outcome(ended) == (0, "approved", "yes"), ended
    assert terminal.result("heard")["amount"] == 12.5
