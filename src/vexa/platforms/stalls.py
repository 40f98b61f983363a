"""Tells since when a page may have kept back what it shows now: a stall delays signs, not sound.

While a page is busy it shows no change; afterwards it shows them all at once. So what is seen
after a stall may be true since the stall began. `UNSEEN_SINCE` is a function of the page: it takes
`setInterval` and `performance.now`, as they were before the page's own code, and gives a function
that returns the time since which a change that is seen now may have been kept back, on that clock;
now itself where nothing stalled.
"""

from __future__ import annotations

import math
from typing import NamedTuple

#: A page that is busy for longer is dead, ms.
_LONGEST_MS = 60_000.0

#: A beat later than `STALL_MS` after the one before is a stall: three beats left out. In
#: `SETTLE_MS` without a stall the page has shown what had waited; stalls less apart are one, but
#: nothing waits for longer than `MOST_MS`. All are our own choices.
UNSEEN_SINCE = """(every, clock) => {
  const BEAT_MS = 100;
  const STALL_MS = 400;
  const SETTLE_MS = 600;
  const MOST_MS = 5000;
  let beatAt = clock();
  let stalledFrom = beatAt;
  let stalledUntil = -Infinity;
  const beat = () => {
    const now = clock();
    if (now - beatAt > STALL_MS) {
      if (beatAt - stalledUntil > SETTLE_MS) stalledFrom = beatAt;
      stalledUntil = now;
    }
    beatAt = now;
    return now;
  };
  every(beat, BEAT_MS);
  return () => {
    const now = beat();
    const from = stalledFrom > now - MOST_MS ? stalledFrom : now - MOST_MS;
    return now - stalledUntil < SETTLE_MS ? from : now;
  };
}"""


class Seen(NamedTuple):
    """When a change was seen on a page, and since when it may have been kept back, epoch ms."""

    at_ms: float
    since_ms: float


def read_seen(at_ms: object, since_ms: object) -> Seen:
    """Check two times that a page told.

    Raises:
        ValueError: no such times.
    """
    match at_ms, since_ms:
        case (float() | int()) as at, (float() | int()) as since:
            if math.isfinite(at) and 0 <= at - since <= _LONGEST_MS:
                return Seen(float(at), float(since))
    raise ValueError("news without the time at which they were seen")
