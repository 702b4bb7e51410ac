"""`refund-agent printer …` at a simulated printer: what is told, found out and written."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.clock import Clock
from drivers.printers.contract import PrinterLink
from drivers.printers.discovery import FoundPrinter, PrinterList
from drivers.printers.memory import MemoryPrinterLink
from drivers.printers.usb import no_libusb
from simulators.clock import SimulatedClock
from simulators.printer import FakePrinter
from simulators.printer.memory import MemoryPrinterLine
from terminal_agent.cli import printers
from tests.cli.till import Keyboard, Ran, Till, run_in

PRINTER = '[printer.counter]\nlink = "tcp://printer.example"\n'
HONEST = "answers = true\nprocess_id = true\n"


class PrinterTill(Till):
    """A till with a printer beside it; somebody may sit at the keyboard."""

    def __init__(self, folder: Path, config: str = PRINTER, *, columns: int = 32) -> None:
        super().__init__(folder, config=config, terminal="", sales="")
        self.printer = FakePrinter(columns)

    def _printer(self, text: str, clock: Clock) -> PrinterLink:
        assert isinstance(clock, SimulatedClock)
        return MemoryPrinterLink(MemoryPrinterLine(self.printer, clock), name=text)

    def told(
        self,
        *argv: str,
        typed: str = "",
        language: str = "en",
        keyboard: Callable[[PrinterTill], Keyboard] | None = None,
    ) -> Ran:
        """One call."""
        context = self.context(*argv, typed=typed, options=("--lang", language))
        context.printer_maker = self._printer
        if keyboard is not None:
            context.stdin = keyboard(self)
        return run_in(context)

    @property
    def lines(self) -> list[str]:
        """Everything on paper."""
        return [
            line for paper in [*self.printer.papers, self.printer.uncut] for line in paper.lines
        ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_healthy_printer_prints_its_page_and_says_so(tmp_path: Path, language: str) -> None:
    till = PrinterTill(tmp_path, PRINTER + HONEST)
    assert till.told("printer", "status", language=language).code == 0
    ran = till.told("printer", "test", language=language)
    assert ran.code == 0
    assert "32-----------------------------|" in till.lines
    assert "1. 退款 壹贰叁 ￥12.50，编号：7" in till.lines
    assert "ÄÖÜß àéèñ ç £ €" in till.lines
    assert any(line.startswith("[picture") for line in till.lines)  # the QR code
    assert till.printer.papers[-1].cut


def test_a_script_is_told_the_same(tmp_path: Path) -> None:
    till = PrinterTill(tmp_path, PRINTER + HONEST + "native_qr = true\n")
    status = till.told("printer", "status", "counter", "--json").json
    assert status["can_print"] is True
    assert status["paper"] == "present"
    page = till.told("printer", "test", "--json").json
    assert (page["ok"], page["outcome"]) == (True, "done")
    assert page["written"] == page["total"]
    assert "[QR PRINTER TEST]" in till.lines


@pytest.mark.parametrize(
    ("fault", "number", "outcome"),
    [
        ("paper-out", None, "refuses"),
        ("cover-open", None, "refuses"),
        ("paper-out", 3, "holds"),
        ("silent", None, "no_answer"),
        ("power-loss", 300, "broken_off"),
        ("no-process-id", None, "sent"),
    ],
)
def test_what_became_of_the_page_is_told(
    tmp_path: Path, fault: str, number: int | None, outcome: str
) -> None:
    till = PrinterTill(tmp_path, PRINTER + HONEST)
    till.printer.fault(fault, number, till.clock.monotonic())
    ran = till.told("printer", "test", "--json")
    assert ran.json["outcome"] == outcome
    assert ran.code == (0 if outcome == "sent" else 7)
    assert till.told("printer", "test", language="zh").said


def test_a_printer_that_says_nothing_has_no_status(tmp_path: Path) -> None:
    till = PrinterTill(tmp_path, PRINTER + HONEST)
    till.printer.fault("silent")
    ran = till.told("printer", "status")
    assert ran.code == 7
    assert "says nothing about itself" in ran.said
    (tmp_path / "config.toml").write_text(PRINTER)
    assert till.told("printer", "status").code == 0


def test_a_printer_that_cannot_be_reached_is_told_with_what_to_do(tmp_path: Path) -> None:
    till = PrinterTill(tmp_path)
    till.printer.pull()
    ran = till.told("printer", "status", "--json")
    assert (ran.code, ran.error) == (7, "printer.refused")


def test_a_printer_that_is_not_configured_is_told_with_those_that_are(tmp_path: Path) -> None:
    till = PrinterTill(tmp_path)
    ran = till.told("printer", "status", "office", "--json")
    assert (ran.code, ran.error) == (2, "config.no_printer")
    assert "counter" in ran.out
    two = PRINTER + PRINTER.replace("counter", "office")
    (tmp_path / "config.toml").write_text(two)
    assert till.told("printer", "status").code == 2
    (tmp_path / "config.toml").write_text(two + '[slip]\nprinter = "office"\n')
    assert till.told("printer", "status", "--json").json["printer"] == "office"


# -- probe ----------------------------------------------------------------------------------------


class WatchingKeyboard(Keyboard):
    """A person who does at the printer what the dialogue asks for, before each answer."""

    def __init__(self, till: PrinterTill, *answers: str) -> None:
        super().__init__("")
        self._till = till
        self._answers = list(answers)

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        answer = self._answers.pop(0) if self._answers else ""
        now = self._till.clock.monotonic()
        if answer.startswith("open"):
            self._till.printer.open_cover(now)
        if answer.startswith("close"):
            self._till.printer.close_cover(now)
        return f"{answer.split()[-1]}\n" if answer else ""


# No look under the cover; 48 columns; cp858; square, QR code and knife are there.
PLAIN = "n\n3\n2\ny\ny\ny\n"
COVER = ("y", "open y", "close y", "3", "2", "y", "y", "y")


def written(till: Till) -> dict[str, object]:
    return tomllib.loads((till.folder / "profiles.d" / "printer-counter.toml").read_text("utf-8"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_probe_finds_out_everything_and_the_configuration_has_it(
    tmp_path: Path, language: str
) -> None:
    till = PrinterTill(tmp_path, columns=48)
    ran = till.told("printer", "probe", "counter", typed=PLAIN, language=language)
    assert ran.code == 0
    assert "SIM-48" in ran.said
    assert written(till) == {
        "columns": 48, "charset": "cp858", "code_page": 19, "answers": True, "process_id": True,
        "picture": True, "native_qr": True, "cutter": True,
    }  # fmt: skip
    shown = till.told("config", "show", "--json").json["settings"]
    assert isinstance(shown, dict)
    assert shown["printer.counter.process_id"]["value"] is True
    assert shown["printer.counter.process_id"]["from"].endswith("printer-counter.toml")
    assert till.told("printer", "test", "--json").json["outcome"] == "done"
    assert "48---------------------------------------------|" in till.lines


def test_the_main_file_wins_over_the_probe(tmp_path: Path) -> None:
    till = PrinterTill(tmp_path, PRINTER + "process_id = false\n", columns=48)
    assert till.told("printer", "probe", typed=PLAIN).code == 0
    shown = till.told("config", "show", "--json").json["settings"]
    assert isinstance(shown, dict)
    assert shown["printer.counter.process_id"]["value"] is False


@pytest.mark.parametrize(
    ("fault", "process_id", "said"),
    [
        ("", True, "both process ids came back"),
        ("no-process-id", False, "does not tell when"),
        ("constant-id", False, "cannot be true"),
        ("noise", True, "both process ids came back"),
    ],
)
def test_only_an_id_that_comes_back_twice_is_believed(
    tmp_path: Path, fault: str, process_id: bool, said: str
) -> None:
    till = PrinterTill(tmp_path, columns=48)
    if fault:
        till.printer.fault(fault)
    typed = PLAIN if process_id else PLAIN[2:]
    ran = till.told("printer", "probe", typed=typed)
    assert ran.code == 0
    assert said in ran.said
    assert written(till)["process_id"] is process_id


def test_a_liar_that_always_says_the_one_id_is_caught_even_when_it_is_sent_that_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = iter([b"1234", b"1234", b"5678", b"9999"])
    monkeypatch.setattr("terminal_agent.cli.printer_probe.new_id", lambda: next(ids))
    till = PrinterTill(tmp_path, columns=48)
    till.printer.fault("constant-id")
    assert till.told("printer", "probe", typed=PLAIN[2:]).code == 0
    assert written(till)["process_id"] is False


@pytest.mark.parametrize(
    ("fault", "process_id", "said"),
    [("", True, ""), ("early-echo", False, "cannot be true")],
)
def test_with_the_cover_open_an_echo_is_a_lie(
    tmp_path: Path, fault: str, process_id: bool, said: str
) -> None:
    till = PrinterTill(tmp_path, columns=48)
    if fault:
        till.printer.fault(fault)
    ran = till.told("printer", "probe", keyboard=lambda shop: WatchingKeyboard(shop, *COVER))
    assert ran.code == 0
    assert said in ran.said
    assert written(till)["process_id"] is process_id


def test_a_printer_that_forgets_its_ids_while_it_is_open_is_not_believed(tmp_path: Path) -> None:
    till = PrinterTill(tmp_path, columns=48)

    class Forgetting(WatchingKeyboard):
        def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
            if self._answers[:1] == ["close y"]:
                till.printer.fault("no-process-id")
            return super().readline(size)

    ran = till.told("printer", "probe", keyboard=lambda shop: Forgetting(shop, *COVER))
    assert ran.code == 0
    assert "forgets" in ran.said
    assert written(till)["process_id"] is False


def test_a_blind_printer_is_described_by_the_person_alone(tmp_path: Path) -> None:
    till = PrinterTill(tmp_path)
    till.printer.fault("silent")
    ran = till.told("printer", "probe", typed="1\n1\nn\nn\nn\n")
    assert ran.code == 0
    assert written(till) == {
        "columns": 32, "charset": "gb18030", "code_page": 0, "answers": False,
        "process_id": False, "picture": False, "native_qr": False, "cutter": False,
    }  # fmt: skip
    assert "a person confirms it" in till.told("config", "check").said


def test_letters_that_nobody_can_read_make_pictures_of_slips(tmp_path: Path) -> None:
    till = PrinterTill(tmp_path)
    assert till.told("printer", "probe", typed="n\n1\n6\ny\ny\ny\n").code == 0
    assert written(till)["charset"] == ""


def test_whoever_leaves_the_probe_has_written_nothing(tmp_path: Path) -> None:
    till = PrinterTill(tmp_path)
    for typed in ("", "q\n", "n\n", "n\n1\nq\n"):
        assert till.told("printer", "probe", typed=typed).code == 9
    assert till.told("printer", "probe", typed="y\nn\n").code == 9
    assert not (tmp_path / "profiles.d").exists()


def test_a_printer_that_cannot_print_now_is_not_probed(tmp_path: Path) -> None:
    till = PrinterTill(tmp_path)
    till.printer.open_cover(till.clock.monotonic())
    ran = till.told("printer", "probe", typed=PLAIN)
    assert ran.code == 7
    assert "cannot print now" in ran.said
    assert till.lines == []


def test_paper_that_ends_in_a_probe_is_told(tmp_path: Path) -> None:
    till = PrinterTill(tmp_path)
    till.printer.fault("stall", 120)
    ran = till.told("printer", "probe", typed="n\n1\n1\nn\nn\nn\n")
    assert "has stopped with the page" in ran.said


def test_a_dry_run_tells_and_writes_nothing(tmp_path: Path) -> None:
    till = PrinterTill(tmp_path)
    ran = till.told("printer", "probe", "--dry-run", typed=PLAIN)
    assert ran.code == 0
    assert 'charset = "cp858"' in ran.out
    assert not (tmp_path / "profiles.d").exists()


def test_a_script_gets_the_profile_as_json(tmp_path: Path) -> None:
    till = PrinterTill(tmp_path)
    found = till.told("printer", "probe", "--json", typed=PLAIN).json["profile"]
    assert isinstance(found, dict)
    assert found["process_id"] is True


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    till = PrinterTill(tmp_path)
    (tmp_path / "profiles.d").write_text("a file in its place")
    ran = till.told("printer", "probe", typed=PLAIN)
    assert ran.code == 2
    assert "printer-counter.toml" in ran.said


def test_the_model_gives_columns_and_numbers_of_its_letters(tmp_path: Path) -> None:
    till = PrinterTill(tmp_path)
    till.printer._interpreter._model = "CT-S651"
    ran = till.told("printer", "probe", typed=PLAIN)
    assert ran.code == 0
    assert written(till)["code_page"] == 19


# -- list -----------------------------------------------------------------------------------------

FOUND = PrinterList(
    (
        FoundPrinter("usb", "usb:04b8:0e15", "TM-T88V"),
        FoundPrinter(
            "device", "file:/dev/usb/lp0", usable=False, hint_code="printer.no_permission",
            hint="Run: sudo usermod",
        ),
        FoundPrinter("serial", "serial:/dev/ttyS0"),
    ),
    (no_libusb("usb"),),
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_hangs_here_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(printers, "list_printers", lambda: FOUND)
    till = PrinterTill(tmp_path)
    ran = till.told("printer", "list", language=language)
    assert ran.code == 0
    for word in ("usb:04b8:0e15", "TM-T88V", "file:/dev/usb/lp0", "usermod", "libusb"):
        assert word in ran.said
    monkeypatch.setattr(printers, "list_printers", lambda: PrinterList(()))
    assert "tcp://" in till.told("printer", "list", language=language).said


def test_a_script_gets_one_object_for_each_printer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printers, "list_printers", lambda: FOUND)
    ran = PrinterTill(tmp_path).told("printer", "list", "--json")
    assert len(ran.out.splitlines()) == 3
    assert '"hint_code": "printer.no_permission"' in ran.out


# -- configuration --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ("[printer.x]\n", "printer.x.link"),
        ('[printer.x]\nlink = "lpt:1"\n', "printer.x.link"),
        ('[printer.x]\nlink = "file:x"\ncolumns = 40\n', "printer.x.columns"),
        ('[printer.x]\nlink = "file:x"\ncharset = "utf-8"\n', "printer.x.charset"),
        ('[printer.x]\nlink = "file:x"\nblind = true\n', "printer.x.blind"),
        ('[slip]\nprinter = "x"\n', "slip.printer"),
    ],
)
def test_what_is_wrong_about_a_printer_is_named(tmp_path: Path, config: str, key: str) -> None:
    ran = PrinterTill(tmp_path, config).told("config", "check")
    assert ran.code == 2
    assert key in ran.said
