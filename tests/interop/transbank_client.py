"""Runs in the environment of the official SDK: calls on standard input, what came on the output.

The first argument is the port. A line in is `["method", {arguments}]`, a line out `{"result": …}`
or `{"error": "…"}`; progress that the SDK was told comes along as `progress`.
"""

from __future__ import annotations

import importlib
import json
import sys

# The SDK counts in steps of 0.2 s, and its own setting would wait for hours.
STEPS = 15


def main() -> int:
    """Serve until the input ends."""
    sdk = importlib.import_module("transbank.POS.POSIntegrado").POSIntegrado()
    sdk.timeout = STEPS
    sdk.open_port(sys.argv[1], 115_200)
    for line in sys.stdin:
        method, arguments = json.loads(line)
        progress: list[object] = []
        if arguments.get("send_status"):
            arguments["callback"] = progress.append
        try:
            told = {"result": getattr(sdk, method)(**arguments), "progress": progress}
        except Exception as error:  # whatever the SDK says is what the test wants to see
            told = {"error": f"{error}: {error.__cause__}"}
        print(json.dumps(told), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
