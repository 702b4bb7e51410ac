"""Messages of the local JSON dialect inside of an encrypted envelope (NexoBlob).

AES-256-CBC and HMAC-SHA-256 with keys made of a passphrase that terminal and till share. The
envelope repeats the header in clear, which proves nothing: it must be equal to the one inside.
Nothing random is needed: the nonce is made of the message itself with the secret key, and no two
messages are equal, since none has the ServiceID of another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from protocols.kit.branches import Syntax
from protocols.kit.errors import BadField
from protocols.nexo.envelope import HEADER_NAMES, is_sealed, sealed_layout
from protocols.nexo.messages import header_of, parse

if TYPE_CHECKING:
    from protocols.kit.messages import Message

# What the simulated terminal has, and no real one: a till without a password of its own can speak
# to nothing else.
SIMULATED: Final = "simulator:1:simulated passphrase"
_SALT: Final = b"AdyenNexoV1Salt"
_ROUNDS: Final = 4_000
_KEY_SIZES: Final = (32, 32, 16)  # of the check, of the cipher, and the start of the chain
_BLOCK: Final = 16
_VERSION: Final = 1
_KEYS_MAX: Final = 8  # passphrases whose keys are kept, since they take long to make
_PARTS: Final = 3


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """A shared secret and the names it goes by; the repr shows neither."""

    identifier: str
    version: int
    check: bytes
    cipher: bytes
    chain: bytes


def derive(passphrase: bytes) -> tuple[bytes, bytes, bytes]:
    """The three secrets that a passphrase makes."""
    made = hashlib.pbkdf2_hmac("sha1", passphrase, _SALT, _ROUNDS, sum(_KEY_SIZES))
    check, cipher, _ = _KEY_SIZES
    return made[:check], made[check : check + cipher], made[check + cipher :]


@lru_cache(maxsize=_KEYS_MAX)
def key_of(password: str) -> Key:
    """The key of "IDENTIFIER:VERSION:PASSPHRASE". Raises BadField for anything else.

    Only ASCII: peers differ in which bytes other letters are.
    """
    parts = (password or SIMULATED).split(":", _PARTS - 1)
    good = len(parts) == _PARTS and all(parts) and password.isascii()
    if not good or not parts[1].isdigit() or len(parts[1]) > _PARTS:
        raise BadField("the passphrase must be IDENTIFIER:VERSION:PASSPHRASE in ASCII")
    return Key(parts[0], int(parts[1]), *derive(parts[2].encode("ascii")))


def seal(message: Message, key: Key, *, nonce: bytes | None = None) -> Message:
    """The envelope around a message; `nonce` only to do again what somebody else did."""
    clear = message.layout.write(message.values)
    if nonce is None:
        nonce = hmac.digest(key.check, b"nonce" + clear, "sha256")[:_BLOCK]
    pad = _BLOCK - len(clear) % _BLOCK
    blob = _cbc(key, nonce, clear + bytes((pad,)) * pad, encrypt=True)
    header = header_of(message)
    layout = sealed_layout(request=message.layout.name.rpartition("Re")[2] != "sponse")
    return layout.message(
        **header,
        blob=_text(blob),
        crypto_version=_VERSION,
        hmac=_text(hmac.digest(key.check, clear, "sha256")),
        key_identifier=key.identifier,
        key_version=key.version,
        nonce=_text(nonce),
    )


def unseal(envelope: Message, key: Key) -> Message:
    """The message in an envelope. Raises BadField for one that is not genuine.

    The error says nothing of what is wrong inside, so that nobody can learn by trying.
    """
    if not is_sealed(envelope):
        raise BadField("a message without an envelope")
    told = (envelope.number("crypto_version"), envelope.text("key_identifier"))
    if told != (_VERSION, key.identifier) or envelope.number("key_version") != key.version:
        raise BadField("the envelope was made with another key")
    clear = _opened(envelope, key)
    if clear is None:
        raise BadField("the envelope is not genuine")
    message = parse(clear)
    if message.layout.variant != Syntax.JSON.value or is_sealed(message):
        raise BadField("the envelope holds something else than a message")
    outer = {name: envelope.values.get(name) for name in HEADER_NAMES}
    if outer != {name: header_of(message).get(name) for name in HEADER_NAMES}:
        raise BadField("the envelope has another header than the message in it")
    return message


def _opened(envelope: Message, key: Key) -> bytes | None:
    """The clear text; None where anything about it is wrong."""
    blob, nonce, wanted = (_bytes(envelope, name) for name in ("blob", "nonce", "hmac"))
    if len(nonce) != _BLOCK or not blob or len(blob) % _BLOCK:
        return None
    padded = _cbc(key, nonce, blob, encrypt=False)
    pad = padded[-1]
    clear = padded[: len(padded) - pad]
    genuine = hmac.compare_digest(hmac.digest(key.check, clear, "sha256"), wanted)
    right = 0 < pad <= _BLOCK and padded.endswith(bytes((pad,)) * pad)
    return clear if genuine and right else None


def _cbc(key: Key, nonce: bytes, data: bytes, *, encrypt: bool) -> bytes:
    try:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    except ImportError as error:
        raise BadField("encrypted nexo needs the package cryptography (extra: nexo)") from error
    start = bytes(one ^ other for one, other in zip(key.chain, nonce, strict=True))
    cipher = Cipher(algorithms.AES(key.cipher), modes.CBC(start))
    worker = cipher.encryptor() if encrypt else cipher.decryptor()
    return worker.update(data) + worker.finalize()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(envelope: Message, name: str) -> bytes:
    """The bytes of a value; none where it is missing or no base64."""
    try:
        return base64.b64decode(envelope.text(name) or "", validate=True)
    except binascii.Error:
        return b""
