"""What a transition asks the runtime to do; the core itself does nothing."""

from __future__ import annotations

from enum import Enum


class Effect(Enum):
    """One thing to do, in the order in which a row names them."""

    SEND = "send"  # write the money message, once
    RECORD_RESULT = "record_result"  # make the result durable
    ACKNOWLEDGE = "acknowledge"  # then, and only then, acknowledge it to the terminal
    RECORD_OUTCOME = "record_outcome"  # make the verdict or the doubt durable
    FENCE = "fence"  # silence, reopened line, idle terminal: earlier bytes can do no more
    ASK_TERMINAL = "ask_terminal"
    CALL_PEOPLE = "call_people"
    RESERVE = "reserve"  # take the amount out of what is left of the sale
    RELEASE = "release"  # give it back to the sale
    PRINT_SLIP = "print_slip"
    SEND_SLIP = "send_slip"  # hand one copy to the printer, once
    MARK_COPY = "mark_copy"  # the next copy carries a higher number on paper
    TELL = "tell"  # show the person at the counter how it ended
