"""nexo Retailer (Sale to POI) over TCP, in XML and in JSON."""

from protocols.kit.contract import ProtocolSpec
from protocols.nexo.decode import FRAME, LAYERS, decode
from protocols.nexo.framing import tcp_framer
from protocols.nexo.layouts import MESSAGES
from protocols.nexo.masking import mask
from protocols.nexo.messages import parse, serialise
from protocols.nexo.numbers import reference
from protocols.nexo.profiles import DEFAULT_PROFILE, PROFILES
from protocols.nexo.results import RESULTS
from protocols.nexo.session import NexoSession

PROTOCOL = ProtocolSpec(
    name="nexo",
    title="nexo Retailer 3.0 / 3.1",
    profiles=PROFILES,
    default_profile=DEFAULT_PROFILE,
    framers={"tcp": tcp_framer},
    session=NexoSession,
    messages=MESSAGES,
    parse=parse,
    serialise=serialise,
    results=RESULTS,
    mask=mask,
    layers=LAYERS,
    default_layer=FRAME,
    decode=decode,
    resynchronises=frozenset(),
    reference=reference,
    options=frozenset({"sale_id", "poi_id", "passphrase"}),
)
