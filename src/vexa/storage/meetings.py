"""Meetings: made under the quota, found by their key, shown as HTTP bodies.

A meeting's status is changed by `storage.transitions` only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from vexa.contracts.errors import HostFull, LimitReached, MeetingAlreadyHasBot, NotFound
from vexa.contracts.http.meetings import MeetingResponse
from vexa.contracts.meeting import OPEN, MeetingKey, MeetingStatus
from vexa.contracts.times import naive_utc
from vexa.storage import outbox
from vexa.storage.locks import lock_name
from vexa.storage.status_frame import status_frame
from vexa.storage.tables import MeetingRow, UserRow

_OPEN_STATUSES = sorted(OPEN)


@dataclass(frozen=True, slots=True)
class NewMeeting:
    """What a meeting is made from. `host` is the machine whose bot manager takes it.

    `retention_days`: days after the end at which it is erased; None is the server's number.
    """

    user_id: int
    key: MeetingKey
    url: str
    connection_id: str
    host: str
    data: dict[str, Any] = field(default_factory=dict)
    retention_days: int | None = None


async def create(session: AsyncSession, new: NewMeeting, *, host_limit: int) -> MeetingRow:
    """Make an open meeting, unless a limit is in the way. A refusal leaves no row.

    Counting and inserting are one step for everyone else: SQLite's transaction holds the one
    write lock, and on Postgres the user's row and the host's name are locked until commit.

    Args:
        session: an open transaction.
        new: the meeting.
        host_limit: how many bots the host may run, for all users together.

    Raises:
        MeetingAlreadyHasBot: this user has a bot for this meeting already.
        LimitReached: the user's quota is used up; a quota of 0 is none.
        HostFull: the host's limit is reached.
    """
    await lock_name(session, f"host:{new.host}")
    limit = await _lock_quota(session, new.user_id)
    there = await _open_meetings(session, new)
    if there.at_the_key is not None:
        raise _already_has_bot(new.key, there.at_the_key)
    if 0 < limit <= there.of_user:
        raise LimitReached(
            f"User has reached the maximum concurrent bot limit ({limit}).", limit=limit
        )
    if there.on_host >= host_limit:
        raise HostFull
    return await _insert(session, new)


class _OpenMeetings(NamedTuple):
    """What is open already: at the same key, its id; of the same user and host, how many."""

    at_the_key: int | None
    of_user: int
    on_host: int


async def _lock_quota(session: AsyncSession, user_id: int) -> int:
    query = select(UserRow.max_concurrent_bots).where(UserRow.id == user_id).with_for_update()
    return (await session.scalars(query)).one()


async def _open_meetings(session: AsyncSession, new: NewMeeting) -> _OpenMeetings:
    of_user, on_host = MeetingRow.user_id == new.user_id, MeetingRow.bot_host == new.host
    at_the_key = and_(
        of_user,
        MeetingRow.platform == new.key.platform,
        MeetingRow.platform_specific_id == new.key.native_id,
    )
    query = select(
        func.max(case((at_the_key, MeetingRow.id))),
        func.count(case((of_user, 1))),
        func.count(case((on_host, 1))),
    ).where(or_(of_user, on_host), MeetingRow.status.in_(_OPEN_STATUSES))
    return _OpenMeetings(*(await session.execute(query)).one())


async def _insert(session: AsyncSession, new: NewMeeting) -> MeetingRow:
    row = MeetingRow(
        user_id=new.user_id,
        platform=new.key.platform,
        platform_specific_id=new.key.native_id,
        constructed_meeting_url=new.url,
        status=MeetingStatus.REQUESTED,
        connection_id=new.connection_id,
        bot_host=new.host,
        data=new.data,
        retention_days=new.retention_days,
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as exc:
        raise _already_has_bot(new.key, None) from exc
    outbox.add(session, row.id, outbox.MEETING_STATUS, status_frame(row, row.created_at))
    return row


def _already_has_bot(key: MeetingKey, meeting_id: int | None) -> MeetingAlreadyHasBot:
    return MeetingAlreadyHasBot(
        "An active or requested meeting already exists for this platform and meeting ID. "
        f"Platform: {key.platform}, Native Meeting ID: {key.native_id}",
        meeting_id=meeting_id,
    )


async def by_id(session: AsyncSession, meeting_id: int) -> MeetingRow | None:
    """Return the meeting with this id."""
    return await session.get(MeetingRow, meeting_id)


async def by_connection_id(session: AsyncSession, connection_id: str) -> MeetingRow | None:
    """Return the meeting of the bot with this session uid."""
    query = select(MeetingRow).where(MeetingRow.connection_id == connection_id)
    return (await session.scalars(query)).one_or_none()


async def newest(
    session: AsyncSession, user_id: int, platform: str, native_id: str
) -> MeetingRow | None:
    """Return the user's latest meeting at this address."""
    query = (
        select(MeetingRow)
        .where(
            MeetingRow.user_id == user_id,
            MeetingRow.platform == platform,
            MeetingRow.platform_specific_id == native_id,
        )
        .order_by(MeetingRow.created_at.desc(), MeetingRow.id.desc())
        .limit(1)
    )
    return (await session.scalars(query)).one_or_none()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which meetings of a user to list. `search` looks in the native id and the name."""

    status: str | None = None
    platform: str | None = None
    search: str | None = None


async def list_for_user(
    session: AsyncSession,
    user_id: int,
    *,
    limit: int | None = None,
    offset: int = 0,
    only: Filter | None = None,
) -> Sequence[MeetingRow]:
    """Return the user's meetings, newest first; all of them without `limit`."""
    query = (
        select(MeetingRow)
        .where(MeetingRow.user_id == user_id, *_conditions(only or Filter()))
        .order_by(MeetingRow.created_at.desc(), MeetingRow.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


def _conditions(only: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if only.status is not None:
        conditions.append(MeetingRow.status == only.status)
    if only.platform is not None:
        conditions.append(MeetingRow.platform == only.platform)
    if only.search:
        name = MeetingRow.data["name"].as_string()
        conditions.append(
            or_(
                MeetingRow.platform_specific_id.icontains(only.search, autoescape=True),
                name.icontains(only.search, autoescape=True),
            )
        )
    return conditions


async def own(session: AsyncSession, user_id: int, meeting_id: int) -> MeetingRow:
    """Return a user's meeting by its id.

    Raises:
        NotFound: there is none with this id, or it is another user's.
    """
    row = await session.get(MeetingRow, meeting_id)
    if row is None or row.user_id != user_id:
        raise NotFound("Meeting not found")
    return row


async def own_at(
    session: AsyncSession, user_id: int, key: MeetingKey, meeting_id: int | None = None
) -> MeetingRow:
    """Return a user's newest meeting at an address, or the one there with this id.

    Raises:
        NotFound: there is none, or it is another user's.
    """
    platform, native_id = key.platform, key.native_id
    if meeting_id is None:
        row = await newest(session, user_id, platform, native_id)
        if row is None:
            raise NotFound(f"Meeting not found for platform {platform} and ID {native_id}")
        return row
    row = await by_id(session, meeting_id)
    if row is None or (row.user_id, row.platform, row.platform_specific_id) != (
        user_id,
        platform,
        native_id,
    ):
        raise NotFound(
            f"Meeting not found for platform {platform}, ID {native_id}, "
            f"and meeting_id {meeting_id}"
        )
    return row


async def open_meetings(
    session: AsyncSession, *, user_id: int | None = None, host: str | None = None
) -> Sequence[MeetingRow]:
    """Return meetings that still have a bot, oldest first; of one user or one host if given."""
    query = select(MeetingRow).where(MeetingRow.status.in_(_OPEN_STATUSES)).order_by(MeetingRow.id)
    if user_id is not None:
        query = query.where(MeetingRow.user_id == user_id)
    if host is not None:
        query = query.where(MeetingRow.bot_host == host)
    return (await session.scalars(query)).all()


async def ended_since(session: AsyncSession, host: str, since: datetime) -> Sequence[MeetingRow]:
    """Return meetings of a host that have ended since then and had a bot process."""
    query = select(MeetingRow).where(
        MeetingRow.bot_host == host, MeetingRow.end_time >= since, MeetingRow.bot_pid.is_not(None)
    )
    return (await session.scalars(query)).all()


def to_response(row: MeetingRow) -> MeetingResponse:
    """Make the HTTP body of a meeting. Row times lose their zone, as on the seed's wire."""
    return MeetingResponse(
        id=row.id,
        user_id=row.user_id,
        platform=row.platform,
        native_meeting_id=row.platform_specific_id,
        constructed_meeting_url=row.constructed_meeting_url,
        status=row.status,
        bot_container_id=row.bot_container_id,
        start_time=naive_utc(row.start_time) if row.start_time else None,
        end_time=naive_utc(row.end_time) if row.end_time else None,
        data=row.data,
        created_at=naive_utc(row.created_at),
        updated_at=naive_utc(row.updated_at),
        retention_days=row.retention_days,
    )
