"""Targets of what is read from disk: traces, the journal, scenarios, the configuration, sales.

Each may refuse with the error that its module promises, and with no other.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

from drivers.errors import TraceError
from drivers.trace_reader import read_trace
from protocols.kit.money import Currency
from simulators import scenario
from simulators.errors import BadScenario
from simulators.settings import TerminalSettings
from terminal_agent import config
from terminal_agent.errors import ConfigError
from terminal_agent.journal import records
from terminal_agent.refund.evidence import PersonVerdict
from terminal_agent.runtime.sale_book import BadSaleBook, add, read_csv
from tests.fuzz.target import Target
from tests.refund import story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal_agent.journal.store import Journal
    from terminal_agent.refund.facts import Fact

NOW: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
EUR: Final = Currency.of("EUR")


class Held(type(Path())):  # type: ignore[misc]
    """A path whose content is held in memory; beside it there is nothing."""

    content: bytes = b""

    def open(self, *_args: object, **how: str | None) -> IO[Any]:
        """The content as a text file."""
        return io.TextIOWrapper(
            io.BytesIO(self.content), encoding=how["encoding"], newline=how.get("newline")
        )

    def read_text(self, *_args: object, **how: str) -> str:
        """The content as one text, line ends as a text file gives them."""
        with self.open(encoding=how["encoding"]) as file:
            return str(file.read())


def held(data: bytes, name: str) -> Held:
    """A file with this content in a folder that does not exist."""
    path = Held("/nowhere-at-all", name)
    path.content = data
    return path


def _trace(data: bytes) -> None:
    try:
        header, entries = read_trace(held(data, "a.trace"))
    except TraceError:
        return
    assert header.started.tzinfo is not None
    for entry in entries:
        assert entry.at_s >= 0
        assert bool(entry.data) == bool(entry.direction)


def _journal(data: bytes) -> None:
    """`kind`, `schema` and `payload`, each on a line of its own."""
    kind, _, rest = data.decode("utf-8", "replace").partition("\n")
    number, _, payload = rest.partition("\n")
    schema = int(number) if number.isascii() and number.isdecimal() and len(number) < 9 else 1
    try:
        fact = records.decode(kind, schema, payload)
    except records.Unreadable:
        return
    written = records.encode(fact)
    again = records.decode(written.kind, written.schema, written.payload)
    assert again == fact
    assert records.encode(again) == written


def _scenario(data: bytes) -> None:
    try:
        found = scenario.parse(data.decode("utf-8", "replace"), "fuzz")
    except BadScenario:
        return
    found.settings(TerminalSettings())
    repr(found)


def _config(data: bytes) -> None:
    try:
        loaded = config.read(held(data, "config.toml"))
        loaded.beside(loaded.config.journal.path)
        loaded.beside(loaded.config.slip.folder)
        name, terminal = loaded.terminal(None)
        currency = Currency.of(terminal.currency)
        for key in ("single_limit", "second_approver_above"):
            amount = loaded.amount(key, getattr(loaded.config.policy, key), currency)
            assert amount is None or amount >= 0
    except ConfigError:
        return
    assert name in loaded.config.terminal
    assert repr(terminal) == repr(terminal.model_copy(update={"password": ""}))


class _EmptyBook:
    """A journal without a sale, which takes those that its records can hold."""

    def sale(self, _sale_id: str) -> None:
        """There is none."""

    def sales(self, **_which: object) -> tuple[()]:
        """There are none."""
        return ()

    def append(self, *facts: Fact) -> None:
        """What was imported is read back as it was."""
        for fact in facts:
            written = records.encode(fact)
            assert records.decode(written.kind, written.schema, written.payload) == fact


def _sales(data: bytes) -> None:
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    try:
        found = read_csv(text, path="a.csv", terminal="till", currency=EUR, now=NOW)
    except BadSaleBook:
        return
    assert len({sale.sale_id for sale in found}) == len(found)
    assert sum(add(cast("Journal", _EmptyBook()), found, NOW)) == len(found)
    for sale in found:
        assert sale.amount.minor > 0
        assert sale.sold_at.tzinfo is not None


# -- seeds ----------------------------------------------------------------------------------------


def _trace_seeds() -> list[bytes]:
    head = (
        '{"trace": 1, "protocol": "zvt", "transport": "serial", "link": "x",'
        ' "started": "2026-03-02T09:30:00+00:00"}\n'
    )
    lines = (
        '{"t": 0.0, "kind": "open"}\n',
        '{"t": 0.25, "dir": "to_terminal", "kind": "payload", "hex": "0601", "masked": false}\n',
        '{"t": 1, "kind": "lost", "during": "write", "nothing_written": true}\n',
        '{"t": 1e3, "dir": "to_ecr", "kind": "stray", "hex": "ee", "masked": true}\n',
        '{"t": NaN, "kind": "open"}\n',
        f'{{"t": {"9" * 40}, "kind": "open"}}\n',
    )
    return [head.encode(), *((head + line).encode() for line in lines), "".join(lines).encode()]


def _facts() -> Iterator[Fact]:
    yield from (story.created(), story.authorised(), story.baselined(), story.armed())
    yield from story.of_attempt(1, story.CASE)
    yield from (story.correction(PersonVerdict.BOOKED), story.cancelled(), story.noted())
    yield from (story.receipt(), story.printed(), story.print_failed(), story.refusal_noted())


def _journal_seeds() -> list[bytes]:
    written = [records.encode(fact) for fact in _facts()]
    good = [f"{one.kind}\n{one.schema}\n{one.payload}".encode() for one in written]
    odd = [b"print_due\n1\nNaN", b"print_due\n0\n{}", b"case_noted\n2\n{}", b"x\n1\n[" + b"[" * 99]
    return [*dict.fromkeys(good), *odd]


def _scenario_seeds() -> list[bytes]:
    folder = resources.files("simulators.scenarios")
    names = scenario.names()
    texts = [(folder / f"{name}.toml").read_bytes() for name in names]
    return [*(text for text in texts if len(text) < 600), b"version = 1\n", b"x = " + b"[" * 60]


CONFIG: Final = """language = "en"
[terminal.till]
protocol = "zvt"
link = "/dev/ttyUSB0"
profile = "generic"
exclusive = true
capabilities_confirmed = ["L", "N"]
password = "000000"
[journal]
path = "journal.db"
[policy]
single_limit = "250.00"
second_approver_above = "100"
refund_window_days = 30
[slip]
columns = 32
folder = "~/slips"
[time]
scale = 2.0
"""


def _config_seeds() -> list[bytes]:
    halves = CONFIG.split("[policy]")
    return [CONFIG.encode(), halves[0].encode(), b"", b'[terminal.a]\nprotocol = "zvt"\nlink = "x"']


def _sales_seeds() -> list[bytes]:
    return [
        b"sale_id,amount,sold_at\ns1,12.50,2026-03-01T10:00:00\n",
        b"\xef\xbb\xbfsale_id;amount;sold_at;receipt_number\r\ns1;12,50;2026-03-01;0012\r\n",
        b"sale_id,amount,sold_at,currency,masked_pan,terminal\n"
        b's1,1,2026-03-01T10:00:00+01:00,JPY,4761739001010119,"a, b"\n',
        b'sale_id,amount,sold_at\n"s1,1\n',
        b"sale_id,amount,sold_at,receipt_number,trace_number\n"
        b"s1,1,2026-03-01T10:00,0012,000345\ns2,1,2026-03-01T11:00,12,000346\n",
    ]


TARGETS: Final = (
    Target("trace-file", _trace, _trace_seeds),
    Target("journal-record", _journal, _journal_seeds),
    Target("scenario-toml", _scenario, _scenario_seeds),
    Target("config-toml", _config, _config_seeds),
    Target("sales-csv", _sales, _sales_seeds),
)
