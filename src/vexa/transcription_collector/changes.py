"""What a user changes about a meeting, and how one is erased."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog

from vexa.bus import erasure as bus_erasure
from vexa.bus.connection import Bus
from vexa.contracts.errors import BadRequest, NotFound, Unavailable
from vexa.contracts.http.meetings import MeetingPatch, MeetingResponse
from vexa.kit.clock import Clock
from vexa.storage import erasure, idempotency, meetings, people
from vexa.storage.database import Database
from vexa.storage.tables import MeetingRow
from vexa.storage.transitions import locked

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_log = structlog.get_logger(__name__)

#: How a request names a meeting: looks it up for its user; raises NotFound.
Finder = Callable[["AsyncSession"], Awaitable[MeetingRow]]
#: How often overdue meetings are looked for, seconds.
RETENTION_EVERY_S = 60.0


class Changes:
    """Writes to meetings that are over or not; raises StorageUnavailable."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus

    async def patch(self, find: Finder, body: MeetingPatch) -> MeetingResponse:
        """Write what the body names into the meeting's data.

        Raises:
            NotFound: the user has no such meeting.
            BadRequest: the body names nothing.
        """
        notes = body.data.model_dump(exclude_none=True) if body.data else {}
        sets_retention = "retention_days" in body.model_fields_set
        if not notes and not sets_retention:
            raise BadRequest("No data provided for update.")
        async with self._database.transaction() as session:
            row = await locked(session, (await find(session)).id)
            row.data = {**row.data, **notes}
            await people.leave_to_user(session, row.id, notes)
            if sets_retention:
                row.retention_days = body.retention_days
            await session.flush()
            return meetings.to_response(row)

    async def erase(self, find: Finder) -> str:
        """Erase what was said in a meeting; return the seed's sentence about it.

        Raises:
            NotFound: the user has no such meeting, or it is erased already.
            NotFinalized: it has not ended.
            BusUnavailable: nothing is erased in the database yet; to be asked again.
        """
        async with self._database.reading() as session:
            row = await find(session)
            if row.platform_specific_id is None:
                raise NotFound("Meeting not found")
        name = f"{row.platform}/{row.platform_specific_id}"
        await self.erase_known(row.id)
        return f"Meeting {name} transcripts deleted and data anonymized"

    async def erase_known(self, meeting_id: int) -> None:
        """Erase a meeting from both stores, and have its bot's files erased.

        Redis comes first, so that an erased row means that nothing is left there; and once more
        at the end, for what was on its way.

        Raises:
            NotFound, NotFinalized, BusUnavailable: as `erase`.
        """
        async with self._database.reading() as session:
            uids = await erasure.session_uids(session, meeting_id)
            erasure.require_finalized(await meetings.by_id(session, meeting_id))
        await bus_erasure.erase(self._bus, meeting_id, uids)
        async with self._database.transaction() as session:
            await erasure.erase(session, meeting_id)
        await erasure.wipe_log(self._database)
        _log.info("meeting_erased", meeting_id=meeting_id)
        await bus_erasure.erase(self._bus, meeting_id, uids)
        await bus_erasure.tell(self._bus, meeting_id)


async def keep_retention(
    changes: Changes, database: Database, clock: Clock, default_days: int | None
) -> None:
    """Erase meetings and delete answers whose time to live is over, for ever."""
    while True:
        try:
            await erase_due(changes, database, clock, default_days)
            async with database.transaction() as session:
                await idempotency.purge(session, clock.now())
        except Unavailable as exc:
            _log.warning("retention_waits", code=exc.code)
        await asyncio.sleep(RETENTION_EVERY_S)


async def erase_due(
    changes: Changes, database: Database, clock: Clock, default_days: int | None
) -> int:
    """Erase meetings whose time to live is over; return how many.

    Raises:
        Unavailable: a store is away.
    """
    async with database.reading() as session:
        due = await erasure.due(session, clock.now(), default_days)
    for meeting_id in due:
        await changes.erase_known(meeting_id)
    return len(due)
