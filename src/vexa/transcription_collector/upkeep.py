"""Keeps the stream short and the gauges true."""

from __future__ import annotations

import asyncio

import structlog

from vexa.bus.streams import GroupReader
from vexa.contracts.errors import BusUnavailable
from vexa.transcription_collector import metrics

_log = structlog.get_logger(__name__)

EVERY_S = 5.0


async def keep_up(reader: GroupReader) -> None:
    """Measure the backlog and trim behind it, for ever."""
    while True:
        try:
            await keep_up_once(reader)
        except BusUnavailable as exc:
            _log.warning("upkeep_waits", code=exc.code)
        await asyncio.sleep(EVERY_S)


async def keep_up_once(reader: GroupReader) -> None:
    """Measure, trim what every group has acknowledged, forget members that are gone.

    Raises:
        BusUnavailable: Redis cannot be reached.
    """
    backlog = await reader.backlog()
    metrics.LAG.set(backlog.unread)
    metrics.PENDING.set(backlog.pending)
    metrics.OLDEST_PENDING.set(backlog.oldest_pending_s)
    trimmed = await reader.trim()
    if trimmed:
        _log.debug("stream_trimmed", entries=trimmed)
    await reader.forget_gone_members()
