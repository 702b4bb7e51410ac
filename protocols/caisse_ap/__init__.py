"""Concert V3, the French till protocol also called Caisse-AP, over TCP."""

from protocols.caisse_ap.decode import LAYERS, decode
from protocols.caisse_ap.framing import ItemsFramer
from protocols.caisse_ap.layouts import MESSAGES
from protocols.caisse_ap.masking import mask
from protocols.caisse_ap.messages import parse, serialise
from protocols.caisse_ap.profiles import DEFAULT_PROFILE, PROFILES
from protocols.caisse_ap.results import RESULTS
from protocols.caisse_ap.session import CaisseApSession
from protocols.kit.contract import ProtocolSpec

PROTOCOL = ProtocolSpec(
    name="caisse-ap",
    title="Caisse-AP (Concert V3)",
    profiles=PROFILES,
    default_profile=DEFAULT_PROFILE,
    framers={"tcp": ItemsFramer},
    session=CaisseApSession,
    messages=MESSAGES,
    parse=parse,
    serialise=serialise,
    results=RESULTS,
    mask=mask,
    layers=LAYERS,
    default_layer=LAYERS[0],
    decode=decode,
    resynchronises=frozenset(),
    redials=frozenset({"tcp"}),
    tcp_port=8888,
    options=frozenset({"integrator", "till"}),
)
