"""The commands of people at the simulated terminal, one a line: cable, power, card, keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from protocols.kit.money import AMOUNT_MINOR_MAX
from simulators.scenario import Step

if TYPE_CHECKING:
    from simulators.station import Station

HELP: Final = (
    "pull, plug, power off, power on, card present, card remove, key NAME, result CODE, "
    "sale AMOUNT (in minor units), ledger"
)
APPROVED: Final = "00"


class Commands:
    """Carries commands out; gives what is to be printed on standard output, or raises ValueError
    with a sentence for the person who typed it."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._terminal = station.terminal

    def run(self, line: str, now: float) -> str:
        """One command. An empty line does nothing."""
        match line.split():
            case []:
                pass
            case ["pull"]:
                self._station.cable.pull()
            case ["plug"]:
                self._station.cable.plug()
            case ["power", "off"]:
                self._terminal.power_off(now)
            case ["power", "on"]:
                self._terminal.power_on(now)
            case ["card", "present"]:
                self._terminal.card_present(now)
            case ["card", "remove"]:
                self._terminal.card_remove()
            case ["key", name]:
                self._terminal.press(name)
            case ["result", code]:
                self._result(code)
            case ["sale", amount]:
                self._sale(amount)
            case ["ledger"]:
                return json.dumps(self._station.bank.ledger(), ensure_ascii=False)
            case _:
                raise ValueError(f"{line!r} is no command; there are: {HELP}")
        return ""

    def _result(self, code: str) -> None:
        """What the host answers to the next money command."""
        if not self._station.spec.is_code(code):
            raise ValueError(f"{code!r} is no result code of {self._station.spec.protocol}")
        if code == APPROVED:
            return
        self._terminal.script.add(Step(on="money", do="decline", nth=1, code=code))

    def _sale(self, amount: str) -> None:
        good = amount.isascii() and amount.isdecimal() and 0 < int(amount) <= AMOUNT_MINOR_MAX
        if not good:
            raise ValueError(f"{amount!r} is no amount in minor units")
        if self._terminal.keypad("sale", int(amount)) is None:
            raise ValueError("the terminal is busy or off")
