"""Builds the HTTP app of the admin API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from vexa.admin_api import analytics, endpoints, tokens, webhook_endpoints
from vexa.admin_api.settings import AdminApiSettings
from vexa.kit.clock import SystemClock
from vexa.kit.idempotency import IdempotentWrites
from vexa.kit.service_app import create_service_app, put_inside
from vexa.storage.database import Database
from vexa.storage.idempotency import IdempotencyStore
from vexa.storage.migrate import check_revision, revision_problem


def create_app(settings: AdminApiSettings) -> FastAPI:
    """Make the app.

    Raises:
        ConfigurationError: a wrong database URL.
    """
    database = Database(settings.sqlalchemy_url)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            await check_revision(database)
            yield
        finally:
            await database.aclose()

    async def database_problem() -> str | None:
        return await revision_problem(database)

    app = create_service_app(
        "Vexa Admin API", lifespan=lifespan, checks={"database": database_problem}
    )
    put_inside(app, IdempotentWrites, writes=IdempotencyStore(database, SystemClock()))
    app.state.settings = settings
    app.state.database = database
    for router in (
        *(endpoints.public, endpoints.router),
        *(tokens.own, tokens.router, analytics.router),
        webhook_endpoints.make_router(settings),
    ):
        app.include_router(router)
    return app
