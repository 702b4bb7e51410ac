"""The words of a plan: what people do, and what hits them."""

from __future__ import annotations

from enum import Enum


class Do(Enum):
    """What somebody does."""

    PRESS = "asks for money back"
    AGAIN = "presses again"
    WALK_AWAY = "asks for money back and stops it"
    SELF_APPROVED = "approves himself"
    CANCEL = "cancels"
    RECOVER = "runs the recovery"
    RESTART = "restarts the agent"
    END_OF_DAY = "ends the day at the till"
    PEOPLE = "two people look and decide"
    SELL = "sells once more"
    KEYPAD = "somebody books at the terminal"
    HAND_END = "ends the day at the terminal"
    PLUG = "puts the cable in"
    WAIT = "nobody does anything"
    POWER = "the terminal loses power"
    HEAL = "the disk is made well"
    CLOCK = "the computer's clock is set"


class Hit(Enum):
    """What goes wrong at one moment of an act."""

    KILL = "the agent is killed"
    PULL = "the cable is pulled"
    POWER = "the terminal loses power"
    KEYPAD = "somebody books at the terminal"
    HAND_END = "the day is ended at the terminal"
    STOP_KEY = "the cardholder presses stop"
    DISK = "the disk falls sick"
    CLOCK = "the computer's clock is set"
