"""The WebSocket side of the speech server: a connection, from hello to goodbye."""

from __future__ import annotations

import asyncio
import contextlib

import structlog
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from vexa.contracts.errors import BadAudio, BadRequest, VexaError
from vexa.contracts.whisper_protocol import CLOSE_BAD_HELLO, CLOSE_SUPERSEDED, Hello
from vexa.kit.tasks import BackgroundTasks
from vexa.whisperlive.admission import check_admission, check_language, read_hello
from vexa.whisperlive.live_session import LiveSession
from vexa.whisperlive.loaded_engine import LoadedEngine
from vexa.whisperlive.messages import End, Gap, Ignored, SpeakerName, read_message
from vexa.whisperlive.outbox import Outbox
from vexa.whisperlive.refusals import ask_to_wait, refuse
from vexa.whisperlive.sessions import Sessions
from vexa.whisperlive.settings import WhisperSettings

_log = structlog.get_logger(__name__)

#: How long the last messages may take to a client that does not read, seconds.
GOODBYE_S = 5.0


class SpeechServer:
    """Handles connections. Give `handle` to `websockets.asyncio.server.serve`."""

    def __init__(self, settings: WhisperSettings, engine: LoadedEngine, sessions: Sessions) -> None:
        self._settings = settings
        self._engine = engine
        self._sessions = sessions
        self._is_closing = False
        self._tasks = BackgroundTasks()

    async def aclose(self) -> None:
        """Wait for clients no more. Safe to call twice."""
        self._is_closing = True
        await self._tasks.aclose()

    async def handle(self, client: ServerConnection) -> None:
        """Serve one connection until it is closed; never raises what a client can cause."""
        with contextlib.suppress(ConnectionClosed):
            uid = None
            try:
                hello = await self._receive_hello(client)
                uid = hello.uid
                check_admission(hello, self._settings, client)
                check_language(hello, self._engine.engine)
                if not self._sessions.has_room_for(hello):
                    await ask_to_wait(client, uid)
                    return
                with structlog.contextvars.bound_contextvars(
                    uid=uid, correlation_id=hello.correlation_id
                ):
                    await self._serve(client, hello)
            except VexaError as error:
                _log.info("connection_refused", code=error.code, uid=uid)
                await refuse(client, uid, error)

    async def _receive_hello(self, client: ServerConnection) -> Hello:
        try:
            async with asyncio.timeout(self._settings.wl_hello_timeout_s):
                return read_hello(await client.recv())
        except TimeoutError:
            raise BadRequest("No hello came in time") from None

    async def _serve(self, client: ServerConnection, hello: Hello) -> None:
        opened = await self._sessions.open(hello)
        session, outbox = opened.session, Outbox(client, hello.uid)
        outbox.put("status", {"status": "SERVER_READY"})
        if hello.resume:
            outbox.put(
                "resume",
                {
                    "type": "resume",
                    "next_seq": opened.point.next_seq,
                    "from_sample": opened.point.durable_sample,
                },
            )
        session.attach(outbox)
        helpers = BackgroundTasks()
        helpers.spawn("send", outbox.run())
        helpers.spawn("announce-model", self._announce_model(outbox))
        helpers.spawn("close-when-superseded", self._close_when_superseded(client, session))
        try:
            await self._converse(client, session, outbox, hello)
        finally:
            session.detach()
            await helpers.aclose()

    async def _converse(
        self, client: ServerConnection, session: LiveSession, outbox: Outbox, hello: Hello
    ) -> None:
        has_ended = False
        try:
            has_ended = await self._receive(client, session)
        except BadAudio as error:
            outbox.put("status", {"status": "ERROR", "message": error.detail})
            await self._say_last(outbox)
            await client.close(CLOSE_BAD_HELLO, error.code)
        except ConnectionClosed:
            pass
        finally:
            if not has_ended and not session.is_over:
                self._leave(session, hello)
        if has_ended and not session.is_over:
            await self._sessions.finalise(session, flush=True)
        if session.was_superseded:
            await client.close(CLOSE_SUPERSEDED, "superseded")
        elif has_ended:
            outbox.put("goodbye", {"message": "DISCONNECT"})
            await self._say_last(outbox)
            await client.close()

    async def _receive(self, client: ServerConnection, session: LiveSession) -> bool:
        """Feed the session; return True when the client said that its audio has ended."""
        async for raw in client:
            message = read_message(raw)
            if session.is_over:
                return False
            if isinstance(message, End):
                return True
            if isinstance(message, Gap):
                await session.skip(message.samples)
            elif isinstance(message, SpeakerName):
                session.publisher.name(message.name)
            elif not isinstance(message, Ignored):
                self._sessions.note_audio(session)
                await session.hear(message)
        return False

    def _leave(self, session: LiveSession, hello: Hello) -> None:
        """The socket dropped: give the client time to come back, then finalise."""
        session.detach()
        if self._is_closing:
            return
        if hello.meeting_id is None:
            self._tasks.spawn("end-private", self._sessions.close(session))
        else:
            self._tasks.spawn("wait-for-client", self._finalise_later(session))

    async def _finalise_later(self, session: LiveSession) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.wl_resume_window_s):
                await session.until_over()
        if not session.is_over:
            _log.info("dropped_session_finalised", uid=session.uid)
            await self._sessions.finalise(session, flush=False)

    async def _announce_model(self, outbox: Outbox) -> None:
        engine = await self._engine.wait()
        outbox.put("model", {"message": "SERVER_READY", "backend": engine.capabilities.name})

    @staticmethod
    async def _close_when_superseded(client: ServerConnection, session: LiveSession) -> None:
        await session.until_superseded()
        await client.close(CLOSE_SUPERSEDED, "superseded")

    @staticmethod
    async def _say_last(outbox: Outbox) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await outbox.sent()
