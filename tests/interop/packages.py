"""What programs of others the tests drive, each with everything that it stands on."""

from __future__ import annotations

from typing import Final

_SERIAL: Final = "pyserial==3.5"

TRANSBANK_PYTHON: Final = ("transbank-pos-sdk==1.0.1", _SERIAL)
TRANSBANK_NODE: Final = (
    "transbank-pos-sdk@4.0.0",
    "serialport@12.0.0",
    "@serialport/parser-inter-byte-timeout@12.0.0",
    "@babel/runtime@7.29.15",
    "lrc-calculator@0.1.1",
)
PYTELIUM: Final = (
    "pyteliummanager==2.4.2",
    _SERIAL,
    "payment-card-identifier==0.1.2",
    "pycountry==18.2.23",
    "setuptools==80.9.0",  # for the pkg_resources in pycountry
    "six==1.17.0",
)
# Under the AGPL: it may only ever run as a process of its own.
POSTELIUM: Final = (
    "pypostelium==0.0.5",
    _SERIAL,
    "pycountry==26.2.16",
    "simplejson==4.3.0",
)
