"""Messages of `main-channel`: who dominates, and captions as text. Source: public bots, 2026-09."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from vexa.simulator.teams.captions import CaptionLine

#: Bytes before the JSON of a channel message; what they mean is not known. Two look like brackets.
_PREFIX = b"\x02\x00\x5b\x11\x5b\x00"
#: Times are counted in 100 ns, from the beginning of 1900: so long before 1970, seconds.
_PER_S = 10_000_000
_FROM_1900_S = 2_208_988_800


def dominance(history: Sequence[int]) -> bytes:
    """Tell of dominant speakers by their source ids, the newest first."""
    return _message([{"type": "dsh", "history": list(history)}])


def recognition(line: CaptionLine, user_id: str, began_epoch_s: float) -> bytes:
    """Tell a line of captions as it is now.

    Args:
        line: what was said.
        user_id: its author's.
        began_epoch_s: when the line's first sound was sent, seconds since 1970.
    """
    result = {
        "userId": user_id,
        "text": line.text,
        "isFinal": line.is_final,
        "timestampAudioSent": round((began_epoch_s + _FROM_1900_S) * _PER_S),
        "duration": round(line.length_s * _PER_S),
    }
    return _message({"recognitionResults": [result]})


def _message(body: Any) -> bytes:
    return _PREFIX + json.dumps(body).encode()
