"""Uses the generated client as its documentation says; run where `vexa_api` can be imported.

use.py OPENAPI_FILE URL NATIVE_ID   with the key in VEXA_API_KEY; prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

DOCUMENT = json.loads(Path(sys.argv[1]).read_text())
URL, NATIVE_ID = sys.argv[2:]


def operation(method: str, path: str) -> Any:
    """Return the module of one operation."""
    described = DOCUMENT["paths"][path][method]
    tag = described.get("tags", ["default"])[0].replace(" ", "_")
    name = re.sub("_+", "_", described["operationId"]).strip("_")
    return import_module(f"vexa_api.api.{tag}.{name}")


def main() -> None:
    """Send a bot, look at it, read, take it out; without a key, be refused."""
    package, models = import_module("vexa_api"), import_module("vexa_api.models")
    scheme = DOCUMENT["components"]["securitySchemes"]["ApiKey"]
    client = package.AuthenticatedClient(
        base_url=URL,
        token=os.environ["VEXA_API_KEY"],
        prefix="",
        auth_header_name=scheme["name"],
    )
    wanted = models.MeetingCreate.from_dict(
        {"platform": "google_meet", "native_meeting_id": NATIVE_ID}
    )
    meeting = operation("post", "/bots").sync(client=client, body=wanted)
    place = ("google_meet", NATIVE_ID)
    at = "{platform}/{native_meeting_id}"
    running = operation("get", "/bots/status").sync(client=client)
    transcript = operation("get", f"/transcripts/{at}").sync(*place, client=client)
    stopped = operation("delete", f"/bots/{at}").sync_detailed(*place, client=client)
    nobody = package.Client(base_url=URL)
    refused = operation("get", "/bots/status").sync_detailed(client=nobody)
    told = {
        "meeting": [type(meeting).__name__, meeting.id, meeting.native_meeting_id],
        "running": running.count,
        "transcript": [type(transcript).__name__, transcript.id],
        "stopped": int(stopped.status_code),
        "refused": int(refused.status_code),
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
