"""The `dcrpc` messages of sessions without audio receivers: who speaks.

Known from a public bot (read in 2026-09): a message whose field 2 is a gzip-compressed snapshot, in
whose records field 4 is a device's id, and field 9 has a field 2 while it speaks. Where the records
lie in a snapshot, and who opens the channel, is not known; both are this double's own choice.
"""

from __future__ import annotations

import gzip
from collections.abc import Collection, Iterable

from vexa.kit.protobuf_messages import build_messages

CHANNEL = "dcrpc"

_MESSAGES = build_messages(
    "vexa.simulator.meet.activity",
    {
        "Message": {"number": (1, "uint32"), "snapshot": (2, "bytes")},
        "Snapshot": {"records": (1, "*Record")},
        "Record": {"device_id": (4, "string"), "active": (9, "Active")},
        "Active": {"heard": (1, "uint32"), "speaks": (2, "uint32")},
    },
    "proto3",
)


def encode_activity(here: Iterable[str], speaking: Collection[str]) -> bytes:
    """Return the message about the devices that are in, of which some speak."""
    records = [
        {"device_id": device, "active": {"heard": 1, "speaks": int(device in speaking)}}
        for device in here
    ]
    snapshot = _MESSAGES["Snapshot"](records=records).SerializeToString()
    message = _MESSAGES["Message"](number=1, snapshot=gzip.compress(snapshot))
    return bytes(message.SerializeToString())
