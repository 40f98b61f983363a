"""Puts the capture script into a page and hands on what it says, checked.

The way out of the page is a binding of the DevTools protocol with a name made for this launch. The
script takes it off `window` before any code of the page runs. Playwright's own `expose_binding`
would leave its controller, with the name in it, on `window` (docs/decisions/0033).
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from typing import Any

import structlog
from playwright.async_api import BrowserContext, CDPSession, Page

from vexa.bot.page_messages import (
    AudioPiece,
    CaptureMethod,
    ChannelMessage,
    ConnectionState,
    News,
    PageMessage,
    PageMessages,
    QuietTrack,
    TrackBegan,
    TrackEnded,
    TrackRead,
)
from vexa.bot.page_scripts import read_script
from vexa.platforms.base import PAGE_MIX
from vexa.platforms.stalls import UNSEEN_SINCE

_log = structlog.get_logger(__name__)

#: Ways to read a track, best first: docs/decisions/0033.
METHODS = ("processor", "worklet", "script")
#: Scripts that capture.js is given first, in its order.
_PARTS = ("labels.js", "readers.js")
#: One log line for each so many refused messages.
_LOG_EVERY_REFUSED = 1_000


def epoch_ms() -> float:
    """Return the time of day, milliseconds since 1970."""
    return time.time() * 1000


class Capture:
    """What comes out of one page.

    Args:
        channels: labels of data channels that are read.
        on_audio: takes sound.
        on_quiet: takes news of silence: until a track's beginning, and after its sound.
        on_channel: takes messages of those channels.
        on_news: takes what `page_script` tells.
        page_script: the platform's own script, or nothing (`Platform.page_script`).
        heeds_page_mix: what the page plays by Web Audio is a track too (docs/decisions/0085), and
            this tells whether it counts now; None where it is not taken at all.
        is_mix: each track is a mix of several people, whose packets name all of them.
        methods: ways to read a track, best first.
    """

    def __init__(
        self,
        channels: frozenset[str],
        on_audio: Callable[[AudioPiece], None],
        on_quiet: Callable[[QuietTrack], None],
        on_channel: Callable[[ChannelMessage], None],
        on_news: Callable[[News], None],
        *,
        page_script: str = "",
        heeds_page_mix: Callable[[], bool] | None = None,
        is_mix: bool = False,
        methods: tuple[str, ...] = METHODS,
    ) -> None:
        self._channels = tuple(sorted(channels))
        self._on_audio = on_audio
        self._on_quiet = on_quiet
        self._on_channel = on_channel
        self._on_news = on_news
        self._methods = methods
        self._heeds_page_mix = heeds_page_mix or (lambda: False)
        self._page_mixes: set[str] = set()
        self._binding = "_" + secrets.token_hex(12)
        nonce = secrets.token_hex(16)
        self._messages = PageMessages(nonce, self._channels)
        config = {
            "binding": self._binding,
            "nonce": nonce,
            "channels": self._channels,
            "methods": self._methods,
            "mix": PAGE_MIX.track,
            "mixed": is_mix,
        }
        own = f"({page_script})" if page_script else "null"
        tap = f"({read_script('mix_tap.js')})" if heeds_page_mix else "null"
        scripts = (*map(read_script, _PARTS), UNSEEN_SINCE)
        parts = [json.dumps(config), *(f"({script})" for script in scripts), own, tap]
        self._script = f"{read_script('capture.js')}({', '.join(parts)});"
        self._tracks = 0
        self.connections: dict[str, str] = {}
        self._session: CDPSession | None = None
        #: Track → epoch time at which it was last known to be read, ms.
        self._read_ms: dict[str, float] = {}

    async def install(self, context: BrowserContext, page: Page) -> None:
        """Prepare a page that has not loaded anything yet."""
        session = self._session = await context.new_cdp_session(page)
        session.on("Runtime.bindingCalled", self._called)
        await session.send("Runtime.enable")
        await session.send("Runtime.addBinding", {"name": self._binding})
        await context.add_init_script(script=self._script)

    def _called(self, event: dict[str, Any]) -> None:
        if event.get("name") == self._binding:
            self.take(event.get("payload"))

    def take(self, text: object) -> None:
        """Take one message of the page."""
        message = self._messages.read(text, epoch_ms())
        if self._is_unheeded(message):
            return
        self._note_read(message)
        if isinstance(message, AudioPiece):
            self._on_audio(message)
        elif isinstance(message, QuietTrack):
            self._on_quiet(message)
        elif isinstance(message, ChannelMessage):
            self._on_channel(message)
        elif isinstance(message, News):
            self._on_news(message)
        elif isinstance(message, TrackBegan):
            self._tracks += message.names != PAGE_MIX
            self._on_quiet(QuietTrack(message.track, epoch_ms()))
        elif isinstance(message, ConnectionState):
            self.connections[message.connection] = message.state
            _log.info("connection_state", connection=message.connection, state=message.state)
        elif isinstance(message, CaptureMethod):
            level = _log.error if message.method == "none" else _log.info
            level("track_captured", track=message.track, method=message.method)
        elif message is None and self._messages.refused % _LOG_EVERY_REFUSED == 1:
            _log.warning("page_messages_refused", count=self._messages.refused)

    def _is_unheeded(self, message: PageMessage | None) -> bool:
        if isinstance(message, TrackBegan) and message.names == PAGE_MIX:
            self._page_mixes.add(message.track)
        track = getattr(message, "track", None)
        return track in self._page_mixes and not self._heeds_page_mix()

    def _note_read(self, message: PageMessage | None) -> None:
        if isinstance(message, TrackEnded):
            self._read_ms.pop(message.track, None)
        elif isinstance(message, AudioPiece | QuietTrack | TrackBegan | TrackRead):
            self._read_ms[message.track] = epoch_ms()

    @property
    def tracks(self) -> int:
        """How many tracks there have been whose sound counts."""
        return self._tracks + (len(self._page_mixes) if self._heeds_page_mix() else 0)

    @property
    def unread_ms(self) -> float | None:
        """Since any of the tracks that are there was read, ms; None when there is none."""
        if not self._read_ms:
            return None
        return max(0.0, epoch_ms() - max(self._read_ms.values()))

    @property
    def is_cut_off(self) -> bool:
        """Whether there were connections and none of them works any more.

        A page whose played sound is taken may do without them: its sound comes by other ways.
        """
        states = self.connections.values()
        is_broken = all(s in {"failed", "disconnected", "closed"} for s in states)
        return not self._heeds_page_mix() and bool(states) and is_broken
