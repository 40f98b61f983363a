"""The parts of the speech server, put together and run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from websockets.asyncio.server import Server, serve

from vexa.bus.connection import Bus
from vexa.bus.speech_store import SpeechStore
from vexa.kit.clock import Clock, SystemClock
from vexa.kit.tasks import BackgroundTasks
from vexa.whisperlive.loaded_engine import LoadedEngine
from vexa.whisperlive.messages import MAX_MESSAGE_BYTES
from vexa.whisperlive.scheduler import Scheduler
from vexa.whisperlive.server import SpeechServer
from vexa.whisperlive.sessions import Sessions
from vexa.whisperlive.settings import WhisperSettings
from vexa.whisperlive.workers import Workers

_log = structlog.get_logger(__name__)

#: Messages of one client that may wait; more stay in its socket.
MAX_QUEUE = 16
#: A client whose audio must wait answers pings late: only one that is gone is dropped, seconds.
PING_TIMEOUT_S = 120


class SpeechProgram:
    """Everything but the HTTP side."""

    def __init__(self, settings: WhisperSettings, clock: Clock | None = None) -> None:
        clock = clock or SystemClock()
        self._settings = settings
        self._tasks = BackgroundTasks()
        self._bus = Bus(settings.bus_url)
        scheduler = Scheduler(settings.whisper_step_s)
        self.engine = LoadedEngine(settings, lambda: self._workers.wake())
        self._workers = Workers(
            scheduler, lambda: self.engine.engine, settings.whisper_workers, clock
        )
        self.sessions = Sessions(
            settings,
            SpeechStore(self._bus),
            scheduler,
            self.engine.gate,
            self._workers.wake,
            clock,
        )
        self._speech = SpeechServer(settings, self.engine, self.sessions)
        self._scheduler = scheduler
        self._server: Server | None = None

    @property
    def port(self) -> int:
        """The port that the WebSocket listens on."""
        assert self._server is not None
        port: int = next(iter(self._server.sockets)).getsockname()[1]
        return port

    async def facts(self) -> dict[str, Any]:
        """What goes on, for `/health`."""
        return {
            "sessions": self.sessions.count,
            "max_sessions": self._settings.wl_max_clients,
            "backoff_level": self._scheduler.backoff.level,
            "redis": await self._bus.problem() or "healthy",
        }

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve while the context is open."""
        settings = self._settings
        async with serve(
            self._speech.handle,
            settings.whisper_live_host,
            settings.whisper_live_port,
            compression=None,
            max_size=MAX_MESSAGE_BYTES,
            max_queue=MAX_QUEUE,
            ping_timeout=PING_TIMEOUT_S,
            server_header=None,
        ) as self._server:
            self._tasks.spawn("load-model", self.engine.run())
            self._tasks.spawn("look-after-sessions", self.sessions.run())
            _log.info("speech_server_listens", port=self.port)
            try:
                yield
            finally:
                self._server.close()
                await self._speech.aclose()
                await self.sessions.aclose()
                await self._workers.aclose()
                await self._tasks.aclose()
                await self._bus.aclose()
