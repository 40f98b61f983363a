"""Puts the collector together: stores, consumer, upkeep, routes."""

from __future__ import annotations

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI

from vexa.bus.connection import Bus
from vexa.bus.streams import GroupReader
from vexa.contracts.errors import BusUnavailable
from vexa.contracts.stream_names import COLLECTOR_GROUP, TRANSCRIPTION_SEGMENTS
from vexa.kit.clock import SystemClock
from vexa.kit.idempotency import IdempotentWrites
from vexa.kit.service_app import Facts, create_service_app, put_inside
from vexa.kit.tasks import BackgroundTasks
from vexa.storage.database import Database
from vexa.storage.idempotency import IdempotencyStore
from vexa.storage.migrate import check_revision
from vexa.transcription_collector.changes import Changes, keep_retention
from vexa.transcription_collector.consumer import Consumer
from vexa.transcription_collector.endpoints import (
    make_changing_router,
    make_reading_router,
    make_share_router,
)
from vexa.transcription_collector.internal import make_internal_router
from vexa.transcription_collector.service import Transcripts
from vexa.transcription_collector.settings import CollectorSettings
from vexa.transcription_collector.shares import Shares
from vexa.transcription_collector.upkeep import keep_up

_log = structlog.get_logger(__name__)

#: Pause before the consumer begins again after a defect, so that it cannot spin.
RESTART_S = 1.0
#: Time that the batch in hand gets at shutdown; what is not done then stays pending.
FINISH_S = 3.0


def create_app(settings: CollectorSettings) -> FastAPI:
    """Make the service; nothing connects before it starts."""
    clock = SystemClock()
    bus = Bus(settings.bus_url)
    database = Database(settings.sqlalchemy_url)
    member = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    reader = GroupReader(bus, TRANSCRIPTION_SEGMENTS, COLLECTOR_GROUP, member)
    consumer = Consumer(
        reader,
        bus,
        database,
        clock,
        batch_entries=settings.collector_batch_entries,
        claim_idle_s=settings.collector_claim_idle_s,
    )

    transcripts, changes = Transcripts(database, bus), Changes(database, bus)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await check_revision(database)
        tasks = BackgroundTasks()
        consuming = tasks.spawn("consumer", _consume(consumer))
        tasks.spawn("upkeep", keep_up(reader))
        tasks.spawn("retention", keep_retention(changes, database, clock, settings.retention_days))
        try:
            yield
        finally:
            consumer.stop()
            await asyncio.wait([consuming], timeout=FINISH_S)
            await tasks.aclose()
            await bus.aclose()
            await database.aclose()

    app = create_service_app(
        "Vexa transcription collector",
        lifespan=lifespan,
        checks={
            "redis": bus.problem,
            "database": database.problem,
            "consumer": consumer.problem,
        },
        facts=_backlog_of(reader),
    )
    put_inside(app, IdempotentWrites, writes=IdempotencyStore(database, clock))
    shares = Shares(settings, database, bus, transcripts, clock)
    secret = settings.internal_api_secret.get_secret_value()
    for router in (
        make_reading_router(transcripts),
        make_changing_router(transcripts, changes),
        make_share_router(transcripts, shares, database),
        make_internal_router(secret, transcripts, database, clock),
    ):
        app.include_router(router)
    return app


def _backlog_of(reader: GroupReader) -> Facts:
    async def facts() -> dict[str, Any]:
        """Entries that are not stored yet; None while Redis is away."""
        try:
            backlog = await reader.backlog()
        except BusUnavailable:
            return {"backlog": None}
        return {"backlog": backlog.unread + backlog.pending}

    return facts


async def _consume(consumer: Consumer) -> None:
    while True:
        try:
            return await consumer.run()
        except Exception as exc:  # noqa: BLE001  # boundary: the consumer must outlive its defects
            _log.error("consumer_failed", exc_info=exc)
            await asyncio.sleep(RESTART_S)
