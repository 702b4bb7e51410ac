"""The oracle judges by the acquirer's ledger, and so it sees what no terminal tells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from protocols.kit.vocabulary import Operation
from simulators.acquirer.deep import DeepHost
from simulators.acquirer.settings import HostFault, HostSettings
from simulators.scenario import Scenario
from terminal_agent.refund.states import CaseState
from tests.conformance.lives import LINES, opened, pressed
from tests.oracle import Broken

if TYPE_CHECKING:
    from tests.conformance.lives import Subject

both = pytest.mark.parametrize("way", [Operation.VOID, Operation.REFUND])
lines = pytest.mark.parametrize("subject", LINES, ids=str)


def deep(*faults: HostFault) -> Scenario:
    return Scenario(terminal={"deep": True}, host=HostSettings(timeout_s=20.0, faults=faults))


@both
@lines
def test_what_is_given_back_stands_in_the_acquirers_ledger(
    subject: Subject, way: Operation
) -> None:
    if way not in subject.ways:
        pytest.skip("this terminal cannot do that")
    with opened(replace(subject.setting, scenario=deep())) as shop:
        pressed(shop, way)
        assert subject.ends_well(way, shop.to_the_end(must_end=False), CaseState.REFUNDED)
        host = shop.device.terminal.host
        assert isinstance(host, DeepHost)
        given = [entry for entry in host.front.host.ledger.entries if entry.kind != "sale"]
        assert [entry.kind for entry in given] == [way.value]
        standing = shop.device.bank.standing_refunds()
        assert [b.receipt_number for b in standing] == [entry.receipt for entry in given]


def test_a_refund_whose_answer_is_lost_behind_the_terminal_is_seen_by_the_oracle() -> None:
    """The one that nothing on the till's side can know: the terminal shows a failure."""
    (subject,) = [one for one in LINES if str(one) == "zvt-generic-serial"]
    lost = deep(HostFault("refund", "lose_answer"))
    with opened(replace(subject.setting, scenario=lost)) as shop:
        pressed(shop, Operation.REFUND)
        assert len(shop.device.bank.standing_refunds()) == 1
        with pytest.raises(Broken, match="P2"):
            shop.to_the_end(must_end=False)


def test_a_void_whose_answer_is_lost_ends_as_the_ledger_says() -> None:
    (subject,) = [one for one in LINES if str(one) == "zvt-generic-serial"]
    with opened(replace(subject.setting, scenario=deep(HostFault("void", "lose_answer")))) as shop:
        pressed(shop, Operation.VOID)
        shop.to_the_end(must_end=False)
        assert [b.kind for b in shop.device.bank.bookings][-2:] == ["void", "auto_reversal"]
        assert shop.device.bank.standing_refunds() == ()
