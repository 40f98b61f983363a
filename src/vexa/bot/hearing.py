"""What the bot hears: sound becomes streams, roster news become names; deaf before admission."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

import structlog
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Response

from vexa.bot.page_messages import AudioPiece, ChannelMessage
from vexa.bot.roster import Roster
from vexa.bot.speech_streams import SpeechStreams
from vexa.kit.tasks import BackgroundTasks
from vexa.platforms.base import Platform, RosterChange

_log = structlog.get_logger(__name__)

#: Sound that waits for the proof of admission, pieces: some seconds of three tracks.
_MOST_WAITING = 150
#: Largest roster answer that is read, bytes.
_LARGEST_ANSWER = 4_000_000


class Hearing:
    """Takes what comes out of the page.

    Sound counts from the last look that showed the bot still outside, and only once a later look
    has proved that it is in. `heard_s` is the monotonic time of the last sound.
    """

    def __init__(self, platform: Platform, roster: Roster, streams: SpeechStreams) -> None:
        self._platform = platform
        self._roster = roster
        self._streams = streams
        self._waiting: deque[AudioPiece] = deque(maxlen=_MOST_WAITING)
        self._outside_ms = time.time() * 1000
        self._admitted = False
        self.heard_s = 0.0
        self._tasks = BackgroundTasks()

    def take_audio(self, piece: AudioPiece) -> None:
        """Take one piece of sound."""
        self.heard_s = time.monotonic()
        if self._admitted:
            self._streams.take(piece)
        else:
            self._waiting.append(piece)

    def take_channel(self, message: ChannelMessage) -> None:
        """Take roster news of a data channel."""
        self._apply(self._platform.decode_channel, message.data)

    def listen(self, page: Page) -> None:
        """Read the roster's HTTP answers of a page too."""
        page.on("response", self._on_response)

    def _on_response(self, response: Response) -> None:
        if self._platform.roster_path in response.url and response.ok:
            self._tasks.spawn("roster answer", self._read_answer(response))

    async def _read_answer(self, response: Response) -> None:
        try:
            body = await response.body()
        except PlaywrightError:
            return
        if len(body) <= _LARGEST_ANSWER:
            self._apply(self._platform.decode_answer, body)

    def _apply(self, decode: Callable[[bytes], RosterChange], data: bytes) -> None:
        try:
            self._roster.apply(decode(data))
        except ValueError as exc:
            _log.info("roster_news_unreadable", cause=type(exc).__name__)

    def still_outside(self, at_ms: float) -> None:
        """Note a look, begun at `at_ms`, that showed the bot not admitted."""
        self._outside_ms = at_ms

    def admit(self) -> None:
        """From now on everything is heard; of what waits, only what came after the last lobby."""
        self._admitted = True
        for piece in self._waiting:
            if piece.at_ms > self._outside_ms:
                self._streams.take(piece)
        self._waiting.clear()

    async def aclose(self) -> None:
        """Stop listening."""
        await self._tasks.aclose()
