"""What stands around every nexo message: the roots, and the envelope of an encrypted one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.branches import Branch, Syntax
from protocols.kit.scalars import Choice
from protocols.kit.tree import TreeLayout
from protocols.nexo import words
from protocols.nexo.rows import attr

if TYPE_CHECKING:
    from protocols.kit.messages import Direction, Message

REQUEST: Final = "SaleToPOIRequest"
RESPONSE: Final = "SaleToPOIResponse"
ALWAYS: Final = ("sale_id", "poi_id")
HEADER_NAMES: Final = (
    "protocol_version", "message_class", "message_category", "message_type", "service_id",
    "device_id", "sale_id", "poi_id",
)  # fmt: skip


def _sealed(root: str, name: str, direction: Direction) -> TreeLayout:
    """An envelope: the header of what is in it, in clear, and the rest encrypted."""
    header = Branch(
        "MessageHeader",
        (
            attr("ProtocolVersion", "protocol_version", words.SHORT),
            attr("MessageClass", "message_class", Choice(words.CLASSES)),
            attr("MessageCategory", "message_category", words.CATEGORY),
            attr("MessageType", "message_type", Choice(words.TYPES)),
            attr("ServiceID", "service_id", words.SERVICE_ID),
            attr("DeviceID", "device_id", words.SERVICE_ID),
            attr("SaleID", "sale_id", words.PEER_ID),
            attr("POIID", "poi_id", words.PEER_ID),
        ),
        needed=True,
    )
    trailer = Branch(
        "SecurityTrailer",
        (
            attr("AdyenCryptoVersion", "crypto_version", words.SECONDS, needed=True),
            attr("Hmac", "hmac", words.SHORT, needed=True),
            attr("KeyIdentifier", "key_identifier", words.SHORT, needed=True),
            attr("KeyVersion", "key_version", words.SECONDS, needed=True),
            attr("Nonce", "nonce", words.SHORT, needed=True),
        ),
        needed=True,
    )
    blob = attr("NexoBlob", "blob", words.BLOB, needed=True)
    return TreeLayout(
        code=name.encode("ascii"),
        name=name,
        direction=direction,
        variant=Syntax.JSON.value,
        syntax=Syntax.JSON,
        tree=Branch("", (Branch(root, (header, blob, trailer), needed=True),)),
        always=(*ALWAYS, "message_category", "message_type", "blob"),
    )


SEALED_REQUEST: Final = _sealed(REQUEST, "SealedRequest", "both")
SEALED_RESPONSE: Final = _sealed(RESPONSE, "SealedResponse", "both")


def sealed_layout(*, request: bool) -> TreeLayout:
    """The envelope of a request (or an event), or that of a response."""
    return SEALED_REQUEST if request else SEALED_RESPONSE


def is_sealed(message: Message) -> bool:
    """Whether a message is an envelope."""
    return message.layout in {SEALED_REQUEST, SEALED_RESPONSE}
