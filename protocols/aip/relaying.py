"""The terminal's own messages to its host, carried by the till (type 17).

The terminal names the host and gives the message, with its length in front; the till gives back
the host's answer under code 00, or a negative number without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.aip import tags
from protocols.aip.messages import build
from protocols.aip.records import text
from protocols.kit.session import Relay, RelayFailure
from protocols.kit.vocabulary import Operation

if TYPE_CHECKING:
    from protocols.kit.messages import Message

# What a terminal needs its host for. A message that comes during anything else is an old one.
ONLINE: Final = frozenset(
    {
        Operation.SALE,
        Operation.VOID,
        Operation.REFUND,
        Operation.END_OF_DAY,
        Operation.INITIALISE,
        Operation.DIAGNOSE,
    }
)
MESSAGES_MAX: Final = 64  # carried for one request: a settlement uploads its batch in many
ANSWER_MAX: Final = 9_900  # bytes of an answer that fit a frame
_LENGTH_SIZE: Final = 2
_PORT_MAX: Final = 65_535
_TIMEOUT_S: Final = 60.0  # where the terminal does not say how long
_TIMEOUT_MAX_S: Final = 120.0
_DONE: Final = "00"
# The till program's own numbers: connecting, receiving, sending did not work.
_CODES: Final = {
    RelayFailure.REFUSED: "-113",
    RelayFailure.UNREACHABLE: "-113",
    RelayFailure.NO_ANSWER: "-114",
}
NOT_READABLE: Final = "-115"


def wish_of(message: Message) -> Relay | None:
    """What is to be carried where; None where the message does not say it rightly.

    The bytes themselves are the terminal's business: their length in front is not checked.
    """
    data = message.raw("content") or b""
    host, port = text(message, "host") or "", text(message, "port") or ""
    if len(data) <= _LENGTH_SIZE or not _is_host(host):
        return None
    if not _is_number(port) or not 0 < int(port) <= _PORT_MAX:
        return None
    return Relay(data, host, int(port), _seconds(text(message, "timeout_s") or ""))


def answer(app_name: str, data: bytes) -> Message:
    """The host's answer, for the terminal."""
    if len(data) > ANSWER_MAX:
        return failure(app_name, _CODES[RelayFailure.NO_ANSWER])
    return build(tags.RELAY, app_name=app_name, result_code=_DONE, content=data)


def failed(app_name: str, why: RelayFailure) -> Message:
    """That there is none."""
    return failure(app_name, _CODES[why])


def failure(app_name: str, code: str) -> Message:
    """A negative number for the terminal."""
    return build(tags.RELAY, app_name=app_name, result_code=code)


def _is_host(host: str) -> bool:
    return host.isascii() and host.isprintable() and not set(host) & {" ", ":", "/"} and bool(host)


def _is_number(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and len(digits) <= len(str(_PORT_MAX))


def _seconds(digits: str) -> float:
    if not _is_number(digits) or int(digits) == 0:
        return _TIMEOUT_S
    return min(float(digits), _TIMEOUT_MAX_S)
