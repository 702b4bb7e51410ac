"""ZVT 700: the German and Austrian till interface, over a serial line or TCP."""

from protocols.kit.contract import ProtocolSpec, SerialDefaults
from protocols.zvt.decode import LAYERS, decode
from protocols.zvt.framing import SerialFramer, TcpFramer
from protocols.zvt.layouts import MESSAGES
from protocols.zvt.masking import mask
from protocols.zvt.messages import parse, serialise
from protocols.zvt.profiles import DEFAULT_PROFILE, PROFILES
from protocols.zvt.results import RESULTS
from protocols.zvt.session import ZvtSession

PROTOCOL = ProtocolSpec(
    name="zvt",
    title="ZVT 700 (PA00P015 / PA00P016)",
    profiles=PROFILES,
    default_profile=DEFAULT_PROFILE,
    framers={"serial": SerialFramer, "tcp": TcpFramer},
    session=ZvtSession,
    messages=MESSAGES,
    parse=parse,
    serialise=serialise,
    results=RESULTS,
    mask=mask,
    layers=LAYERS,
    default_layer="frame",
    decode=decode,
    serial=SerialDefaults(baud=9600, bits=8, parity="N", stop_bits=2),
    tcp_port=20007,
)
