"""The frame of every HTTP service: errors, correlation ids, health, metrics, offline docs."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi_offline import FastAPIOffline
from prometheus_client import CONTENT_TYPE_LATEST, Histogram, generate_latest
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vexa.contracts.errors import ConfigurationError, RequestRefused, VexaError
from vexa.contracts.http.errors import ErrorBody

_log = structlog.get_logger(__name__)

CORRELATION_HEADER = "X-Request-ID"
#: What every route may answer besides its own: in the form of `ErrorBody`.
ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {
        "model": ErrorBody,
        "description": "What went wrong: `detail` for a person, `code` for a program",
    }
}
#: Largest request body of a service; the gateway's own limit is a setting.
MAX_BODY_BYTES = 1_048_576
#: Methods that metrics and logs name; anyone can invent others.
KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

#: A readiness check returns None when well, else a sentence that says what is wrong.
Check = Callable[[], Awaitable[str | None]]
#: Names and numbers that `/health` shows beside the checks.
Facts = Callable[[], Awaitable[dict[str, Any]]]
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

_REQUEST_SECONDS = Histogram(
    "vexa_http_request_seconds", "Time to answer a request", ["method", "route", "status"]
)


def create_service_app(
    title: str,
    *,
    lifespan: Lifespan,
    checks: dict[str, Check] | None = None,
    facts: Facts | None = None,
    abilities: Facts | None = None,
    max_body_bytes: int = MAX_BODY_BYTES,
    **options: Any,
) -> FastAPI:
    """Make a FastAPI app with the project's error bodies and operator routes.

    Args:
        title: shown in the docs.
        lifespan: opens and closes what the service needs.
        checks: name → readiness check, for `/health` and `/readyz`.
        facts: what else `/health` shows.
        abilities: what else `/readyz` shows when every check passes.
        max_body_bytes: largest request body.
        **options: passed on to FastAPI.
    """
    app = FastAPIOffline(
        title=title, lifespan=_noting_refusal(lifespan), responses=ERROR_RESPONSES, **options
    )
    app.add_exception_handler(VexaError, _on_vexa_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_defect)
    app.add_middleware(Observer)
    put_inside(app, BodyLimit, max_bytes=max_body_bytes)
    _add_operator_routes(app, checks or {}, facts or _no_facts, abilities or _no_facts)
    return app


def _noting_refusal(lifespan: Lifespan) -> Lifespan:
    @asynccontextmanager
    async def noting(app: FastAPI) -> AsyncIterator[None]:
        try:
            async with lifespan(app):
                yield
        except ConfigurationError as exc:
            # the server that runs the app swallows errors of its start: `kit.serve` asks here
            app.state.start_refusal = exc
            raise

    return noting


def put_inside(app: FastAPI, middleware: Callable[..., ASGIApp], **options: Any) -> None:
    """Add an ASGI middleware behind those that are there, so that the observer sees its answers."""
    app.user_middleware.append(Middleware(middleware, **options))


async def _no_facts() -> dict[str, Any]:
    return {}


def _add_operator_routes(
    app: FastAPI, checks: dict[str, Check], facts: Facts, abilities: Facts
) -> None:
    async def run_checks() -> dict[str, str | None]:
        return {name: await check() for name, check in checks.items()}

    @app.get("/health", tags=["operator"])
    async def health() -> dict[str, Any]:
        """What works and what does not; always 200 while the process answers."""
        results = await run_checks()
        parts = {name: problem or "healthy" for name, problem in results.items()}
        overall = "unhealthy" if any(results.values()) else "healthy"
        return {"status": overall, **parts, **await facts()}

    @app.get("/readyz", tags=["operator"])
    async def readyz() -> Response:
        """200 when every check passes, else 503 that names those that do not."""
        problems = {name: text for name, text in (await run_checks()).items() if text}
        if problems:
            return JSONResponse({"ready": False, "problems": problems}, 503)
        return JSONResponse({"ready": True, "problems": {}, **await abilities()})

    @app.get("/metrics", tags=["operator"], response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Prometheus text."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def error_response(error: VexaError) -> JSONResponse:
    """The body of one of our own errors."""
    headers = {"Retry-After": "5"} if error.retryable else None
    return JSONResponse(
        {**error.fields, "detail": error.detail, "code": error.code},
        error.http_status,
        headers=headers,
    )


async def _on_vexa_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, VexaError)
    if error.http_status >= 500:
        _log.warning("request_failed", code=error.code, detail=error.detail)
    return error_response(error)


async def _on_validation_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    items = [
        {"loc": list(item["loc"]), "msg": item["msg"], "type": item["type"]}
        for item in error.errors()
    ]
    return JSONResponse({"detail": items, "code": "invalid_input"}, 422)


async def _on_http_exception(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "request_refused")
    return JSONResponse(
        {"detail": error.detail, "code": code}, error.status_code, headers=error.headers
    )


async def _on_defect(_request: Request, error: Exception) -> Response:
    _log.error("defect", exc_info=error)
    return JSONResponse({"detail": "Internal server error", "code": "internal_error"}, 500)


class BodyTooLarge(RequestRefused):
    """The request body is too large."""

    code = "body_too_large"
    http_status = 413


class BodyLimit:
    """ASGI middleware: refuses request bodies of more than `max_bytes`."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. A body that says how long it is, is refused before it is read."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        declared = dict(scope["headers"]).get(b"content-length", b"")
        if declared.isdigit() and int(declared) > self._max_bytes:
            return await error_response(BodyTooLarge())(scope, receive, send)
        taken = 0

        async def receive_some() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._max_bytes:
                raise BodyTooLarge
            return message

        try:
            await self._app(scope, receive_some, send)
        except BodyTooLarge as exc:
            await error_response(exc)(scope, receive, send)


class Observer:
    """ASGI middleware: gives each request its correlation id, measures it, writes its log line."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; other connections pass."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        correlation_id = _correlation_id(scope)
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        header = (CORRELATION_HEADER.lower().encode(), correlation_id.encode())
        started_s, status = time.perf_counter(), 500

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                kept = [pair for pair in message.get("headers", []) if pair[0] != header[0]]
                message = {**message, "headers": [*kept, header]}
            await send(message)

        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
            try:
                await self._app(scope, receive, send_marked)
            finally:
                _note(scope, status, time.perf_counter() - started_s)


def _correlation_id(scope: Scope) -> str:
    name = CORRELATION_HEADER.lower().encode()
    given = next((value for key, value in scope["headers"] if key == name), b"").decode("latin-1")
    usable = 0 < len(given) <= 128 and given.isascii() and given.isprintable()
    return given if usable else uuid.uuid4().hex


def _note(scope: Scope, status: int, took_s: float) -> None:
    method, route = scope["method"], getattr(scope.get("route"), "path", "unmatched")
    known = method if method in KNOWN_METHODS else "other"
    _REQUEST_SECONDS.labels(known, route, status).observe(took_s)
    if route not in {"/health", "/readyz", "/metrics"}:
        _log.info("request", method=known, route=route, status=status, ms=round(took_s * 1000, 1))
