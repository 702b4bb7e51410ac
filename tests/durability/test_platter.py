"""The disk of the power cuts, by small examples: what is durable, and what a cut may leave."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

from tests.durability.cuts import WAYS, cuts
from tests.durability.ops import Act, Image, Op
from tests.durability.platter import Platter, State

MAKE = Op(Act.CREATE, "a", inode=0)
WRITE = Op(Act.WRITE, "a", inode=0, data=b"12345678")
SYNC = Op(Act.SYNC, "a", inode=0)
SYNC_NAMES = Op(Act.SYNC_FOLDER, "")


def after(*ops: Op, base: Image | None = None, own_name_too: bool = False) -> State:
    platter = Platter(base or {}, own_name_too=own_name_too)
    for op in ops:
        platter.take(op)
    return platter.state()


def images(state: State) -> list[Image]:
    """Every image of few pending operations."""
    sizes = range(len(state.pending) + 1)
    subsets = itertools.chain.from_iterable(
        itertools.combinations(state.pending, size) for size in sizes
    )
    return [state.image(subset) for subset in subsets]


def test_a_file_is_there_for_sure_when_it_and_its_folder_were_synced() -> None:
    assert after(MAKE, WRITE, SYNC, SYNC_NAMES).image(()) == {"a": b"12345678"}
    assert after(MAKE, WRITE, SYNC).image(()) == {}
    assert after(MAKE, WRITE, SYNC_NAMES).image(()) == {"a": b""}


def test_what_was_not_synced_may_be_there_in_any_combination() -> None:
    found = images(after(MAKE, WRITE))
    assert found == [{}, {"a": b""}, {}, {"a": b"12345678"}]


def test_a_removed_name_comes_back_unless_the_folder_was_synced() -> None:
    unlink = Op(Act.UNLINK, "a")
    assert images(after(unlink, base={"a": b"x"})) == [{"a": b"x"}, {}]
    assert images(after(unlink, SYNC_NAMES, base={"a": b"x"})) == [{}]


def test_a_rename_happens_or_does_not() -> None:
    base = {"a": b"old", "a.new": b"new"}
    rename = Op(Act.RENAME, "a.new", inode=-3, to="a")
    assert images(after(rename, base=base)) == [base, {"a": b"new"}]


def test_a_folder_that_is_not_durable_takes_all_in_it_away() -> None:
    made = (
        Op(Act.MKDIR, "f"),
        Op(Act.CREATE, "f/a", inode=0),
        Op(Act.WRITE, "f/a", inode=0, data=b"x"),
        Op(Act.SYNC, "f/a", inode=0),
        Op(Act.SYNC_FOLDER, "f"),
    )
    assert images(after(*made)) == [{}, {"f/a": b"x"}]
    assert images(after(*made, SYNC_NAMES)) == [{"f/a": b"x"}]
    assert images(after(*made, own_name_too=True)) == [{"f/a": b"x"}]


def test_a_file_that_was_cut_may_be_long_still() -> None:
    cut = Op(Act.TRUNCATE, "a", inode=-2, at=2)
    assert images(after(cut, base={"a": b"1234"})) == [{"a": b"1234"}, {"a": b"12"}]


def test_a_write_behind_the_end_leaves_a_hole() -> None:
    far = replace(WRITE, at=3, data=b"x")
    assert after(MAKE, far, SYNC, SYNC_NAMES).image(()) == {"a": b"\0\0\0x"}


def test_what_a_failed_sync_gave_up_stays_in_doubt_until_it_is_written_again() -> None:
    failed = replace(SYNC, act=Act.SYNC_FAILED)
    begun = (MAKE, SYNC_NAMES, WRITE, failed)
    assert images(after(*begun, SYNC)) == [{"a": b""}, {"a": b"12345678"}]
    assert images(after(*begun, replace(WRITE), SYNC)) == [{"a": b"12345678"}]
    middle = replace(WRITE, at=2, data=b"xxxx")
    assert images(after(*begun, middle, SYNC)) == [
        {"a": b"\0\0xxxx"},
        {"a": b"12xxxx"},
        {"a": b"\0\0xxxx78"},
        {"a": b"12xxxx78"},
    ]
    cut = Op(Act.TRUNCATE, "a", inode=0, at=3)
    assert images(after(*begun, cut, SYNC)) == [{"a": b"\0\0\0"}, {"a": b"123"}]


def test_the_cuts_tear_reorder_and_leave_out() -> None:
    long = replace(WRITE, data=bytes(range(256)) * 8)
    state = after(MAKE, SYNC_NAMES, long, Op(Act.CREATE, "b", inode=1))
    some = list(itertools.islice(cuts(state, random.Random(1)), 400))
    assert {name for name, _ in some} >= WAYS.keys()
    contents = {state.image(arrived)["a"] for _, arrived in some}
    sizes = {len(data) for data in contents}
    assert {0, 512, 1024, 2048} <= sizes
    assert any(size % 512 for size in sizes), "torn at a byte"
    assert any(data[:512] == bytes(512) and data[512:].strip(b"\0") for data in contents), (
        "reordered"
    )
    assert any(len(data) == 2048 and data[:256] != bytes(range(256)) for data in contents)
    assert {("b" in state.image(arrived)) for _, arrived in some} == {True, False}
