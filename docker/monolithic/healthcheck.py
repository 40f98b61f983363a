"""The container's HEALTHCHECK: exit status 0 while all six programs do their work.

Stores that are away for a while do not count, nor does a model that is still being downloaded: a
host that restarts unhealthy containers would end every meeting for it. Those are in `/readyz`.
"""

import socket
import sys
import urllib.request
from pathlib import Path

ADDRESSES = Path("/run/vexa/health-addresses")
DISPLAY = "/tmp/.X11-unix/X99"
TIMEOUT_S = 5


def problems() -> list[str]:
    """Return one line for each program that does not answer."""
    found = []
    try:
        lines = ADDRESSES.read_text().split()
    except OSError:
        return ["the container is still starting"]
    for address in lines:
        try:
            urllib.request.urlopen(address, timeout=TIMEOUT_S).close()
        except OSError as exc:
            found.append(f"{address}: {exc}")
    with socket.socket(socket.AF_UNIX) as display:
        display.settimeout(TIMEOUT_S)
        try:
            display.connect(DISPLAY)
        except OSError as exc:
            found.append(f"display {DISPLAY}: {exc}")
    return found


if __name__ == "__main__":
    found = problems()
    print("; ".join(found) or "healthy")
    sys.exit(1 if found else 0)
