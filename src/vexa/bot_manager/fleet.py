"""The bots of this host as this process knows them, and the bells that wake their heartbeats.

Nothing here lasts: after a restart `adoption` fills it again from the database and the process
table. Times are monotonic seconds of the injected clock.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from vexa.bot_manager.orchestrators.base import BotHandle
from vexa.kit.clock import Clock


@dataclass(slots=True)
class Bot:
    """One bot process.

    Attributes:
        meeting_id: the meeting it is in.
        handle: its process.
        seen_s: last sign of life; its start or adoption before the first heartbeat.
        has_beaten: whether a heartbeat has come, to this process.
        gone_by_s: when the process must have ended by itself; None while it may go on.
        is_hung: it was given up because its heartbeats stopped.
        is_being_ended: its processes are being ended now.
    """

    meeting_id: int
    handle: BotHandle
    seen_s: float
    has_beaten: bool = False
    gone_by_s: float | None = None
    is_hung: bool = False
    is_being_ended: bool = False

    def must_go(self, by_s: float) -> None:
        """Set when the process must have ended; an earlier time stays."""
        self.gone_by_s = by_s if self.gone_by_s is None else min(self.gone_by_s, by_s)


class Fleet:
    """Bots by meeting, and launches by connection id."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._bots: dict[int, Bot] = {}
        self._launching: set[str] = set()
        self._bells: dict[int, set[asyncio.Event]] = {}

    @property
    def bots(self) -> list[Bot]:
        """Every bot whose process runs, or has ended and is not yet dealt with."""
        return list(self._bots.values())

    @property
    def is_busy(self) -> bool:
        """Whether any bot runs or is being launched."""
        return bool(self._bots or self._launching)

    def get(self, meeting_id: int) -> Bot | None:
        """Return the bot of a meeting."""
        return self._bots.get(meeting_id)

    def add(self, meeting_id: int, handle: BotHandle) -> Bot:
        """Take a bot in."""
        bot = Bot(meeting_id, handle, self._clock.monotonic_s())
        self._bots[meeting_id] = bot
        return bot

    def remove(self, meeting_id: int) -> None:
        """Forget a bot. Safe to call twice."""
        self._bots.pop(meeting_id, None)
        self.ring(meeting_id)

    def begin_launch(self, connection_id: str) -> None:
        """Note a launch, before its meeting exists: so no open meeting is ever without either."""
        self._launching.add(connection_id)

    def end_launch(self, connection_id: str) -> None:
        """The launch is over: its bot was added, or its meeting ended. Safe to call twice."""
        self._launching.discard(connection_id)

    def cares_for(self, meeting_id: int, connection_id: str) -> bool:
        """Tell whether a meeting has a bot here, or one on its way."""
        return meeting_id in self._bots or connection_id in self._launching

    def saw(self, meeting_id: int) -> None:
        """Note a sign of life."""
        bot = self._bots.get(meeting_id)
        if bot is not None:
            bot.seen_s = self._clock.monotonic_s()
            bot.has_beaten = True

    def excuse(self, seconds: float) -> None:
        """Forgive every bot a time in which this process could not listen."""
        for bot in self._bots.values():
            bot.seen_s += seconds

    def ring(self, meeting_id: int) -> None:
        """Wake whoever listens for news of a meeting."""
        for bell in self._bells.get(meeting_id, ()):
            bell.set()

    @contextlib.contextmanager
    def listening(self, meeting_id: int) -> Iterator[asyncio.Event]:
        """Give an event that is set by news of a meeting, from now until the block ends.

        Begin to listen before reading the meeting, or news in between are missed.
        """
        bell = asyncio.Event()
        bells = self._bells.setdefault(meeting_id, set())
        bells.add(bell)
        try:
            yield bell
        finally:
            bells.discard(bell)
            if not bells and self._bells.get(meeting_id) is bells:
                del self._bells[meeting_id]
