"""What a verdict rests on, and who may give one."""

from __future__ import annotations

from enum import Enum


class Evidence(Enum):
    """Which kind of proof a verdict rests on (exactly-once section 3)."""

    NOT_STARTED = "E0"  # nothing left us, or the terminal refused to start
    LIVE_ANSWER = "E1"  # matched answer of the same dialogue
    BY_REFERENCE = "E2"  # our reference, or the original that can be voided once only
    UNCHANGED = "E3"  # the terminal's last record is still the baseline
    ADVANCED = "E4"  # the record that followed the baseline, by number and content
    PEOPLE_NUMBER = "E5"
    PEOPLE_ALONE = "E6"


class PersonVerdict(Enum):
    """What two people have seen in the terminal's own books."""

    BOOKED = "booked"
    NOT_BOOKED = "not_booked"


class PrintProof(Enum):
    """What says that a copy of a slip came out."""

    KEPT = "kept"  # it lies in a file
    ECHO = "echo"  # the printer answered with the job's own process id
    PERSON = "person"  # somebody holds it and has read its code
