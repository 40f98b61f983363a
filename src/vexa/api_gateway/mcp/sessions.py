"""Runs the protocol: streamable HTTP, with sessions for clients that open one."""

from __future__ import annotations

import asyncio
import hashlib

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import Receive, Scope, Send

from vexa.api_gateway.mcp.handlers import Handlers
from vexa.kit.tasks import BackgroundTasks

#: Sessions that are open at a time; one that nobody uses ends after half an hour.
MAX_SESSIONS = 1000

_INSTRUCTIONS = """\
Sends bots into video meetings and transcribes them, by name, while people speak.
A meeting is named by its platform (google_meet) and the platform's own id (abc-defg-hij).
The usual way: request_meeting_bot, then get_bot_status until the bot is active, then
get_meeting_transcript as often as needed, at the end stop_bot.
Transcripts are also resources, which tell their followers of changes."""


class McpSessions:
    """The running protocol server.

    Args:
        handlers: answer the requests.
        max_body_bytes: largest request body.
    """

    def __init__(self, handlers: Handlers, max_body_bytes: int) -> None:
        server = Server(
            "vexa",
            title="Vexa",
            instructions=_INSTRUCTIONS,
            on_list_tools=handlers.list_tools,
            on_call_tool=handlers.call_tool,
            on_list_prompts=handlers.list_prompts,
            on_get_prompt=handlers.get_prompt,
            on_list_resources=handlers.list_resources,
            on_list_resource_templates=handlers.list_templates,
            on_read_resource=handlers.read_resource,
            on_subscribe_resource=handlers.subscribe,
            on_unsubscribe_resource=handlers.unsubscribe,
            on_subscriptions_listen=handlers.listen,
        )
        self._manager = StreamableHTTPSessionManager(
            server, max_sessions=MAX_SESSIONS, max_request_body_size=max_body_bytes
        )
        self._tasks = BackgroundTasks()

    async def start(self) -> None:
        """Return when requests can be handled."""
        ready = asyncio.Event()
        # one task enters and leaves the manager, as its task group demands
        self._tasks.spawn("mcp-sessions", self._run(ready))
        await ready.wait()

    async def _run(self, ready: asyncio.Event) -> None:
        async with self._manager.run():
            ready.set()
            await asyncio.Event().wait()

    async def handle(self, scope: Scope, receive: Receive, send: Send, api_key: str) -> None:
        """Serve one HTTP request; a session belongs to the key that opened it."""
        owner = hashlib.sha256(api_key.encode()).hexdigest()
        scope["user"] = AuthenticatedUser(AccessToken(token=owner, client_id=owner, scopes=[]))
        await self._manager.handle_request(scope, receive, send)

    async def aclose(self) -> None:
        """End every session."""
        await self._tasks.aclose()
