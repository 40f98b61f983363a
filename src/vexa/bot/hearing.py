"""What the bot hears: sound becomes streams, roster news become names; deaf before admission."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import structlog
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Response

from vexa.bot.glow_witness import GlowWitness
from vexa.bot.hearing_proof import HearingProof
from vexa.bot.mixed_sound import MixedSound
from vexa.bot.page_messages import AudioPiece, ChannelMessage, News
from vexa.bot.roster import Roster
from vexa.bot.sink_choice import HOLD_MS, PAGE_AUDIBLE, SinkChoice, peak_of
from vexa.bot.speech_streams import SpeechStreams
from vexa.bot.track_sound import TrackSound
from vexa.contracts.bot import Hears
from vexa.kit.tasks import BackgroundTasks
from vexa.platforms.base import Platform, RosterChange, SoundBy, TrackNames

_log = structlog.get_logger(__name__)

#: Sound that waits for the proof of admission, pieces: some seconds of three tracks.
_MOST_WAITING = 150
#: Largest roster answer that is read, bytes.
_LARGEST_ANSWER = 4_000_000
#: What the page played is in the sink so much later at most, ms (measured: docs/decisions/0077).
_SINK_LATE_MS = 500.0
#: Whose the sound of the sink is, where no signs tell: nobody's, in one stream.
_SINK_SOURCE = "sink"
#: A bot that is in for so long without any audible sound says that it hears nothing, ms.
_DEAF_AFTER_MS = 30_000.0


class Hearing:
    """Takes what comes out of the page.

    Sound counts from the last look that showed the bot still outside, and only once a later look
    has proved that it is in. `heard_s` is the monotonic time of the last sound; `hears` says by
    what the bot hears, None before it can be known.

    Args:
        platform: the meeting's.
        roster: learns what the platform tells.
        streams: take the sound that counts.
        unread_ms: `Capture.unread_ms`.
    """

    def __init__(
        self,
        platform: Platform,
        roster: Roster,
        streams: SpeechStreams,
        unread_ms: Callable[[], float | None],
    ) -> None:
        self._unread_ms = unread_ms
        self._proof = HearingProof()
        self._platform = platform
        self._roster = roster
        self._streams = streams
        self._mix = MixedSound(platform.speaking_late_ms, streams.take)
        self._tracks = TrackSound(self._owner_of, streams.take)
        self._witness = GlowWitness()
        self._sink = SinkChoice(self._hand_on_sink)
        self._waiting: deque[AudioPiece] = deque(maxlen=_MOST_WAITING)
        self._outside_ms = time.time() * 1000
        self._admitted_ms: float | None = None
        self._page_sounded = False
        self.heard_s = 0.0
        self.hears: Hears | None = None
        self._tasks = BackgroundTasks()

    @property
    def _is_mix(self) -> bool:
        return self._platform.sound_by in {SoundBy.MIX, SoundBy.PLAYED}

    def take_audio(self, piece: AudioPiece) -> None:
        """Take one piece of sound of the page's tracks."""
        self.heard_s = time.monotonic()
        peak = peak_of(piece)
        is_new = self._sink.take_page(piece, peak)
        if not self._platform.hears(piece.names, piece.at_ms, peak) or not is_new:
            return
        if self._admitted_ms is not None:
            self._note_page(piece, peak)
            self._hand_on(piece)
        else:
            self._waiting.append(piece)

    def _note_page(self, piece: AudioPiece, peak: int) -> None:
        if peak >= PAGE_AUDIBLE:
            self._page_sounded = True
            self._proof.take_sound(piece.at_ms, peak)

    def take_sink(self, piece: AudioPiece) -> None:
        """Take one piece of what the browser plays; most of the time it is heard otherwise."""
        if self._admitted_ms is not None and piece.at_ms >= self._admitted_ms + _SINK_LATE_MS:
            self._sink.take(piece)

    def _hand_on_sink(self, piece: AudioPiece) -> None:
        self.heard_s = time.monotonic()
        self._proof.take_sound(piece.at_ms, peak_of(piece))
        if self._is_mix:
            self._mix.take(piece)
        else:
            # signs of a platform that needs none for its sound are too inexact to name a mix
            self._streams.take(replace(piece, source=_SINK_SOURCE))

    def _hand_on(self, piece: AudioPiece) -> None:
        if self._is_mix:
            # some sessions of such a platform have a track for each person
            owner = piece.source or self._platform.owner_of(piece.names)
            self._mix.take(replace(piece, source=owner))
        elif self._platform.sound_by is SoundBy.TRACK:
            self._tracks.take(piece)
        else:
            self._witness.take(piece)
            self._streams.take(piece)

    def _owner_of(self, names: TrackNames) -> str | None:
        return self._platform.owner_of(names) or self._roster.device_of(names.stream)

    def take_channel(self, message: ChannelMessage) -> None:
        """Take roster news of a data channel."""
        self._apply(
            lambda: self._platform.decode_channel(message.channel, message.data, message.seen)
        )

    def take_news(self, news: News) -> None:
        """Take what the platform's script in the page tells."""
        self._apply(lambda: self._platform.decode_news(news.text))

    def listen(self, page: Page) -> None:
        """Read the roster's HTTP answers of a page too."""
        if self._platform.roster_path:
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
            self._apply(lambda: self._platform.decode_answer(body))

    def _apply(self, decode: Callable[[], RosterChange]) -> None:
        try:
            change = decode()
        except ValueError as exc:
            _log.info("roster_news_unreadable", cause=type(exc).__name__)
            return
        self._roster.apply(change)
        self._mix.late_ms = self._platform.speaking_late_ms
        for sign in change.speaking:
            if self._admitted_ms is not None:
                self._proof.take_sign(sign.at_ms)
            if self._is_mix:
                self._mix.note(sign)
            else:
                self._witness.note(sign)

    def still_outside(self, at_ms: float) -> None:
        """Note a look, begun at `at_ms`, that showed the bot not admitted."""
        self._outside_ms = at_ms

    def admit(self) -> None:
        """From now on everything is heard; of what waits, only what came after the last lobby."""
        self._admitted_ms = time.time() * 1000
        for piece in self._waiting:
            if piece.at_ms > self._outside_ms:
                self._note_page(piece, peak_of(piece))
                self._hand_on(piece)
        self._waiting.clear()

    def tick(self, now_ms: float) -> None:
        """Let time pass, for the streams too: there, silence must not overtake held sound."""
        self._sink.tick(now_ms)
        self._mix.tick(now_ms)
        self._tracks.tick(now_ms)
        self._believe_witness()
        sink_hold_ms = HOLD_MS if self._sink.is_chosen else 0.0
        mix_until_ms = self._mix.whole_until_ms(now_ms) if self._is_mix else now_ms
        self._streams.tick(min(now_ms - sink_hold_ms, mix_until_ms))
        self._proof.look(now_ms, 0.0 if self._sink.is_chosen else self._unread_ms())
        self._say_by_what(now_ms)

    @property
    def silent_s(self) -> float:
        """How long nobody was heard, while it is proved that the bot hears, seconds."""
        return self._proof.silent_ms / 1000

    def _say_by_what(self, now_ms: float) -> None:
        hears = self.hears
        if self._sink.is_chosen:
            hears = Hears.SINK
        elif self._proof.is_deaf and self._admitted_ms is not None:
            hears = Hears.NOTHING
        elif self._page_sounded:
            hears = Hears.PAGE
        elif self._admitted_ms is not None and now_ms - self._admitted_ms >= _DEAF_AFTER_MS:
            hears = hears or Hears.NOTHING
        if hears is not self.hears:
            self.hears = hears
            level = _log.info if hears is Hears.PAGE else _log.warning
            level("hears_by", what=str(hears))

    def _believe_witness(self) -> None:
        for source in self._witness.sources:
            if self._roster.device_of(source) is not None:
                continue
            owner = self._witness.owner_of(source)
            # a note-taker's tile may be lit by what others say: its own light gives nobody a name
            if owner is None or self._roster.is_note_taker(owner):
                continue
            _log.info("source_owner_witnessed")
            self._roster.apply(RosterChange(streams={source: owner}))

    async def aclose(self) -> None:
        """Stop listening; hand on what is held back."""
        self._sink.flush()
        self._mix.flush()
        self._tracks.flush()
        await self._tasks.aclose()
