"""A till on transbank-pos-sdk 1.0.1 for Python. Its own setting would wait for hours."""

from __future__ import annotations

import importlib

STEP_S = 0.2  # the SDK counts its time-out in these, although the setting is called seconds


class Till:
    """The SDK's methods by their own names; `wait_s` is how long to wait for each byte."""

    def __init__(self, port: str) -> None:
        self._sdk = importlib.import_module("transbank.POS.POSIntegrado").POSIntegrado()
        self._sdk.open_port(port, 115_200)

    def call(self, method: str, wait_s: float = 5.0, **arguments: object) -> object:
        """One call."""
        self._sdk.timeout = round(wait_s / STEP_S)
        return getattr(self._sdk, method)(**arguments)

    def sale_with_progress(self, amount: int, ticket: str) -> object:
        """A sale, and the progress that the SDK was told."""
        progress: list[object] = []
        sold = self.call(
            "sale", amount=amount, ticket=ticket, send_status=True, callback=progress.append
        )
        return {"sale": sold, "progress": progress}
