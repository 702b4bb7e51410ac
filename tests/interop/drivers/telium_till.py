"""A till on pyTeliumManager 2.4.2."""

from __future__ import annotations

import importlib
import time
from typing import Any

WAIT_S = 2.0
PROBE_S = 0.5


class Till:
    """`ask` and `verify` as the program's page shows them."""

    def __init__(self, port: str) -> None:
        self._telium = importlib.import_module("telium")
        self._line = self._telium.Telium(port, timeout=WAIT_S)
        self._asked: Any = None

    def ask(self, amount: float, mode: str, full: bool = False) -> object:
        """Whether the terminal has the request; `mode` is debit, credit or refund."""
        self._asked = self._telium.TeliumAsk.new_payment(
            amount, payment_mode=mode, target_currency="EUR", collect_payment_source_info=full
        )
        return self._line.ask(self._asked)

    def verify(self, wait_s: float = 10.0) -> object:
        """The terminal's answer."""
        answer = self._line.verify(self._asked, waiting_timeout=wait_s)
        if answer is None:
            return None
        return {
            "succeeded": answer.has_succeeded,
            "result": answer.transaction_result,
            "amount": answer.amount,
            "card": answer.card_id[:6],
        }

    def pay(self, amount: float, mode: str, full: bool = False) -> object:
        """Both."""
        return self.verify() if self.ask(amount, mode, full) else "not taken"

    def ready(self, within_s: float) -> bool:
        """Open the line anew until the terminal answers on it."""
        due = time.monotonic() + within_s
        while time.monotonic() < due:
            self._line.close()
            self._line.open()
            self._line.timeout = PROBE_S
            if self._line.is_ok():
                self._line.timeout = WAIT_S
                return True
        return False
