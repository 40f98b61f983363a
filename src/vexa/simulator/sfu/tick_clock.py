"""When each 20 ms block of a meeting is due, and when it went out.

A real meeting's server has a machine of its own; this one may share two cores with the bots that it
is to test. Blocks that are late by little are caught up, as packets are after a hiccup of the
network. When the process got no processor for longer, the meeting stands still instead: blocks sent
in a burst would be played seconds after what pages show of who speaks, as no real meeting's are.
"""

from __future__ import annotations

import bisect
import time
from collections.abc import Callable

from vexa.simulator.sfu.speech_source import TICK_MS

TICK_S = TICK_MS / 1000
#: Lateness that is caught up, s: our own choice, as much as a jitter buffer takes without trouble.
CAUGHT_UP_S = 0.2


class TickClock:
    """Ties ticks to time. `monotonic_s` and `epoch_s` tell the time."""

    def __init__(
        self,
        monotonic_s: Callable[[], float] = time.monotonic,
        epoch_s: Callable[[], float] = time.time,
    ) -> None:
        self._monotonic_s = monotonic_s
        #: Time of day at which the monotonic clock stood at zero.
        self._zero_s = epoch_s() - monotonic_s()
        #: From which tick on, and when that tick was due by the monotonic clock.
        self._from_ticks = [0]
        self._due_s = [monotonic_s()]

    def start(self, tick: int) -> None:
        """Let a tick be due now. Ticks go on from there."""
        self._from_ticks.append(tick)
        self._due_s.append(self._monotonic_s())

    def wait_s(self, tick: int) -> float:
        """Return the seconds until a tick; where it is late by too much it is due now."""
        late_s = self._monotonic_s() - self._due_of(tick)
        if late_s > CAUGHT_UP_S:
            self.start(tick)
            return 0.0
        return max(0.0, -late_s)

    def epoch_of(self, tick: float) -> float:
        """Time of day of a tick, or between two, seconds since 1970."""
        return self._zero_s + self._due_of(tick)

    def _due_of(self, tick: float) -> float:
        at = bisect.bisect_right(self._from_ticks, tick) - 1
        return self._due_s[at] + (tick - self._from_ticks[at]) * TICK_S
