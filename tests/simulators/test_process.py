"""`terminal-simulator` as a process: on a pty and over TCP, typed commands, signals, files."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from protocols.ecr17 import layouts
from protocols.ecr17.framing import framer
from protocols.ecr17.messages import build, serialise
from protocols.kit.framing import Payload
from protocols.zvt.framing import ACK, SerialFramer
from simulators.testing import TerminalSimulator

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(os.name != "posix", reason="ptys and SIGTERM need POSIX"),
]

STATUS = bytes.fromhex("050100")
REFUND = bytes.fromhex("06310A00000004000000000500")
OK = bytes.fromhex("800000")
HURRY = ("--time-scale", "50")
LIMIT_S = 20.0


class PtyTill:
    """A till on a device, waiting by select."""

    def __init__(self, device: str) -> None:
        self.handle = os.open(device, os.O_RDWR | os.O_NOCTTY)
        self.framer = SerialFramer()

    def __enter__(self) -> PtyTill:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.handle)

    def read(self) -> bytes:
        ready, _, _ = select.select([self.handle], [], [], LIMIT_S)
        assert ready, "the terminal says nothing"
        return os.read(self.handle, 4096)

    def is_dead(self) -> bool:
        """Whether the device is gone: the end of the file, or an error."""
        select.select([self.handle], [], [], LIMIT_S)
        try:
            return os.read(self.handle, 4096) == b""
        except OSError:
            return True

    def dialogue(self, apdu: bytes) -> list[bytes]:
        """Send a command and answer everything up to its end."""
        os.write(self.handle, self.framer.frame(apdu))
        said: list[bytes] = []
        while True:
            for piece in self.framer.pieces(self.read()):
                if not isinstance(piece, Payload):
                    continue
                said.append(piece.data)
                os.write(self.handle, ACK)
                if piece.data[0] == 0x84:
                    return said
                if piece.data[0] != 0x80:
                    os.write(self.handle, self.framer.frame(OK))
                if piece.data[:2] in {b"\x06\x0f", b"\x06\x1e"}:
                    return said


def test_on_a_pty_it_answers_a_status_enquiry_books_a_refund_and_ends_with_0(
    tmp_path: Path,
) -> None:
    ledger = tmp_path / "ledger.json"
    simulator = TerminalSimulator(*HURRY, "--ledger", str(ledger), "--seed", "7")
    with simulator:
        listening = dict(simulator.listening)
        assert listening.pop("listening") == simulator.device
        assert listening == {
            "protocol": "zvt",
            "profile": "generic",
            "pid": simulator.pid,
            "seed": 7,
            "version": 1,
        }
        with PtyTill(simulator.device) as till:
            assert till.dialogue(STATUS)[-1][-1] == 0x00
            assert till.dialogue(REFUND)[-1][:2] == b"\x06\x0f"
        assert [b["kind"] for b in simulator.ledger()] == ["sale", "sale", "refund"]
        assert json.loads(ledger.read_text(encoding="utf-8"))["bookings"][2]["amount_minor"] == 500
        assert simulator.stop() == 0


def test_over_tcp_it_takes_one_till_after_the_other() -> None:
    with TerminalSimulator(*HURRY, where=("--tcp", "127.0.0.1:0")) as simulator:
        host, port = simulator.device.rsplit(":", 1)
        for _ in range(2):
            with socket.create_connection((host, int(port)), LIMIT_S) as till:
                till.sendall(STATUS)
                heard = b""
                while not heard.endswith(b"\x00\x06") and len(heard) < 30:
                    portion = till.recv(4096)
                    assert portion
                    heard += portion
                    if heard[3:5] == b"\x06\x0f" and len(heard) == 3 + 3 + heard[5]:
                        break
                assert heard.startswith(OK)
                assert heard[-1] == 0x00
        assert simulator.stop() == 0


def test_pull_kills_the_line_and_plug_brings_it_back_under_the_same_name(tmp_path: Path) -> None:
    link = tmp_path / "terminal"
    with TerminalSimulator(*HURRY, "--pty-link", str(link)) as simulator:
        assert simulator.device == str(link)
        with PtyTill(simulator.device) as till:
            simulator.command("pull")
            simulator.ledger()
            assert till.is_dead()
        assert not link.exists(), "there is no such device now"
        simulator.command("plug")
        simulator.ledger()
        with PtyTill(simulator.device) as till:
            assert till.dialogue(STATUS)[-1][-1] == 0x00
        assert simulator.stop() == 0
    assert not link.is_symlink(), "the name is taken away"


def test_without_a_link_a_plugged_in_line_is_announced_again() -> None:
    with TerminalSimulator(*HURRY) as simulator:
        simulator.command("pull")
        simulator.command("plug")
        with PtyTill(simulator.relisten()) as till:
            assert till.dialogue(STATUS)[-1][-1] == 0x00


def test_typed_commands_work_and_wrong_ones_are_only_logged() -> None:
    with TerminalSimulator(*HURRY, "--scenario", "approved") as simulator:
        simulator.command("sale 777")
        simulator.command("dance")
        simulator.command("result 05")
        assert simulator.ledger()[-1]["amount_minor"] == 777
        with PtyTill(simulator.device) as till:
            assert till.dialogue(REFUND)[-1] == bytes.fromhex("061E0105")
        simulator.stop()
        assert "'dance' is no command" in simulator.log


def test_a_killed_terminal_goes_on_from_its_state_file(tmp_path: Path) -> None:
    files = ("--state", str(tmp_path / "state.json"), "--ledger", str(tmp_path / "ledger.json"))
    with TerminalSimulator(*HURRY, *files) as simulator:
        with PtyTill(simulator.device) as till:
            till.dialogue(REFUND)
        simulator.kill()
    with TerminalSimulator(*HURRY, *files) as simulator:
        assert [b["kind"] for b in simulator.ledger()] == ["sale", "sale", "refund"]
        simulator.command("sale 100")
        assert simulator.ledger()[-1]["receipt_number"] == "0004"


def test_pacing_makes_bytes_arrive_as_slowly_as_the_line_is() -> None:
    with TerminalSimulator("--baud", "9600") as simulator, PtyTill(simulator.device) as till:
        start = time.monotonic()
        till.dialogue(STATUS)
        assert time.monotonic() - start > 30 * 11 / 9600


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "simulators", *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--pty",), "name a protocol: "),
        (("zvt",), "say where to listen"),
        (("zvt", "--pty", "--tcp", "127.0.0.1:0"), "say where to listen"),
        (("zvt", "--tcp", "127.0.0.1"), "is not HOST:PORT"),
        (("zvt", "--tcp", "127.0.0.1:99999"), "is not HOST:PORT"),
        (("zvt", "--tcp", "127.0.0.1:0", "--baud", "9600"), "belong to --pty"),
        (("zvt", "--pty", "--time-scale", "0"), "no number above 0"),
        (("zvt", "--pty", "--time-scale", "fast"), "no number above 0"),
        (("zvt", "--pty", "--baud", "0"), "no whole number above 0"),
        (("fax", "--pty"), "no simulated terminal for 'fax'"),
        (("zvt", "--pty", "--profile", "old"), "no profile 'old'"),
        (("zvt", "--pty", "--scenario", "dance"), "no scenario 'dance'"),
        (("zvt", "--tcp", "203.0.113.1:1"), "cannot start"),
        (("zvt", "--pty", "--host", "127.0.0.1:0"), "zvt, profile generic, reaches its host by"),
        (("aip", "--pty", "--host", "127.0.0.1:0"), "aip, profile generic, reaches its host by"),
        (
            ("aip", "--pty", "--profile", "relay", "--host", "203.0.113.1:1"),
            "cannot start",
        ),
        (("zvt", "--pty", "--ledger", "/nowhere/at/all.json"), "cannot start"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused_with_2(
    arguments: tuple[str, ...], what: str
) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert what in ended.stderr
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr


def test_a_habit_that_the_terminal_does_not_have_is_refused_with_the_known_ones(
    tmp_path: Path,
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("version = 1\n[habits]\nround = 3\n", encoding="utf-8")
    ended = run("concert", "--pty", "--scenario", str(file))
    assert ended.returncode == 2
    assert "mine, habits of concert: there is no habit round; known: refuses_damage" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_help_version_and_the_list_of_scenarios() -> None:
    shown = run("--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "--time-scale" in shown.stdout
    assert "commands on standard input" in shown.stdout
    assert run("--version").stdout.startswith("terminal-simulator ")
    listed = run("--list-scenarios").stdout
    assert "power-cut-after-commit" in listed
    assert "answer-lost-after-commit" in listed


@pytest.mark.parametrize("chosen_by", ["profile", "scenario"])
def test_a_terminal_that_hangs_up_takes_the_next_call(chosen_by: str, tmp_path: Path) -> None:
    """ECR17 terminals often close the connection behind each answer."""
    reading = framer()
    question = reading.frame(serialise(build(layouts.STATUS)))
    where = ("--tcp", "127.0.0.1:0")
    file = tmp_path / "habits.toml"
    chosen = 'version = 1\n[habits]\nhangs_up = true\nlrc = "std"\n'
    file.write_text(chosen, encoding="utf-8")
    words = ("--profile", "hangs-up") if chosen_by == "profile" else ("--scenario", str(file))
    with TerminalSimulator(*words, protocol="ecr17", where=where) as simulator:
        host, _, port = simulator.device.partition(":")
        for _ in range(3):
            with socket.create_connection((host, int(port)), timeout=LIMIT_S) as line:
                line.sendall(question)
                found: list[bytes] = []
                while not found:
                    pieces = reading.pieces(line.recv(4096))
                    found += [piece.data for piece in pieces if isinstance(piece, Payload)]
                assert found[0][9:10] == b"s"
                line.sendall(b"\x06\x03\x79")
                assert line.recv(4096) == b"", "it hangs up"
