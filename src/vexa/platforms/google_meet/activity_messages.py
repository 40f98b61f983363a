"""Reads who speaks in those of Meet's sessions that have no audio receivers.

Such a session plays one mix by Web Audio, and a data channel labelled `dcrpc` tells who speaks: a
protobuf message whose field 2 is a gzip-compressed snapshot, in which a record has a device's id in
field 4 and something in field 2 of its field 9 while that device speaks (a public bot's finding,
read 2026-09). Where in a snapshot the records are is not known, so they are looked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.unknown_fields import UnknownFieldSet

from vexa.kit.protobuf_messages import build_messages
from vexa.platforms.base import RosterChange, Speaking
from vexa.platforms.google_meet.wire_messages import inflate, parse, text_of
from vexa.platforms.stalls import Seen

CHANNEL = "dcrpc"
#: How much later than the sound a snapshot is, ms: a guess, measured nowhere yet.
LATE_MS = 250.0

#: Begins every device's id.
_DEVICE = b"spaces/"
#: Records lie in a list, perhaps in one more message.
_DEEPEST = 3
#: Most devices of one snapshot.
_MOST = 1_000

_MESSAGES = build_messages(
    "vexa.platforms.google_meet.activity",
    {
        "Message": {"snapshot": (2, "bytes")},
        "Unknown": {},
        "Record": {"device_id": (4, "bytes"), "active": (9, "bytes")},
    },
    "proto2",
)


class Activity:
    """Who speaks, by the latest snapshot of devices. `is_told`: there was one."""

    def __init__(self) -> None:
        self._speaking: frozenset[str] = frozenset()
        self.is_told = False

    def decode(self, message: bytes, seen: Seen) -> RosterChange:
        """Read one message of the channel.

        Raises:
            ValueError: not of the known form.
        """
        packed = parse(_MESSAGES["Message"], message).snapshot
        records = dict(_records(inflate(packed), _DEEPEST)) if packed else {}
        if not records:
            # of something else
            return RosterChange()
        self.is_told = True
        now = frozenset(device for device, speaks in records.items() if speaks)
        # a page that stalled tells late: who ceased may have done so since then
        ceased = [
            Speaking(one, False, seen.since_ms, may_be_a_pause=True)
            for one in sorted(self._speaking - now)
        ]
        begun = [Speaking(one, True, seen.at_ms) for one in sorted(now - self._speaking)]
        self._speaking = now
        # what is said on the mix is from the device itself
        return RosterChange(
            streams={device: device for device in records}, speaking=(*ceased, *begun)
        )


def _records(raw: bytes, depth: int) -> Iterator[tuple[str, bool]]:
    """Yield the devices of a snapshot and whether each speaks."""
    for count, (_, part) in enumerate(_parts(raw)):
        if count >= _MOST:
            return
        record = _as_record(part)
        if record is not None:
            yield text_of(record.device_id), any(n == 2 for n, _ in _fields(record.active))
        elif depth > 1:
            yield from _records(part, depth - 1)


def _as_record(raw: bytes) -> Any | None:
    try:
        record = parse(_MESSAGES["Record"], raw)
    except ValueError:
        return None
    return record if record.device_id.startswith(_DEVICE) else None


def _parts(raw: bytes) -> Iterator[tuple[int, bytes]]:
    return ((number, data) for number, data in _fields(raw) if isinstance(data, bytes))


def _fields(raw: bytes) -> Iterator[tuple[int, Any]]:
    """Yield number and value of each field; of bytes that are no message, nothing."""
    try:
        message = parse(_MESSAGES["Unknown"], raw)
    except ValueError:
        return
    fields = UnknownFieldSet(message)
    for index in range(len(fields)):
        yield fields[index].field_number, fields[index].data
