"""Transbank POS Integrado: the till interface of Chile's card terminals, over a serial line."""

from protocols.kit.contract import ProtocolSpec, SerialDefaults
from protocols.kit.stx import StxFramer
from protocols.transbank.decode import LAYERS, decode
from protocols.transbank.layouts import MESSAGES
from protocols.transbank.masking import mask
from protocols.transbank.messages import SHAPE, parse, serialise
from protocols.transbank.profiles import DEFAULT_PROFILE, GENERIC, PROFILES
from protocols.transbank.results import RESULTS
from protocols.transbank.session import TransbankSession

PROTOCOL = ProtocolSpec(
    name="transbank",
    title="Transbank POS Integrado",
    profiles=PROFILES,
    default_profile=DEFAULT_PROFILE,
    framers={"serial": lambda: StxFramer(SHAPE)},
    session=TransbankSession,
    messages=MESSAGES,
    parse=parse,
    serialise=serialise,
    results=RESULTS,
    mask=mask,
    layers=LAYERS,
    default_layer="frame",
    decode=decode,
    self_delimiting=False,
    serial=SerialDefaults(baud=GENERIC.baud),
)
