"""Where a bot is, and how it ended. Pure: events in, reports out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vexa.contracts.meeting import MeetingStatus, Outcome, terminal_status
from vexa.platforms.base import Judgement, Stage


class BotState(StrEnum):
    """The bot's own states."""

    STARTING = "starting"
    JOINING = "joining"
    AWAITING_ADMISSION = "awaiting_admission"
    NEEDS_HELP = "needs_help"
    ACTIVE = "active"
    LEAVING = "leaving"


_NEXT: dict[BotState, frozenset[BotState]] = {
    BotState.STARTING: frozenset({BotState.JOINING, BotState.LEAVING}),
    BotState.JOINING: frozenset(
        {BotState.AWAITING_ADMISSION, BotState.NEEDS_HELP, BotState.ACTIVE, BotState.LEAVING}
    ),
    BotState.AWAITING_ADMISSION: frozenset(
        {BotState.NEEDS_HELP, BotState.ACTIVE, BotState.LEAVING}
    ),
    BotState.NEEDS_HELP: frozenset(
        {BotState.AWAITING_ADMISSION, BotState.ACTIVE, BotState.LEAVING}
    ),
    BotState.ACTIVE: frozenset({BotState.LEAVING}),
    BotState.LEAVING: frozenset(),
}

#: What is told to the bot manager on reaching a state.
_TOLD = {
    BotState.JOINING: MeetingStatus.JOINING,
    BotState.AWAITING_ADMISSION: MeetingStatus.AWAITING_ADMISSION,
    BotState.NEEDS_HELP: MeetingStatus.NEEDS_HELP,
    BotState.ACTIVE: MeetingStatus.ACTIVE,
}


@dataclass(frozen=True, slots=True)
class End:
    """How the stay ended. `reason` names the page step or cause, and no person."""

    outcome: Outcome
    reason: str


class Lifecycle:
    """One stay, from start to end. The first end counts; later ones change nothing."""

    def __init__(self) -> None:
        self.state = BotState.STARTING
        self.was_active = False
        self.end: End | None = None

    def reach(self, state: BotState) -> MeetingStatus | None:
        """Move to `state`; return the status to report. A move that cannot be changes nothing."""
        if state not in _NEXT[self.state]:
            return None
        self.state = state
        self.was_active = self.was_active or state is BotState.ACTIVE
        return _TOLD.get(state)

    def finish(self, outcome: Outcome, reason: str) -> End:
        """Note the end; return the one that counts."""
        if self.end is None:
            self.end = End(outcome, reason)
            self.state = BotState.LEAVING
        return self.end

    @property
    def final_status(self) -> MeetingStatus:
        """The status that the end means."""
        assert self.end is not None
        return terminal_status(self.end.outcome, was_active=self.was_active)


class Patience:
    """Believes a judgement when it was made several times in a row and stood long enough."""

    def __init__(self, looks: int) -> None:
        self._looks = looks
        self._last: tuple[Stage, Outcome | None] | None = None
        self._count = 0
        self._since_s = 0.0

    def sure(self, judgement: Judgement, now_s: float) -> bool:
        """Take one judgement made at `now_s`, monotonic; tell whether it now counts."""
        seen = (judgement.stage, judgement.outcome)
        if seen != self._last:
            self._count, self._since_s = 0, now_s
        self._last = seen
        self._count += 1
        return self._count >= self._looks and now_s - self._since_s >= judgement.stands_s
