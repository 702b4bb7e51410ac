"""Makes a failing plan shorter: parts are left out while it still fails in the same way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.world.life import live

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.world.plan import Plan


def failure_of(plan: Plan) -> str:
    """What goes wrong in this history, without its numbers; "" when nothing does."""
    try:
        live(plan)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # also what must never come out of our code
        first = f"{type(error).__name__}: {error}".splitlines()[0]
        return re.sub(r"\d+", "N", first)[:80]
    return ""


def shrunk(plan: Plan, failure: Callable[[Plan], str] = failure_of) -> frozenset[int]:
    """The numbers of parts that can be left out of a failing plan; the rest is needed.

    One part at a time until nothing more can go, from the end: what came late matters least.
    """
    wanted = failure(plan)
    assert wanted, "only a failing plan can be made shorter"
    left_out: frozenset[int] = frozenset()
    shorter = True
    while shorter:
        shorter = False
        for place in reversed(range(len(plan.parts()))):
            if place in left_out:
                continue
            tried = left_out | {place}
            if failure(plan.without(tried)) == wanted:
                left_out, shorter = tried, True
    return left_out
