"""Devices that are no terminal: a serial port or a network port with somebody else behind it."""

from __future__ import annotations

import os
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_READ: Final = 4_096

# What each says when it is spoken to; b"" says nothing.
Speech = Callable[[bytes], bytes]


def _serve(descriptor: int, stop: int, speech: Speech) -> None:
    while True:
        ready, _, _ = select.select([descriptor, stop], (), ())
        if stop in ready:
            return
        try:
            heard = os.read(descriptor, _READ)
        except OSError:  # the till has hung up
            return
        if not heard:
            return
        answer = speech(heard)
        if answer:
            os.write(descriptor, answer)


@contextmanager
def _speaking(descriptor: int, speech: Speech) -> Iterator[None]:
    wait, stop = os.pipe()
    thread = threading.Thread(target=_serve, args=(descriptor, wait, speech), daemon=True)
    thread.start()
    try:
        yield
    finally:
        os.close(stop)
        thread.join()
        os.close(wait)


@contextmanager
def serial_stranger(speech: Speech) -> Iterator[str]:
    """A serial device; gives its name."""
    import tty  # not on Windows, where these tests are skipped

    master, slave = os.openpty()
    tty.setraw(slave)
    try:
        with _speaking(master, speech):
            yield os.ttyname(slave)
    finally:
        os.close(master)
        os.close(slave)


@contextmanager
def network_stranger(speech: Speech) -> Iterator[str]:
    """A network port that takes one connection after the other; gives host:port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wait, stop = os.pipe()

        def serve() -> None:
            while True:
                ready, _, _ = select.select([listener.fileno(), wait], (), ())
                if wait in ready:
                    return
                client, _ = listener.accept()
                with client:
                    _serve(client.fileno(), wait, speech)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            os.close(stop)
            thread.join()
            os.close(wait)
