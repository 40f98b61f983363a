"""Idempotency-Key: the same write with the same key is done once, and answered the same.

An answer is kept encrypted with what only its caller knows, so that a key that was minted is not
readable in the database.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vexa.contracts.errors import Conflict, RequestRefused, Unavailable, VexaError
from vexa.kit.service_app import error_response

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_log = structlog.get_logger(__name__)

HEADER = b"idempotency-key"
REPLAYED = (b"idempotency-replayed", b"true")
MAX_KEY_CHARS = 255
#: How long a second request waits for the first, and how often it looks, seconds.
WAIT_S, LOOK_EVERY_S = 20.0, 0.1

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
#: Answers after which nothing was changed and a repetition may go better.
_NOT_KEPT = frozenset({401, 403, 408, 429})
#: Whoever sends one of these is the caller.
_CALLER_HEADERS = (b"x-api-key", b"x-admin-api-key", b"x-admin-token", b"authorization")
_DROPPED = frozenset({b"x-request-id", b"date", b"server", b"content-length"})
_PURPOSE = b"vexa idempotent answer\0"


class KeyReused(RequestRefused):
    """This Idempotency-Key was used for another request."""

    code = "idempotency_key_reused"
    http_status = 422


class BadKey(RequestRefused):
    """Idempotency-Key must be 1 to 255 printable ASCII characters."""

    code = "invalid_idempotency_key"
    http_status = 422


class StillRunning(Conflict):
    """The first request with this Idempotency-Key is still running; ask again."""

    code = "request_in_progress"
    retryable = True


class OutcomeUnknown(Conflict):
    """The server was stopped during the first request with this key; see what it did."""

    code = "idempotency_outcome_unknown"


class Stage(Enum):
    """What is known of a write."""

    NEW = auto()
    RUNNING = auto()
    ANSWERED = auto()
    CUT_OFF = auto()
    OTHER_REQUEST = auto()


@dataclass(frozen=True, slots=True)
class Write:
    """A write, by SHA-256: who, under which key, and what."""

    caller_sha256: str
    key_sha256: str
    request_sha256: str


@dataclass(frozen=True, slots=True)
class Begun:
    """What to do with a write; `status` and `answer` when it was answered."""

    stage: Stage
    status: int = 0
    answer: bytes = b""


class Writes(Protocol):
    """Where writes are kept; `storage.idempotency`, which is above this layer."""

    async def begin(self, write: Write) -> Begun:
        """Claim a write, or say what became of it."""
        ...

    async def finish(self, write: Write, status: int, answer: bytes) -> None:
        """Keep its answer."""
        ...

    async def abandon(self, write: Write) -> None:
        """Forget it."""
        ...


class IdempotentWrites:
    """ASGI middleware.

    Args:
        app: what is behind it.
        writes: where writes are kept.
    """

    def __init__(self, app: ASGIApp, writes: Writes) -> None:
        self._app = app
        self._writes = writes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        key, caller = _key_and_caller(scope)
        if key is None or caller is None:
            return await self._app(scope, receive, send)
        try:
            await self._serve(scope, receive, send, key, caller)
        except VexaError as exc:
            await error_response(exc)(scope, receive, send)

    async def _serve(
        self, scope: Scope, receive: Receive, send: Send, key: bytes, caller: bytes
    ) -> None:
        body = await _read(receive)
        write = _write(scope, key, caller, body)
        box = _box(caller, key)
        begun = await self._begin(write)
        if begun.stage is Stage.ANSWERED:
            return await _replay(send, begun.status, json.loads(box.decrypt(begun.answer)))
        answer = _Recorder(send)
        try:
            await self._app(scope, _giving(body), answer.send)
        except Exception:
            await self._writes.abandon(write)
            raise
        if answer.status >= 500 or answer.status in _NOT_KEPT:
            await self._writes.abandon(write)
        else:
            await self._keep(write, answer, box)
        return await answer.release()

    async def _keep(self, write: Write, answer: _Recorder, box: Fernet) -> None:
        kept = box.encrypt(json.dumps(answer.recorded()).encode())
        try:
            await self._writes.finish(write, answer.status, kept)
        except Unavailable as exc:
            # what was done is done: the caller learns it now, and a repetition that it is unknown
            _log.warning("answer_not_kept", code=exc.code)

    async def _begin(self, write: Write) -> Begun:
        for _ in range(int(WAIT_S / LOOK_EVERY_S)):
            begun = await self._writes.begin(write)
            if begun.stage is Stage.OTHER_REQUEST:
                raise KeyReused
            if begun.stage is Stage.CUT_OFF:
                raise OutcomeUnknown
            if begun.stage is not Stage.RUNNING:
                return begun
            await asyncio.sleep(LOOK_EVERY_S)
        raise StillRunning


def _box(caller: bytes, key: bytes) -> Fernet:
    # 6 MB that a service without such writes need not have
    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(_PURPOSE + caller + key).digest()))


class _Recorder:
    """Holds an answer back until it is kept."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._messages: list[Message] = []
        self.status = 500

    async def send(self, message: Message) -> None:
        """Take one message of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self._messages.append(message)

    def recorded(self) -> dict[str, Any]:
        """Return headers and body as JSON values."""
        headers = self._messages[0].get("headers", []) if self._messages else []
        body = b"".join(message.get("body", b"") for message in self._messages)
        return {
            "headers": [
                [name.decode("latin-1"), value.decode("latin-1")]
                for name, value in headers
                if name.lower() not in _DROPPED
            ],
            "body": base64.b64encode(body).decode(),
        }

    async def release(self) -> None:
        """Let the answer go."""
        for message in self._messages:
            await self._send(message)


def _key_and_caller(scope: Scope) -> tuple[bytes | None, bytes | None]:
    if scope["type"] != "http" or scope["method"] not in _WRITES:
        return None, None
    headers = dict(scope["headers"])
    caller = next((headers[name] for name in _CALLER_HEADERS if headers.get(name)), None)
    return headers.get(HEADER), caller


def _write(scope: Scope, key: bytes, caller: bytes, body: bytes) -> Write:
    if not 0 < len(key) <= MAX_KEY_CHARS or not all(32 <= byte < 127 for byte in key):
        raise BadKey
    path = scope.get("raw_path") or scope["path"].encode()
    request = [scope["method"].encode(), path, scope.get("query_string", b""), body]
    digest = hashlib.sha256()
    for part in request:
        digest.update(len(part).to_bytes(8, "big") + part)
    return Write(
        hashlib.sha256(caller).hexdigest(), hashlib.sha256(key).hexdigest(), digest.hexdigest()
    )


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return bytes(body)


def _giving(body: bytes) -> Receive:
    is_given = asyncio.Event()

    async def receive() -> Message:
        if is_given.is_set():
            return {"type": "http.disconnect"}
        is_given.set()
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _replay(send: Send, status: int, answer: dict[str, Any]) -> None:
    body = base64.b64decode(answer["body"])
    headers = [
        (name.encode("latin-1"), value.encode("latin-1")) for name, value in answer["headers"]
    ]
    length = (b"content-length", str(len(body)).encode())
    await send(
        {"type": "http.response.start", "status": status, "headers": [*headers, length, REPLAYED]}
    )
    await send({"type": "http.response.body", "body": body})
