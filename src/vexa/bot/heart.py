"""The bot's heartbeat: a sign of life that goes out, and orders that come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx2
import structlog

from vexa.bot.reporter import ManagerClient
from vexa.contracts.bot import Hears, Order, OrderKind, SpeechWishes

_log = structlog.get_logger(__name__)

#: Between two heartbeats whose answers are not held; and after one that failed, seconds.
BEAT_S = 1.0


@dataclass(frozen=True, slots=True)
class Signs:
    """What a heartbeat tells.

    Attributes:
        audio_s: sound sent to the speech server so far, seconds.
        names: of everybody who has been in the meeting besides the bot.
        notice_posted: whether the notice is in the chat; None when it was not tried.
        hears: by what; None before it can be known.
    """

    state: str
    tracks: int
    people: int
    audio_s: float
    names: tuple[str, ...] = field(default=(), repr=False)
    notice_posted: bool | None = None
    hears: Hears | None = None


class Heart:
    """Beats until cancelled.

    Args:
        client: the way to the bot manager.
        signs: asked before each beat.
        leave: called with each order to leave.
        listen_anew: called with what holds now, once for each change.
    """

    def __init__(
        self,
        client: ManagerClient,
        signs: Callable[[], Signs],
        leave: Callable[[], None],
        listen_anew: Callable[[SpeechWishes], None],
    ) -> None:
        self._client = client
        self._signs = signs
        self._leave = leave
        self._listen_anew = listen_anew
        self._config_revision = 0
        #: Names as the manager last took them.
        self._told_names: tuple[str, ...] = ()

    async def run(self) -> None:
        """Beat."""
        while True:
            signs = self._signs()
            news = signs.names if signs.names != self._told_names else None
            try:
                orders = await self._client.heartbeat(
                    signs.state,
                    tracks=signs.tracks,
                    people=signs.people,
                    audio_s=signs.audio_s,
                    names=news,
                    notice_posted=signs.notice_posted,
                    hears=signs.hears,
                    config_revision=self._config_revision,
                )
            except (httpx2.HTTPError, ValueError) as exc:
                _log.info("heartbeat_failed", cause=type(exc).__name__)
            else:
                self._told_names = signs.names
                for order in orders:
                    self._obey(order)
            await asyncio.sleep(BEAT_S)

    def _obey(self, order: Order) -> None:
        if order.action is OrderKind.LEAVE:
            self._leave()
            return
        revision, speech = order.config_revision, order.speech
        if revision is not None and speech is not None and revision != self._config_revision:
            self._listen_anew(speech)
            self._config_revision = revision
            _log.info("reconfigured", config_revision=revision)
