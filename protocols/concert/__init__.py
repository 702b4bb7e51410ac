"""Concert V2, the French till protocol called "E+", over a serial line."""

from protocols.concert.commands import reference
from protocols.concert.decode import LAYERS, decode
from protocols.concert.layouts import MESSAGES, SHAPE
from protocols.concert.masking import mask
from protocols.concert.messages import parse, serialise
from protocols.concert.profiles import DEFAULT_PROFILE, PROFILES
from protocols.concert.results import RESULTS
from protocols.concert.session import ConcertSession
from protocols.kit.contract import ProtocolSpec, SerialDefaults
from protocols.kit.stx import StxFramer

PROTOCOL = ProtocolSpec(
    name="concert",
    title="Concert V2 (E+)",
    profiles=PROFILES,
    default_profile=DEFAULT_PROFILE,
    framers={"serial": lambda: StxFramer(SHAPE)},
    session=ConcertSession,
    messages=MESSAGES,
    parse=parse,
    serialise=serialise,
    results=RESULTS,
    mask=mask,
    layers=LAYERS,
    default_layer=LAYERS[0],
    decode=decode,
    reference=reference,
    self_delimiting=False,
    options=frozenset({"till"}),
    serial=SerialDefaults(baud=9600, bits=8, parity="N", stop_bits=1),
)
