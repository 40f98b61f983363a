"""Pure: how far to back off, from how long due decodes wait for a worker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """What is done at one level. `step_s` None means that only finals are decoded."""

    enter_wait_s: float
    step_factor: float | None
    takes_sessions: bool = True


#: Steps of asr.md §5: wider drafts, then finals only, then no new sessions.
LEVELS = (
    Level(0.0, 1.0),
    Level(0.5, 2.0),
    Level(1.2, 4.0),
    Level(2.5, None),
    Level(5.0, None, takes_sessions=False),
)
#: A wait counts this long; going down a level takes as long.
MEMORY_S = 4.0
#: A level is left when waits fall below this share of what entered it.
LEAVE_SHARE = 0.4


class Backoff:
    """Feed it waits; read the level. All times are monotonic seconds of the caller's clock."""

    def __init__(self) -> None:
        self.level = 0
        self._recent: list[tuple[float, float]] = []
        self._changed_s = float("-inf")

    def note(self, wait_s: float, now_s: float) -> None:
        """Take the wait of a decode that has just begun, or that still waits."""
        self._recent.append((now_s, wait_s))
        self.update(now_s)

    def update(self, now_s: float) -> None:
        """Let time pass."""
        self._recent = [item for item in self._recent if now_s - item[0] <= MEMORY_S]
        waits = sorted(wait for _, wait in self._recent)
        typical_s = waits[len(waits) // 2] if waits else 0.0
        while self.level + 1 < len(LEVELS) and typical_s >= LEVELS[self.level + 1].enter_wait_s:
            self.level += 1
            self._changed_s = now_s
        if self.level == 0 or now_s - self._changed_s < MEMORY_S:
            return
        if typical_s < LEVELS[self.level].enter_wait_s * LEAVE_SHARE:
            self.level -= 1
            self._changed_s = now_s

    def step_s(self, normal_s: float) -> float | None:
        """Return how much new audio makes a draft; None for finals only."""
        factor = LEVELS[self.level].step_factor
        return None if factor is None else normal_s * factor

    @property
    def takes_sessions(self) -> bool:
        """Whether a new session may begin."""
        return LEVELS[self.level].takes_sessions
