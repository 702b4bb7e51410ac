"""AIP: the serial TLV interface of Allinpay (通联) MIS terminals in China."""

from protocols.aip.commands import reference
from protocols.aip.decode import FRAME, LAYERS, decode
from protocols.aip.framing import SerialFramer
from protocols.aip.masking import mask
from protocols.aip.messages import MESSAGES, parse, serialise
from protocols.aip.profiles import DEFAULT_PROFILE, PROFILES
from protocols.aip.results import RESULTS
from protocols.aip.session import AipSession
from protocols.kit.contract import ProtocolSpec, SerialDefaults

PROTOCOL = ProtocolSpec(
    name="aip",
    title="Allinpay AIP (MIS TLV)",
    profiles=PROFILES,
    default_profile=DEFAULT_PROFILE,
    framers={"serial": SerialFramer},
    session=AipSession,
    messages=MESSAGES,
    parse=parse,
    serialise=serialise,
    results=RESULTS,
    mask=mask,
    layers=LAYERS,
    default_layer=FRAME,
    decode=decode,
    serial=SerialDefaults(baud=9600, bits=8, parity="N", stop_bits=1),
    reference=reference,
)
