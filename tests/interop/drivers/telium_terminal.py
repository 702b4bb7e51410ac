"""A terminal whose messages pyTeliumManager 2.4.2 reads and writes, on a pty of its own.

The program has both ends of the messages but only the till's end of the line, so ENQ, ACK and EOT
are said here. The name of the class is what serve.py asks for.
"""

from __future__ import annotations

import importlib
import os
import threading
import tty
from typing import Any

ENQ, ACK, NAK, EOT, ETX = b"\x05", b"\x06", b"\x15", b"\x04", b"\x03"
PRIVATE = slice(17, 27)  # of a framed request; the program's own reader leaves it out
REPEATS = 3
LIMIT_S = 30.0
REPORT_SIZE = 55


class Till:
    """Takes one request after each `answer`, and answers it as that says."""

    def __init__(self, _port: str) -> None:
        self._telium = importlib.import_module("telium.payment")
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self._slave = slave  # held open: the till may come and go
        self._how: dict[str, Any] = {}
        self._heard: dict[str, Any] = {}
        self._thread: threading.Thread | None = None

    def device(self) -> str:
        """Where the till plugs in."""
        return os.ttyname(self._slave)

    def answer(self, **how: Any) -> None:  # noqa: ANN401 - the values of TeliumResponse, as JSON
        """How the next request is answered: `result`, `amount`, `private`, `report`; and
        `damage`: in the first answer this byte is another one."""
        self._how, self._heard = how, {}
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def heard(self) -> dict[str, Any]:
        """What the program read in the request, when all is said."""
        assert self._thread is not None
        self._thread.join(LIMIT_S)
        return self._heard

    def _serve(self) -> None:
        try:
            self._until(ENQ)
            os.write(self._master, ACK)
            data = self._frame()
            asked = self._telium.TeliumAsk.decode(data)
            os.write(self._master, ACK)
            self._heard = {name.lstrip("_"): value for name, value in vars(asked).items()}
            self._until(EOT)
            private = self._how.get("private", data[PRIVATE].decode("ascii"))
            self._say(self._answer(asked, private))
        except Exception as error:  # what the program does not take is what the test wants to see
            self._heard["error"] = f"{type(error).__name__}: {error}"

    def _answer(self, asked: Any, private: str) -> bytes:  # noqa: ANN401 - the program's own
        how = self._how
        answer = self._telium.TeliumResponse(
            asked.pos_number,
            how.get("result", 0),
            how.get("amount", asked.amount),
            asked.payment_mode,
            str(how.get("report", "")).ljust(REPORT_SIZE) if "report" in how else "",
            asked.currency_numeric,
            private,
        )
        return bytes(answer.encode().encode("ascii"))

    def _say(self, frame: bytes) -> None:
        os.write(self._master, ENQ)
        if self._read() != ACK:
            self._heard["said"] = "no line"
            return
        damage = self._how.get("damage")
        replies = []
        for turn in range(REPEATS):
            said = bytearray(frame)
            if damage is not None and turn == 0:
                said[damage] ^= 1
            os.write(self._master, said)
            replies.append(self._read())
            if replies[-1] == ACK:
                break
        os.write(self._master, EOT)
        self._heard["replies"] = [{ACK: "ACK", NAK: "NAK"}.get(reply, "?") for reply in replies]

    def _frame(self) -> bytes:
        data = b""
        while data[-1:] != ETX:
            data += self._read()
        return data + self._read()

    def _until(self, wanted: bytes) -> None:
        while self._read() != wanted:
            pass

    def _read(self) -> bytes:
        return os.read(self._master, 1)
