"""Routes for users: HTTP in and out, no rules."""

from __future__ import annotations

from fastapi import APIRouter, Request, status

from vexa.bot_manager.auth import PartsDep, UserDep
from vexa.bot_manager.launch import bot_name_of
from vexa.contracts.http.bots import (
    BotConfig,
    BotStatus,
    BotStatusList,
    MeetingCreate,
    Message,
    StopAnswer,
)
from vexa.contracts.http.meetings import MeetingResponse
from vexa.contracts.meeting import MeetingStatus, PlatformName
from vexa.contracts.times import naive_utc
from vexa.platforms.registry import meeting_key
from vexa.storage import meetings
from vexa.storage.tables import MeetingRow

router = APIRouter()

_NORMALIZED = {
    MeetingStatus.REQUESTED: "Requested",
    MeetingStatus.JOINING: "Starting",
    MeetingStatus.AWAITING_ADMISSION: "Starting",
    MeetingStatus.NEEDS_HELP: "Starting",
    MeetingStatus.ACTIVE: "Up",
    MeetingStatus.STOPPING: "Stopping",
}


@router.get("/", tags=["operator"])
async def banner() -> Message:
    """Say who answers."""
    return Message(message="Vexa Bot Manager is running")


@router.post("/bots", status_code=status.HTTP_201_CREATED, tags=["bots"])
async def send_bot(
    user: UserDep, body: MeetingCreate, parts: PartsDep, request: Request
) -> MeetingResponse:
    """Send a bot into a meeting. Answers at once, with the meeting in status `requested`."""
    row = await parts.service.send_bot(user, body, request.state.correlation_id)
    return meetings.to_response(row)


@router.get("/bots/status", tags=["bots"])
async def running_bots(user: UserDep, parts: PartsDep) -> BotStatusList:
    """List the bots of this user that run now."""
    found = [bot_status(row) for row in await parts.service.running(user.id)]
    return BotStatusList(running_bots=found, running=found, count=len(found))


@router.put(
    "/bots/{platform}/{native_meeting_id}/config",
    status_code=status.HTTP_202_ACCEPTED,
    tags=["bots"],
)
async def configure_bot(
    user: UserDep,
    platform: PlatformName,
    native_meeting_id: str,
    body: BotConfig,
    parts: PartsDep,
) -> Message:
    """Change language, task, allowed languages or hotwords of a bot that is in a meeting."""
    await parts.service.configure(user.id, meeting_key(platform, native_meeting_id), body)
    return Message(message="Reconfiguration request accepted and sent to the bot.")


@router.delete(
    "/bots/{platform}/{native_meeting_id}", status_code=status.HTTP_202_ACCEPTED, tags=["bots"]
)
async def stop_bot(
    user: UserDep, platform: PlatformName, native_meeting_id: str, parts: PartsDep
) -> StopAnswer:
    """Ask the bot of a meeting to leave."""
    return await parts.service.stop_bot(user.id, meeting_key(platform, native_meeting_id))


def bot_status(row: MeetingRow) -> BotStatus:
    """Make one entry of the list of running bots."""
    name = bot_name_of(row)
    return BotStatus(
        container_id=str(row.bot_pid) if row.bot_pid is not None else name,
        container_name=name,
        platform=row.platform,
        native_meeting_id=row.platform_specific_id,
        status="running",
        normalized_status=_NORMALIZED[MeetingStatus(row.status)],
        created_at=naive_utc(row.created_at).isoformat(),
        labels={"vexa.user_id": str(row.user_id)},
        meeting_id_from_name=str(row.id),
        start_time=naive_utc(row.start_time).isoformat() if row.start_time else None,
        meeting_status=row.status,
        data=row.data,
    )
