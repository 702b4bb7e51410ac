"""The simulated printer: what it is sent comes out as paper, and it says what is true of itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.printer import FakePrinter
from simulators.printer.commands import Command, Tokeniser
from simulators.printer.faults import FAULTS, BadFault, parse_fault
from simulators.printer.people import COMMANDS, People

CUT = b"\x1dVB\0"


def printed(data: bytes, printer: FakePrinter | None = None, columns: int = 32) -> FakePrinter:
    """A printer that was sent these bytes and had time for them."""
    device = printer or FakePrinter(columns)
    rest = data
    for second in range(1, 1000):
        taken = rest[: device.room]
        device.receive(taken, float(second))
        rest = rest[len(taken) :]
        if not rest:
            break
    device.tick(10_000.0)
    return device


def lines(data: bytes, columns: int = 32) -> list[str]:
    """What can be read on everything that came out, and hangs out still."""
    device = printed(data, columns=columns)
    return [line for paper in [*device.papers, device.uncut] for line in paper.lines]


def test_lines_come_out_as_they_are_sent_and_the_knife_ends_a_paper() -> None:
    device = printed(b"one\ntwo\n" + CUT + b"three\n")
    assert [paper.lines for paper in device.papers] == [("one", "two")]
    assert device.papers[0].cut
    assert device.uncut.lines == ("three",)
    assert device.papers[0].text == "one\ntwo\n"


def test_a_line_that_is_too_long_breaks_at_the_edge() -> None:
    assert lines(b"x" * 40 + b"\n") == ["x" * 32, "x" * 8]
    assert lines(b"x" * 49 + b"\n", columns=48) == ["x" * 48, "x"]
    assert lines(b"\x1d!\x11" + b"x" * 17 + b"\n") == ["x" * 16, "x"]


def test_letters_stand_where_the_commands_put_them() -> None:
    assert lines(b"\x1ba\x01" + b"x" * 10 + b"\n") == [" " * 11 + "x" * 10]
    assert lines(b"\x1ba\x02end\n") == [" " * 29 + "end"]
    assert lines(b"\x1b$\x3c\x00right\n") == [" " * 5 + "right"]
    assert lines(b"a\tb\n") == ["a       b"]
    assert lines(b"a\n\x1bd\x03b\n") == ["a", "", "", "", "b"]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"\x1bt\x13\xd5 \x84", "€ ä"),
        (b"\x1bt\x10\x80 \xe4", "€ ä"),
        (b"\x1bt\x02\x84", "ä"),
        (b"\x1bt\xc8\x84", "□"),
        (b"\x1c&\xcd\xcb\xbf\xee 5\x1c.", "退款 5"),
        (b"\x84", "ä"),
    ],
)
def test_each_charset_gives_its_letters(data: bytes, line: str) -> None:
    assert lines(data + b"\n") == [line]


def test_one_that_starts_in_chinese_mode_eats_the_neighbour_of_a_latin_letter() -> None:
    device = FakePrinter(chinese=True)
    printed(b"\x1bt\x13\x84b\n\x1c.\x84b\n", device)
    assert device.uncut.lines[1] == "äb"
    assert device.uncut.lines[0] != "äb"
    printed(b"\x1b@\x1bt\x13\x84b\n", device)
    assert device.uncut.lines[2] != "äb"


def test_a_picture_is_exact_and_its_parts_are_told() -> None:
    dots = bytes(range(256)) * 3  # 16 bytes wide, 48 high
    device = printed(b"\x1dv0\x00\x10\x00\x30\x00" + dots + CUT)
    paper = device.papers[0]
    assert paper.lines == ("[picture 128x48]",)
    bands = b"".join(line for row in paper.rows[:2] for line in getattr(row, "rows", ()))
    assert bands == dots
    stopped = FakePrinter()
    stopped.fault("paper-out", 1)
    printed(b"\x1dv0\x00\x10\x00\x30\x00" + dots, stopped)
    assert stopped.uncut.lines == ("[picture 128x24 of 48]",)


def test_a_doubled_picture_has_each_dot_four_times() -> None:
    device = printed(b"\x1dv0\x03\x01\x00\x01\x00\xa5")
    (row,) = device.uncut.rows
    assert getattr(row, "rows", None) == (b"\xcc\x33", b"\xcc\x33")


def test_a_qr_code_is_kept_as_what_it_says() -> None:
    store = b"\x1d(k\x05\x001P0RF\x1d(k\x03\x001Q0"
    device = printed(b"\x1ba\x01\x1d(k\x03\x001C\x05" + store + CUT)
    assert device.papers[0].lines == ("[QR RF]",)
    assert device.papers[0].png().startswith(b"\x89PNG")


def test_a_paper_becomes_a_picture_of_its_own_size() -> None:
    from io import BytesIO

    from PIL import Image

    device = printed(
        b"\x1bE\x01bold\x1bE\x00 \x1b-\x01line\x1b-\x00\x1dB\x01neg\n\x1c&\xcd\xcb\n" + CUT
    )
    image = Image.open(BytesIO(device.papers[0].png()))
    assert image.size == (384 + 48, device.papers[0].height + 48)
    assert image.convert("L").getextrema() == (0, 255)


def test_the_dots_of_a_picture_are_those_of_the_png() -> None:
    from io import BytesIO

    from PIL import Image

    device = printed(b"\x1dv0\x00\x01\x00\x02\x00\xa5\x0f" + CUT)
    image = Image.open(BytesIO(device.papers[0].png())).convert("1")
    dots = [[image.getpixel((24 + x, 24 + y)) == 0 for x in range(8)] for y in range(2)]
    assert dots == [[bit == "1" for bit in f"{byte:08b}"] for byte in (0xA5, 0x0F)]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"\x1dk\x04123\0after\n", "after"),
        (b"\x1dkI\x03123after\n", "after"),
        (b"\x1dkI\x03\x0a\x0a\x0aafter\n", "after"),
        (b"\x1b*\x21\x02\x00\x0a\x0a\x0a\x0a\x0a\x0aafter\n", "after"),
        (b"\x1b*\x00\x02\x00\x0a\x0aafter\n", "after"),
        (b"\x1bD\x08\x10\0after\n", "after"),
        (b"\x1d8L\x03\x00\x00\x00\x0a\x0a\x0aafter\n", "after"),
        (b"\x1d*\x01\x01" + b"\x0a" * 8 + b"after\n", "after"),
        (b"\x1cC\x00\x1c(A\x02\x00\x0a\x0aafter\n", "after"),
        (b"\x10\x14\x01\x00\x05after\n", "after"),
        (b"\x1bZafter\n", "after"),
    ],
)
def test_commands_that_it_does_not_draw_are_read_to_their_ends(data: bytes, line: str) -> None:
    assert lines(data) == [line]


@pytest.mark.parametrize(
    ("question", "healthy", "out", "cover", "cutter"),
    [
        (1, 0x12, 0x1A, 0x1A, 0x1A),
        (2, 0x12, 0x32, 0x16, 0x52),
        (3, 0x12, 0x12, 0x12, 0x1A),
        (4, 0x12, 0x7E, 0x12, 0x12),
    ],
)
def test_real_time_answers(question: int, healthy: int, out: int, cover: int, cutter: int) -> None:
    device = FakePrinter()
    asked = bytes((0x10, 0x04, question))
    assert device.receive(asked, 1.0) == bytes((healthy,))
    device.fault("paper-out", 0)
    assert device.receive(asked, 2.0) == bytes((out,))
    device.load_paper(2.0)
    device.open_cover(2.0)
    assert device.receive(asked, 3.0) == bytes((cover,))
    device.close_cover(3.0)
    device.fault("cutter")
    device.receive(CUT, 4.0)
    assert device.receive(asked, 5.0) == bytes((cutter,))


def test_a_question_inside_of_a_picture_is_answered_and_stays_a_part_of_it() -> None:
    device = FakePrinter()
    data = b"\x10\x04\x01" + bytes(5)
    assert device.receive(b"\x1dv0\x00\x08\x00\x01\x00" + data, 1.0) == b"\x12"
    device.tick(9.0)
    (row,) = device.uncut.rows
    assert getattr(row, "rows", None) == (data,)


def test_automatic_status_tells_every_change_and_ends_with_a_new_start() -> None:
    device = FakePrinter()
    assert device.receive(b"\x1da\x0e", 1.0) == b"\x10\0\0\0"
    device.open_cover(2.0)
    assert device.tick(2.0) == b"\x38\0\0\0"
    device.close_cover(3.0)
    device.fault("near-end", now=3.0)
    assert device.tick(3.0) == b"\x10\0\0\0\x10\0\x03\0"
    device.receive(b"\x1b@", 4.0)
    device.open_cover(5.0)
    assert device.tick(5.0) == b""


def test_answers_that_wait_their_turn_come_when_what_was_before_is_done() -> None:
    device = FakePrinter(row_s=1.0)
    assert device.receive(b"one\n\x1d(H\x06\x0000AB12two\n\x1dr\x01\x1dIC", 1.0) == b""
    assert device.tick(1.9) == b""
    assert device.tick(2.0) == b"\x37\x22AB12\0"
    assert device.tick(3.0) == b"\x00_SIM-32\0"


def test_a_stopped_printer_tells_so_if_it_was_asked_to() -> None:
    device = FakePrinter()
    device.receive(b"\x1d(H\x03\x00\x31\x30\x02", 1.0)
    device.open_cover(2.0)
    assert device.tick(2.0) == b"\x37\x23D\0"


def test_a_printer_without_paper_keeps_what_it_has_and_goes_on_with_a_new_roll() -> None:
    device = FakePrinter()
    device.fault("paper-out", 2)
    printed(b"a\nb\nc\nd\n", device)
    assert device.uncut.lines == ("a", "b")
    device.load_paper(20_000.0)
    device.tick(30_000.0)
    assert device.papers[0].lines == ("a", "b")
    assert not device.papers[0].cut
    assert device.uncut.lines == ("c", "d")


def test_clear_throws_away_what_is_not_on_paper() -> None:
    device = FakePrinter()
    device.open_cover(0.0)
    device.receive(b"a\nb\nhalf", 1.0)
    assert device.receive(bytes.fromhex("10140801031401060208"), 2.0) == b"\x37\x25\0"
    device.close_cover(3.0)
    printed(b"c\n", device)
    assert device.uncut.lines == ("c",)


def test_a_jammed_knife_tries_again_when_it_is_mended_and_forgets_when_it_is_told_to() -> None:
    device = FakePrinter()
    device.fault("cutter")
    printed(b"a\n" + CUT + b"b\n", device)
    assert (device.papers, device.uncut.lines) == ([], ("a",))
    device.clear_fault(20_000.0, "cutter")
    device.tick(30_000.0)
    assert device.papers[0].lines == ("a",)
    assert device.uncut.lines == ("b",)
    device.fault("cutter")
    device.receive(CUT + b"c\n", 40_000.0)
    device.receive(b"\x10\x05\x02", 50_000.0)
    device.clear_fault(60_000.0)
    device.tick(70_000.0)
    assert (len(device.papers), device.uncut.lines) == (1, ("b",))


def test_power_that_goes_takes_everything_but_the_paper() -> None:
    device = FakePrinter(row_s=1.0)
    device.receive(b"\x1da\x0ea\nb\nhal", 0.0)
    device.power_off()
    assert device.receive(b"c\n", 5.0) == b""
    device.power_on(6.0)
    printed(b"d\n", device)
    assert device.uncut.lines == ("a", "d")
    device.open_cover(20_000.0)
    assert device.tick(20_000.0) == b""


def test_without_a_knife_the_paper_hangs_out_until_it_is_torn_off() -> None:
    device = FakePrinter(cutter=False)
    printed(b"a\n" + CUT, device)
    assert device.papers == []
    torn = device.tear()
    assert torn is not None
    assert (torn.lines, torn.cut) == (("a",), False)
    assert device.tear() is None


def test_a_full_buffer_takes_no_more_and_has_room_again_when_lines_are_printed() -> None:
    device = FakePrinter(buffer=10, row_s=1.0)
    device.open_cover(0.0)
    device.receive(b"12345678\n0123", 0.0)
    assert (device.room, device.received) == (0, 10)
    device.close_cover(1.0)
    device.tick(5.0)
    assert device.room > 0


# -- lies and noise -------------------------------------------------------------------------------


def test_the_lies() -> None:
    ask_echo = b"a\n\x1d(H\x06\x0000AB12"
    for fault, said in (
        ("constant-id", b"\x37\x221234\0"),
        ("no-process-id", b""),
        ("silent", b""),
    ):
        device = FakePrinter(row_s=1.0)
        device.fault(fault)
        device.receive(ask_echo, 1.0)
        assert device.tick(9.0) == said
    early = FakePrinter(row_s=1.0)
    early.fault("early-echo")
    assert early.receive(ask_echo, 1.0) == b"\x37\x22AB12\0"
    assert early.tick(9.0) == b""
    liar = FakePrinter()
    liar.fault("says-paper")
    liar.fault("paper-out", 0)
    assert liar.receive(b"\x10\x04\x01\x10\x04\x04", 1.0) == b"\x12\x12"


def test_a_late_printer_says_the_same_later() -> None:
    device = FakePrinter()
    device.fault("late", 700)
    assert device.receive(b"\x10\x04\x01", 1.0) == b""
    assert device.deadline == pytest.approx(1.7)
    assert device.tick(1.7) == b"\x12"


def test_noise_is_the_same_for_the_same_seed() -> None:
    def noise(seed: int) -> bytes:
        device = FakePrinter(seed=seed)
        device.fault("noise")
        device.fault("status-noise")
        return b"".join(device.receive(b"x", float(at)) for at in range(5))

    assert noise(1) == noise(1)
    assert noise(1) != noise(2)


# -- any bytes ------------------------------------------------------------------------------------

COMMANDISH = st.lists(
    st.sampled_from(
        [b"\x1b", b"\x1d", b"\x1c", b"\x10", b"(", b"k", b"v", b"0", b"\0", b"\x01", b"\xff", b"@",
         b"V", b"*", b"H", b"\n", b"a", b"8", b"L", b"D", b"\x14", b"\x04"]
    )
).map(b"".join)  # fmt: skip


@given(st.binary(max_size=300) | COMMANDISH)
def test_whatever_it_is_sent_it_lives_and_counts_every_byte(data: bytes) -> None:
    device = printed(data)
    device.load_paper(20_000.0)
    assert device.received == len(data) or device.room == 0
    for paper in device.papers:
        assert paper.text


@given(st.binary(max_size=200) | COMMANDISH, st.integers(1, 7))
def test_how_the_bytes_are_cut_changes_no_command(data: bytes, size: int) -> None:
    def commands(*portions: bytes) -> list[Command]:
        tokeniser = Tokeniser()
        found = [command for portion in portions for command in tokeniser.feed(portion)]
        assert sum(command.size for command in found) + tokeniser.held == len(data)
        return [command for command in found if command.name != "text"]

    parts = [data[at : at + size] for at in range(0, len(data), size)]
    assert commands(*parts) == commands(data)


# -- faults and people ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_can_be_named_and_taken_back(name: str) -> None:
    device = FakePrinter()
    device.fault(*parse_fault(name))
    device.clear_fault(1.0)
    assert device.faults == {}


@pytest.mark.parametrize("text", ["", "nothing", "silent=3", "stall=x", "stall=", "stall=-1"])
def test_a_fault_that_there_is_not_is_told_with_those_that_there_are(text: str) -> None:
    with pytest.raises(BadFault) as caught:
        parse_fault(text)
    assert "power-loss" in caught.value.what_to_do


def test_people_can_do_all_that_they_are_offered() -> None:
    device = printed(b"a\n")
    people = People(device)
    for line in (
        *("", "paper 5", "paper", "cover open", "cover close", "power off", "power on", "pull"),
        *("plug", "fault stall=3", "clear stall", "fault silent", "clear", "tear"),
    ):
        assert people.run(line, 10_000.0) == ""
    printed(b"b\n", device)
    told = people.run("papers", 30_000.0)
    assert '"lines": ["a"]' in told
    assert '"lines": ["b"]' in told
    with pytest.raises(ValueError, match="is no command"):
        people.run("paper jam", 1.0)
    with pytest.raises(BadFault):
        people.run("fault jam", 1.0)
    assert len(COMMANDS) == 8


def test_without_any_font_a_paper_still_becomes_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    from simulators.printer import picture

    monkeypatch.setattr(picture, "_font_file", lambda: None)
    picture._font.cache_clear()
    device = printed(b"plain \x1c&\xcd\xcb\n" + CUT)
    assert device.papers[0].png().startswith(b"\x89PNG")
    picture._font.cache_clear()
