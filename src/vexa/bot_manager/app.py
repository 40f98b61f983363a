"""Builds the HTTP app: opens stores and orchestrator, starts the background tasks."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2
from fastapi import FastAPI

from vexa.bot_manager import bot_lists, callbacks, endpoints
from vexa.bot_manager.orchestrators.base import OrchestratorConfig
from vexa.bot_manager.orchestrators.registry import ORCHESTRATORS
from vexa.bot_manager.parts import assemble
from vexa.bot_manager.settings import BotManagerSettings, bot_environment
from vexa.bus.connection import Bus
from vexa.kit.clock import SystemClock
from vexa.kit.idempotency import IdempotentWrites
from vexa.kit.service_app import create_service_app, put_inside
from vexa.storage.database import Database
from vexa.storage.idempotency import IdempotencyStore
from vexa.storage.migrate import check_revision, revision_problem


def create_app(settings: BotManagerSettings) -> FastAPI:
    """Make the app. Stores are opened by its lifespan.

    Raises:
        ConfigurationError: unknown orchestrator, unknown account, or a wrong store URL.
    """
    config = OrchestratorConfig(
        command=settings.command,
        logs_dir=settings.logs_dir,
        environment=bot_environment(),
        user=settings.bot_user,
    )
    make_orchestrator = ORCHESTRATORS.load(settings.orchestrator)
    # a wrong setting is told before anything is opened
    make_orchestrator(config)
    database, bus = Database(settings.sqlalchemy_url), Bus(settings.bus_url)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(database.aclose)
            stack.push_async_callback(bus.aclose)
            http = await stack.enter_async_context(httpx2.AsyncClient(trust_env=False))
            await check_revision(database)
            parts = assemble(
                settings,
                socket.gethostname(),
                SystemClock(),
                database,
                bus,
                http,
                make_orchestrator(config),
            )
            stack.push_async_callback(parts.lease.release)
            stack.push_async_callback(parts.aclose)
            await parts.start()
            app.state.parts = parts
            yield

    async def database_problem() -> str | None:
        return await revision_problem(database)

    app = create_service_app(
        "Vexa Bot Manager",
        lifespan=lifespan,
        checks={"database": database_problem, "redis": bus.problem},
    )
    put_inside(app, IdempotentWrites, writes=IdempotencyStore(database, SystemClock()))
    app.include_router(endpoints.router)
    app.include_router(bot_lists.router)
    app.include_router(callbacks.router)
    return app
