"""The encrypted envelope: what others made is read, what is not genuine is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path

import pytest

from protocols.kit.errors import BadField, ProtocolError
from protocols.kit.fields import Value
from protocols.kit.session import Note, Request, SessionSettings
from protocols.kit.vocabulary import Operation
from protocols.nexo import sealing
from protocols.nexo.envelope import is_sealed
from protocols.nexo.framing import tcp_framer
from protocols.nexo.messages import parse, serialise
from protocols.nexo.sealing import Key, derive, key_of, seal, unseal
from protocols.nexo.session import NexoSession
from tests.protocols.nexo_peer import APPROVED, REFUND, Peer
from tests.protocols.nexo_vectors import BY_ID

MADE = json.loads((Path(__file__).parents[1] / "vectors" / "nexo-crypto.json").read_text("utf-8"))
PASSWORD = "mykey:1:mysupersecretpassphrase"
KEY = key_of(PASSWORD)
CLEAR = MADE["message"]["clear"].encode()
SEALED = json.dumps(MADE["message"]["secured"]).encode()


@pytest.mark.parametrize("passphrase", ["mysupersecretpassphrase", "p\u00e4ssw\u00f6rd"])
def test_a_passphrase_makes_the_keys_that_a_peer_makes(passphrase: str) -> None:
    made = MADE[passphrase]
    wanted = tuple(bytes.fromhex(made[name]) for name in ("hmacKey", "cipherKey", "iv"))
    assert derive(passphrase.encode("latin-1")) == wanted


def test_what_a_peer_sealed_is_read() -> None:
    assert serialise(unseal(parse(SEALED), KEY)) == CLEAR


def test_what_we_seal_is_what_a_peer_makes() -> None:
    nonce = bytes.fromhex(MADE["message"]["nonce_hex"])
    envelope = seal(parse(CLEAR), KEY, nonce=nonce)
    assert json.loads(serialise(envelope)) == MADE["message"]["secured"]
    assert is_sealed(envelope)
    assert envelope.layout.name == "SealedRequest"


def test_every_message_has_a_nonce_of_its_own_and_the_same_one_has_the_same() -> None:
    other = parse(CLEAR.replace(b"0000000001", b"0000000002"))
    nonces = [seal(message, KEY).text("nonce") for message in (parse(CLEAR), other, parse(CLEAR))]
    assert nonces[0] == nonces[2] != nonces[1]


@pytest.mark.parametrize(
    "name", ["nexo-json-resp-payment", "nexo-json-req-print", "nexo-json-req-abort"]
)
def test_what_was_sealed_comes_out_again(name: str) -> None:
    message = parse(BY_ID[name].data)
    envelope = parse(serialise(seal(message, KEY)))
    assert envelope.layout.name == ("SealedResponse" if "resp" in name else "SealedRequest")
    assert unseal(envelope, KEY) == message
    assert b"PaymentResponse" not in serialise(envelope)


def changed(**values: Value) -> bytes:
    envelope = parse(SEALED)
    return serialise(envelope.layout.message(**{**envelope.values, **values}))


def resealed(clear: bytes, pad: bytes | None = None) -> bytes:
    """An envelope of our key with any bytes in it."""
    size = 16 - len(clear) % 16
    nonce = bytes(16)
    blob = sealing._cbc(
        KEY, nonce, clear + (bytes((size,)) * size if pad is None else pad), encrypt=True
    )
    told = {"blob": blob, "hmac": hmac.digest(KEY.check, clear, hashlib.sha256), "nonce": nonce}
    return changed(**{name: base64.b64encode(data).decode() for name, data in told.items()})


WRONG = {
    "another check": changed(hmac=base64.b64encode(bytes(32)).decode()),
    "no check": changed(hmac="!"),
    "another nonce": changed(nonce=base64.b64encode(bytes(16)).decode()),
    "short nonce": changed(nonce="AAAA"),
    "no base64": changed(blob="%%%"),
    "half a block": changed(blob="AAAA"),
    "noise": changed(blob=base64.b64encode(bytes(64)).decode()),
    "another key": changed(key_identifier="EVIL"),
    "another version of the key": changed(key_version=2),
    "another version of the envelope": changed(crypto_version=2),
    "another ServiceID outside": changed(service_id="EVIL"),
    "another SaleID outside": changed(sale_id="EVIL"),
    "another POIID outside": changed(poi_id="EVIL"),
    "another category outside": changed(message_category="Payment"),
    "another type outside": changed(message_type="Notification"),
    "another class outside": changed(message_class="Device"),
    "another version outside": changed(protocol_version="9"),
    "a device outside": changed(device_id="1"),
    "wrong padding": resealed(b"x" * 15, b"\x00"),
    "an envelope in an envelope": resealed(SEALED),
    "XML in an envelope": resealed(BY_ID["nexo-xml-diagnosis-req"].data),
    "no message in an envelope": resealed(b"hello"),
    "no envelope": CLEAR,
}


@pytest.mark.parametrize("data", WRONG.values(), ids=WRONG)
def test_what_is_not_genuine_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        unseal(parse(data), KEY)


def test_an_error_does_not_say_what_is_wrong_inside() -> None:
    said = set()
    for name in ("another check", "another nonce", "noise", "wrong padding", "no base64"):
        with pytest.raises(BadField) as caught:
            unseal(parse(WRONG[name]), KEY)
        said.add(caught.value.what_happened)
    assert len(said) == 1


@pytest.mark.parametrize(
    "password",
    ["secret", "a:b", "a:x:secret", "a::secret", ":1:secret", "a:1:", "a:1:p\u00e4ss", "a:1234:x"],
)
def test_a_password_must_have_its_three_parts(password: str) -> None:
    with pytest.raises(BadField):
        key_of(password)
    session = NexoSession(SessionSettings("json-local-encrypted", "tcp", password=password))
    with pytest.raises(BadField):
        session.begin(REFUND, 0.0)


def test_a_key_shows_nothing_of_itself() -> None:
    assert "mysuper" not in repr(KEY)
    assert isinstance(KEY, Key)
    assert KEY.check.hex() not in repr(KEY)
    assert key_of("a:2:b:c") == Key("a", 2, *derive(b"b:c"))


# --- in a session --------------------------------------------------------------------------------


class SealedPeer(Peer):
    """A terminal that puts what it says into envelopes."""

    def __init__(self) -> None:
        super().__init__("json-local-encrypted")
        self.key = key_of("")

    def start(self, request: Request = REFUND) -> None:
        super().start(request)
        self.heard[-1] = unseal(self.heard[-1], self.key)

    def sealed(self, name: str, /, **values: Value) -> bytes:
        message = parse(self.message(name, **values))
        return tcp_framer().frame(serialise(seal(message, self.key)))


def test_a_refund_in_envelopes_is_approved() -> None:
    peer = SealedPeer()
    peer.start()
    assert peer.heard[-1].layout.name == "PaymentRequest"
    assert b"Refund" not in peer.sends[0].data
    peer.raw(peer.sealed("PaymentResponse", **APPROVED))
    peer.durable()
    assert peer.ended == ("approved", "completed")


def test_an_answer_without_an_envelope_or_with_a_wrong_one_is_not_believed() -> None:
    peer = SealedPeer()
    peer.start()
    peer.say("PaymentResponse", **APPROVED)
    peer.key = key_of("other:1:key")
    peer.raw(peer.sealed("PaymentResponse", **APPROVED))
    assert [type(item) for item in peer.told] == [Note, Note]
    assert not peer.seen
    peer.wait(150.0)
    assert peer.ended == ("unknown", "garbled")


def test_an_envelope_counts_once() -> None:
    peer = SealedPeer()
    peer.start()
    show = peer.sealed("DisplayRequest", device_id="1", display_1_lines="Insert card")
    peer.raw(show)
    peer.raw(show)
    assert peer.told[-1] == Note("unreadable", "an envelope was sent a second time")
    assert len(peer.told) == 2


def test_an_envelope_without_a_key_decodes_as_one() -> None:
    told = parse(SEALED)
    assert told.text("message_category") == "Diagnosis"
    assert told.text("key_identifier") == "mykey"
    assert Operation.STATUS.value


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers", None)
    with pytest.raises(BadField, match="extra: nexo"):
        seal(parse(CLEAR), KEY)
