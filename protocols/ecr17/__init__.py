"""ECR17 ("Protocollo 17"): the Italian till interface, over TCP or a serial line."""

from protocols.ecr17.decode import LAYERS, decode
from protocols.ecr17.framing import framer
from protocols.ecr17.layouts import MESSAGES
from protocols.ecr17.masking import mask
from protocols.ecr17.messages import parse, serialise
from protocols.ecr17.profiles import DEFAULT_PROFILE, PROFILES
from protocols.ecr17.results import RESULTS
from protocols.ecr17.session import Ecr17Session
from protocols.kit.contract import ProtocolSpec, SerialDefaults

PROTOCOL = ProtocolSpec(
    name="ecr17",
    title="ECR17 (Protocollo 17)",
    profiles=PROFILES,
    default_profile=DEFAULT_PROFILE,
    framers={"tcp": framer, "serial": framer},
    session=Ecr17Session,
    messages=MESSAGES,
    parse=parse,
    serialise=serialise,
    results=RESULTS,
    mask=mask,
    layers=LAYERS,
    default_layer="frame",
    decode=decode,
    self_delimiting=False,
    redials=frozenset({"tcp"}),
    serial=SerialDefaults(),
    tcp_port=10_000,
)
