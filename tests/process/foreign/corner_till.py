"""The till of the shop at the corner: takes card payments over ZVT, and nothing else."""

import socket
from typing import Literal

Outcome = Literal["paid", "declined", "unknown"]

REGISTER = bytes.fromhex("0600 06 000000 BE 0978")
TAKEN = bytes.fromhex("800000")
ANSWER_S = 5.0


class CornerTill:
    """One terminal on the network."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._line = socket.create_connection((host, int(port)), timeout=ANSWER_S)
        self._talk(REGISTER)

    def close(self) -> None:
        self._line.close()

    def pay(self, cents: int) -> Outcome:
        """Take a payment. "unknown" means: look at the terminal before you ask for money again."""
        payment = bytes.fromhex(f"0601 07 04 {cents:012}")
        try:
            return self._talk(payment)
        except OSError:
            return "unknown"

    def _talk(self, command: bytes) -> Outcome:
        self._line.sendall(command)
        if self._message()[:1] != b"\x80":
            return "declined"
        paid: Outcome = "declined"
        while True:
            message = self._message()
            self._line.sendall(TAKEN)
            if message[:2] == b"\x04\x0f":
                paid = "paid" if b"\x27\x00" in message[:6] else "declined"
            if message[:2] in {b"\x06\x0f", b"\x06\x1e"}:
                return paid

    def _message(self) -> bytes:
        head = self._bytes(3)
        length = head[2]
        if length == 0xFF:
            more = self._bytes(2)
            head, length = head + more, int.from_bytes(more, "little")
        return head + self._bytes(length)

    def _bytes(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self._line.recv(count - len(data))
            if not more:
                raise ConnectionError("the terminal hung up")
            data += more
        return data
