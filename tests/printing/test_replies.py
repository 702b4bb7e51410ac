"""The back channel: every stream becomes replies, cut anywhere; what is no reply proves nothing."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.errors import BadReply, BadSheet
from printing.escpos.answers import StatusBoard, read_answer, read_group, worse
from printing.escpos.questions import CLEAR, Identity, Question, ask, ask_echo, ask_identity
from printing.escpos.replies import (
    BLOCK_MAX,
    Answer,
    Cleared,
    Echo,
    Flow,
    Noise,
    RealTime,
    Reply,
    ReplyReader,
    StatusGroup,
    Text,
    WentOffline,
)
from printing.status import Paper, PrinterStatus

KNOWN: dict[str, tuple[bytes, Reply]] = {
    "answer to DLE EOT": (b"\x12", RealTime(0x12)),
    "all bits of it": (b"\x7e", RealTime(0x7E)),
    "status group": (b"\x18\x00\x0c\x0f", StatusGroup(b"\x18\x00\x0c\x0f")),
    "answer to GS r": (b"\x0c", Answer(0x0C)),
    "answer to GS r, paper": (b"\x00", Answer(0)),
    "process id": (b"\x37\x22AB12\x00", Echo(b"AB12")),
    "process id of 7s": (b"\x37\x227777\x00", Echo(b"7777")),
    "cleared": (b"\x37\x25\x00", Cleared()),
    "off-line": (b"\x37\x23\x00", WentOffline(b"")),
    "off-line with a cause": (b"\x37\x23A\x00", WentOffline(b"A")),
    "model": (b"_TM-T88V\x00", Text(0x5F, b"TM-T88V")),
    "model in Chinese": (b"_\xc8\xc8\x00", Text(0x5F, b"\xc8\xc8")),
    "short process id": (b"\x37\x22AB1\x00", Text(0x37, b"\x22AB1")),
    "another block": (b"=abc\x00", Text(0x3D, b"abc")),
    "XON": (b"\x11", Flow(True)),
    "XOFF": (b"\x13", Flow(False)),
}
STREAMS = st.lists(st.sampled_from(sorted(KNOWN)))
ANY = st.binary(max_size=200) | st.lists(
    st.sampled_from([b"\x10", b"\x12", b"\x37", b"\x22", b"A", b"\0", b"\x11", b"\xff", b"_"])
).map(b"".join)


def fed(*portions: bytes) -> list[Reply]:
    reader = ReplyReader()
    return [reply for portion in portions for reply in reader.feed(portion)]


@pytest.mark.parametrize("name", KNOWN)
def test_each_reply_is_known_by_its_bytes(name: str) -> None:
    data, reply = KNOWN[name]
    assert fed(data) == [reply]
    assert fed(*(bytes((byte,)) for byte in data)) == [reply]


@given(STREAMS)
def test_replies_come_apart_whatever_stands_next_to_them(names: list[str]) -> None:
    assert fed(b"".join(KNOWN[name][0] for name in names)) == [KNOWN[name][1] for name in names]


@given(ANY, st.lists(st.integers(0, 200)))
def test_how_the_bytes_are_cut_changes_nothing(data: bytes, cuts: list[int]) -> None:
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    parts = [data[a:b] for a, b in pairwise(edges)]
    assert fed(*parts) == fed(data)


@given(ANY)
def test_every_byte_is_in_one_reply_and_little_is_kept(data: bytes) -> None:
    reader = ReplyReader()
    replies = reader.feed(data)
    held = reader.reset()
    assert len(held) <= BLOCK_MAX
    assert reader.pending == b""
    noise = b"".join(reply.data for reply in replies if isinstance(reply, Noise))
    read = sum(len(spelled(reply)) for reply in replies)
    assert read + len(held) == len(data)
    assert all(byte in data for byte in noise)


def spelled(reply: Reply) -> bytes:
    match reply:
        case Noise(data) | StatusGroup(data):
            return data
        case Echo(process_id):
            return b"\x37\x22" + process_id + b"\0"
        case WentOffline(causes):
            return b"\x37\x23" + causes + b"\0"
        case Cleared():
            return b"\x37\x25\0"
        case Text(header, data):
            return bytes((header,)) + data + b"\0"
        case Flow(go):
            return b"\x11" if go else b"\x13"
        case RealTime(value) | Answer(value):
            return bytes((value,))


@given(ANY, st.binary(min_size=4, max_size=4))
def test_an_id_that_was_never_said_whole_is_never_heard(data: bytes, wanted: bytes) -> None:
    said = b"\x37\x22" + wanted + b"\0"
    plain = bytes(byte for byte in data if byte not in b"\x11\x13")
    if said not in plain:
        assert Echo(wanted) not in fed(data)


def test_a_printer_may_hold_the_line_in_the_middle_of_a_reply() -> None:
    assert fed(b"\x37\x22A\x13B\x1112\0") == [Flow(False), Flow(True), Echo(b"AB12")]
    assert fed(b"\x10\x00\x13\x00\x00") == [Flow(False), StatusGroup(b"\x10\0\0\0")]


def test_a_reply_that_is_broken_off_is_noise_and_what_follows_is_read() -> None:
    assert fed(b"\x10\x00\x12") == [Noise(b"\x10\x00"), RealTime(0x12)]
    assert fed(b"\x37\x22AB\x10\0\0\0") == [Noise(b"\x37\x22AB"), StatusGroup(b"\x10\0\0\0")]


def test_a_block_without_end_is_given_up() -> None:
    replies = fed(b"_" + b"x" * (BLOCK_MAX + 5))
    assert replies[0] == Noise(b"_" + b"x" * (BLOCK_MAX - 1))
    assert replies[1:] == fed(b"x" * 6)


# -- what they mean -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "value", "status"),
    [
        (Question.PRINTER, 0x12, PrinterStatus(offline=False)),
        (Question.PRINTER, 0x16, PrinterStatus(offline=False)),
        (Question.PRINTER, 0x1A, PrinterStatus(offline=True)),
        (Question.OFFLINE_CAUSE, 0x12, PrinterStatus(cover_open=False, error=False)),
        (Question.OFFLINE_CAUSE, 0x16, PrinterStatus(cover_open=True, error=False)),
        (
            Question.OFFLINE_CAUSE,
            0x32,
            PrinterStatus(paper=Paper.OUT, cover_open=False, error=False),
        ),
        (Question.OFFLINE_CAUSE, 0x52, PrinterStatus(cover_open=False, error=True)),
        (Question.ERROR_CAUSE, 0x12, PrinterStatus(error=False)),
        (Question.ERROR_CAUSE, 0x1A, PrinterStatus(error=True)),
        (Question.ERROR_CAUSE, 0x32, PrinterStatus(error=True)),
        (Question.ERROR_CAUSE, 0x52, PrinterStatus(error=True)),
        (Question.PAPER, 0x12, PrinterStatus(paper=Paper.PRESENT)),
        (Question.PAPER, 0x1E, PrinterStatus(paper=Paper.NEAR_END)),
        (Question.PAPER, 0x52, PrinterStatus(paper=Paper.OUT)),
        (Question.PAPER, 0x16, PrinterStatus(paper=Paper.NEAR_END)),
        (Question.PAPER, 0x72, PrinterStatus(paper=Paper.OUT)),
        (Question.PAPER, 0x7E, PrinterStatus(paper=Paper.OUT)),
    ],
)
def test_the_bits_of_an_answer(question: Question, value: int, status: PrinterStatus) -> None:
    assert read_answer(question, value) == status


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (
            b"\x10\0\0\0",
            PrinterStatus(paper=Paper.PRESENT, offline=False, cover_open=False, error=False),
        ),
        (
            b"\x38\0\x0f\0",
            PrinterStatus(paper=Paper.OUT, offline=True, cover_open=True, error=False),
        ),
        (
            b"\x18\x08\x03\0",
            PrinterStatus(paper=Paper.NEAR_END, offline=True, cover_open=False, error=True),
        ),
    ],
)
def test_the_bits_of_a_group(data: bytes, status: PrinterStatus) -> None:
    assert read_group(data) == status


def test_bytes_that_are_no_answer_are_refused() -> None:
    with pytest.raises(BadReply):
        read_answer(Question.PAPER, 0x10)
    with pytest.raises(BadReply):
        read_group(b"\x10\0\0")


STATUSES = st.builds(
    PrinterStatus,
    paper=st.sampled_from([None, *Paper]),
    offline=st.sampled_from([None, False, True]),
    cover_open=st.sampled_from([None, False, True]),
    error=st.sampled_from([None, False, True]),
)


@given(STATUSES, STATUSES)
def test_the_worse_of_two_words_counts_in_either_order(
    one: PrinterStatus, other: PrinterStatus
) -> None:
    both = worse(one, other)
    assert both == worse(other, one)
    assert worse(both, one) == both
    if one.can_print is False or other.can_print is False:
        assert both.can_print is False


def test_answers_belong_to_the_questions_in_their_order() -> None:
    board = StatusBoard()
    board.asked(Question.PRINTER)
    board.asked(Question.PAPER)
    board.hear(RealTime(0x12))
    assert board.waiting
    board.hear(RealTime(0x7E))
    assert not board.waiting
    assert board.status == PrinterStatus(paper=Paper.OUT, offline=False)


def test_an_answer_that_nobody_asked_for_says_nothing() -> None:
    board = StatusBoard()
    board.hear(RealTime(0x7E))
    assert not board.status.said


def test_a_new_round_forgets_what_was_said_and_asked() -> None:
    board = StatusBoard()
    board.asked(Question.PAPER)
    board.hear(StatusGroup(b"\x38\0\x0f\0"))
    board.new_round()
    board.hear(RealTime(0x7E))
    assert not board.status.said


def test_a_group_is_the_newest_word_on_everything_and_a_notice_on_one_thing() -> None:
    board = StatusBoard()
    board.hear(StatusGroup(b"\x38\0\x0f\0"))
    board.hear(StatusGroup(b"\x10\0\0\0"))
    assert board.status.can_print
    board.hear(WentOffline(b""))
    board.hear(Noise(b"\xff"))
    assert board.status.can_print is False


# -- the questions --------------------------------------------------------------------------------


def test_the_questions_as_bytes() -> None:
    assert ask(Question.PAPER) == bytes.fromhex("100404")
    assert ask_identity(Identity.MODEL) == bytes.fromhex("1d4943")
    assert ask_echo(b"AB12") == bytes.fromhex("1d2848060030304142 3132".replace(" ", ""))
    assert bytes.fromhex("10140801031401060208") == CLEAR


@pytest.mark.parametrize("process_id", [b"", b"ABC", b"ABCDE", b"AB\x1f2", b"AB\x7f2"])
def test_an_id_that_a_printer_could_not_echo_is_a_mistake_of_ours(process_id: bytes) -> None:
    with pytest.raises(BadSheet):
        ask_echo(process_id)
