"""A till on pypostelium 0.0.5, which opens and closes the port for each payment."""

from __future__ import annotations

import importlib
import json


class Till:
    """Its one call."""

    def __init__(self, port: str) -> None:
        self._port = port
        self._driver = importlib.import_module("pypostelium").Driver

    def pay(self, amount: float, tries: int = 1) -> object:
        """What `transaction_start` gives: whether, in its own opinion, all is well."""
        settings = {
            "telium_terminal_device_name": self._port,
            "telium_terminal_retry_count": tries - 1,
        }
        wanted = {"amount": amount, "payment_mode": "card", "currency_iso": "EUR"}
        return self._driver(settings).transaction_start(json.dumps(wanted))
