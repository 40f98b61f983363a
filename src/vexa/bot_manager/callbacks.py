"""Routes for bots and for the programs of this installation; not for users."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from vexa.bot_manager.auth import BotDep, InternalDep, PartsDep
from vexa.bot_manager.drain import DrainAnswer
from vexa.contracts.bot import Heartbeat, HeartbeatAnswer, ReportAnswer, StatusReport

router = APIRouter(prefix="/bots/internal", tags=["internal"])


@router.post("/callback/status_change")
async def status_change(claims: BotDep, report: StatusReport, parts: PartsDep) -> ReportAnswer:
    """Take a bot's report. Safe to send again."""
    return await parts.reports.take(claims, report)


@router.post("/callback/heartbeat")
async def heartbeat(claims: BotDep, beat: Heartbeat, parts: PartsDep) -> HeartbeatAnswer:
    """Take a sign of life; held for a few seconds unless there is an order."""
    return await parts.heartbeats.take(claims, beat)


@router.post("/drain", dependencies=[InternalDep])
async def drain(
    parts: PartsDep, seconds: Annotated[float, Query(gt=0, le=600)] = 20.0
) -> DrainAnswer:
    """Take every bot of this host out of its meeting; returns when none is left."""
    return await parts.drain.run(seconds)
