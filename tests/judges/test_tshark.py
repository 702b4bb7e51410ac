"""Wireshark's ZVT dissector reads our messages as we do. It shares no line of code with us."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

import pytest

from drivers.clock import SystemClock
from drivers.links.tcp import TcpLink, TcpSettings
from drivers.terminal import Terminal
from protocols.kit import registry
from protocols.kit.contract import Decoded, DecodeOptions
from protocols.kit.money import Amount, Currency
from protocols.kit.session import Note, Progress, ReceiptText, Request, SessionSettings
from protocols.kit.vocabulary import Operation, Outcome, TransactionRecord
from protocols.zvt.framing import TcpFramer
from simulators.pytest_plugin import TIME_SCALE
from simulators.testing import TerminalSimulator
from tests.judges.relay import Relay, Way
from tests.judges.wireshark import Judged, judge
from tests.process.till import Till
from tests.process.tools import need

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(os.name != "posix", reason="the rig waits on pipes, which Windows cannot"),
]

PASSWORD: Final = "012345"
# Commands of ours that Wireshark's dissector has no row for: it shows nothing at all for them.
NOT_KNOWN_THERE: Final = {
    "0501": "status enquiry",
    "0620": "repeat receipt",
    "0401": "set clock",
}
Messages = Sequence[tuple[Way, bytes]]


class Deaf:
    """Listens to a sale and keeps nothing."""

    def result_seen(self, record: TransactionRecord) -> None:
        """A test has no journal."""

    def progress(self, progress: Progress) -> None:
        """Nobody watches."""

    def receipt(self, text: ReceiptText) -> None:
        """Nobody reads."""

    def note(self, note: Note) -> None:
        """Nobody minds."""

    def abort_wanted(self) -> bool:
        """Never."""
        return False


def sell(address: str) -> None:
    """A sale, which the agent itself never makes."""
    host, _, port = address.rpartition(":")
    settings = SessionSettings(
        profile="generic", transport="tcp", time_scale=TIME_SCALE, password=PASSWORD
    )
    terminal = Terminal(
        link=TcpLink(TcpSettings(host=host, port=int(port))),
        clock=SystemClock(),
        session=lambda: registry.load("zvt").session(settings),
    )
    terminal.open()
    try:
        assert terminal.exchange(Request(Operation.CONNECT), Deaf()).outcome is Outcome.APPROVED
        sale = Request(Operation.SALE, Amount(777, Currency.of("EUR")))
        assert terminal.exchange(sale, Deaf()).outcome is Outcome.APPROVED
    finally:
        terminal.close()


def messages_of(heard: Messages) -> list[tuple[Way, bytes]]:
    """The stream cut into messages by our framer, in the order in which they ended."""
    framers: dict[Way, TcpFramer] = {"to_terminal": TcpFramer(), "to_ecr": TcpFramer()}
    return [(way, piece.data) for way, data in heard for piece in framers[way].pieces(data)]


def known_there(heard: Messages) -> list[tuple[Way, bytes]]:
    """Messages that the judge can have an opinion on."""
    messages = messages_of(heard)
    return [item for item in messages if item[1][:2].hex().upper() not in NOT_KNOWN_THERE]


@pytest.fixture(scope="module")
def tools() -> dict[str, str]:
    """Both programs of Wireshark."""
    return {"text2pcap": need("text2pcap"), "tshark": need("tshark")}


@pytest.fixture(scope="module")
def heard(
    tools: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[Way, bytes]]:
    """Everything that passed between the real agent and the real terminal: each command we send."""
    assert tools
    options = ("--time-scale", str(TIME_SCALE))
    with (
        TerminalSimulator(*options, where=("--tcp", "127.0.0.1:0")) as terminal,
        Relay(terminal.device) as relay,
    ):
        till = Till(tmp_path_factory.mktemp("till"), f"tcp:{relay.address}", TIME_SCALE)
        till.keys = {"password": PASSWORD}
        till.configure()
        assert till.import_sales([1234, 5000]).code == 0
        sell(relay.address)
        for words in (
            till.refund("S1", "--way", "void"),
            till.refund("S2", "--way", "refund", "--amount", "12.50"),
            ("enquire", "--json"),
            *(("terminal", what, "--json") for what in ("status", "diagnose", "end-of-day")),
        ):
            ended = till.run(*words)
            assert ended.code == 0, ended
        return list(relay.heard)


def ours(data: bytes, pending: str) -> Decoded:
    """Our own reading of one message."""
    options = DecodeOptions(layer="apdu", after=pending)
    (found,) = registry.load("zvt").decode(data, options)
    return found


def digits(text: str) -> str:
    """Dates and times without their signs."""
    return "".join(sign for sign in text if sign.isdigit())


def receipt_of(judged: Judged) -> str | None:
    """Wireshark has no name for the content of 87, but says which bytes it is."""
    return next((value[2:] for number, value in judged.bitmaps if number == "87"), None)


# Our field -> what tshark says, in our spelling. A field that tshark has no name for is not here.
COMPARED: Final[dict[str, Callable[[Judged], object]]] = {
    "amount_minor": lambda it: int(it.fields["zvt.amount"]) if "zvt.amount" in it.fields else None,
    "trace_number": lambda it: it.fields.get("zvt.trace_number"),
    "receipt_number": receipt_of,
    "terminal_id": lambda it: it.fields.get("zvt.terminal_id"),
    "result_code": lambda it: it.fields.get("zvt.result_code", "")[2:].upper() or None,
    "currency": lambda it: it.fields.get("zvt.cc", "")[2:] or None,
    "time": lambda it: digits(it.fields.get("zvt.time", "")) or None,
    "date": lambda it: digits(it.fields.get("zvt.date", "")) or None,
    "masked_pan": lambda it: it.fields.get("zvt.card_number", "").replace("?", "*") or None,
}


def test_wireshark_reads_every_message_of_ours_as_we_do(
    heard: list[tuple[Way, bytes]], tools: dict[str, str], tmp_path: Path
) -> None:
    judgements = iter(judge(known_there(heard), tmp_path, **tools))
    pending, compared = "", dict.fromkeys(COMPARED, 0)
    for way, data in messages_of(heard):
        code = data[:2].hex().upper()
        if way == "to_terminal" and data[0] not in {0x80, 0x84}:
            pending = code
        if code in NOT_KNOWN_THERE:
            continue
        judgement = next(judgements)
        assert not judgement.complaints, (data.hex(), judgement)
        assert judgement.code == code
        assert judgement.length == len(data) - (5 if data[2] == 0xFF else 3)
        mine = ours(data, pending)
        assert mine.command == judgement.code
        for name, its in COMPARED.items():
            said = its(judgement)
            if said is not None:
                assert mine.fields.get(name) == said, (name, data.hex(), judgement)
                compared[name] += 1
    assert next(judgements, None) is None
    print(f"\n{len(messages_of(heard))} messages; fields compared: {compared}")
    assert all(compared.values()), compared


def test_wireshark_sees_each_command_with_its_amount_and_its_password(
    heard: list[tuple[Way, bytes]], tools: dict[str, str], tmp_path: Path
) -> None:
    judged = judge(known_there(heard), tmp_path, **tools)
    by_code = {it.code: it for it in judged}
    assert {"0600", "0601", "0630", "0631", "0650", "0670"} <= by_code.keys()
    assert {"8000", "040F", "04FF", "060F"} <= by_code.keys()
    for code in ("0600", "0630", "0631"):
        assert by_code[code].fields["zvt.password"].replace(":", "") == PASSWORD, by_code[code]
    assert [by_code[code].fields["zvt.amount"] for code in ("0601", "0630", "0631")] == [
        "777",
        "1234",
        "1250",
    ]
    assert receipt_of(by_code["0630"]) == "0001"


def test_wireshark_finds_the_same_messages_in_the_bare_stream(
    heard: list[tuple[Way, bytes]], tools: dict[str, str], tmp_path: Path
) -> None:
    """Our framer does not say where messages end: segments are joined as a network may do it."""
    messages = known_there(heard)
    joined = [
        (way, b"".join(data for _, data in run))
        for way, run in groupby(messages, key=lambda item: item[0])
    ]
    assert len(joined) < len(messages), "nothing was joined"
    codes = [it.code for it in judge(joined, tmp_path, **tools)]
    assert codes == [data[:2].hex().upper() for _, data in messages]


def test_what_wireshark_does_not_know_is_still_unknown_to_it(
    heard: list[tuple[Way, bytes]], tools: dict[str, str], tmp_path: Path
) -> None:
    """When this fails, a newer Wireshark can judge more of our messages: shorten the list."""
    rest = [item for item in messages_of(heard) if item not in known_there(heard)]
    assert {data[:2].hex().upper() for _, data in rest} == NOT_KNOWN_THERE.keys()
    assert judge(rest, tmp_path, **tools) == []


def test_the_judge_can_say_no(tools: dict[str, str], tmp_path: Path) -> None:
    wrong = bytes.fromhex("0631 0A 123456 04 0000000012")
    good = bytes.fromhex("0631 0A 123456 04 000000001234")
    (judged,) = judge([("to_terminal", good)], tmp_path, **tools)
    assert (judged.fields["zvt.amount"], judged.bitmaps) == ("1234", (("04", good[6:].hex()),))
    assert all(
        it.complaints or "zvt.amount" not in it.fields
        for it in judge([("to_terminal", wrong)], tmp_path, **tools)
    )
