"""What must hold of every reachable state, and of all that can still be reached from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.model.state import AUTHORISED, CLOSED, NOT_REFUNDED, REFUNDED, Doing
from tests.model.world import People

if TYPE_CHECKING:
    from tests.model.state import State
    from tests.model.world import World

P1: Final = "P1 at most once"
P2: Final = "P2 never contrary"
P3: Final = "P3 never lost"


def standing(s: State) -> int:
    """Bookings of our case that stand, the provisional one included."""
    return s.t.stands + (s.t.vote is not None)


def breach(world: World, s: State) -> str | None:
    """The promise that this state breaks, with the way it does; None where all hold."""
    stands = standing(s)
    if stands + s.t.by_hand > 1:
        return f"{P1}: two bookings stand for one case"
    if world.p1_only or (world.people is People.WRONG and s.word):
        return None
    if s.case == REFUNDED and stands != 1:
        return f"{P2}: the case says refunded, nothing stands"
    if s.case in {NOT_REFUNDED, AUTHORISED} and s.t.stands:
        word = "not refunded" if s.case == NOT_REFUNDED else "another try is allowed"
        return f"{P2}: the case says {word}, and it is booked"
    return None


def reached(world: World, s: State) -> bool:
    """Whether this is an end that P3 asks for: a true closed verdict, or the search's own bound."""
    if s.doing == Doing.BOUND:
        return True
    if s.case not in CLOSED:
        return False
    if world.people is not People.WRONG:
        return True
    return (s.case == REFUNDED) == (standing(s) == 1)
