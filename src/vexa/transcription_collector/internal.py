"""Routes for programs of this installation only."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response

from vexa.contracts.errors import NotAllowed
from vexa.contracts.http.keys import EndedKeys
from vexa.contracts.http.transcripts import Segment
from vexa.kit.clock import Clock
from vexa.storage.callers import ended_between
from vexa.storage.database import Database
from vexa.transcription_collector.endpoints import Id
from vexa.transcription_collector.service import Transcripts

#: How far back an answer looks at least: a revocation is stored a little before it is committed.
OVERLAP = timedelta(seconds=10)
#: How far back it looks at most: a gateway that was cut off for longer asks everyone anew.
LONGEST = timedelta(days=1)


def make_internal_router(
    secret: str, transcripts: Transcripts, database: Database, clock: Clock
) -> APIRouter:
    """Return the routes, closed to whoever has not the internal secret."""

    def internal_caller(
        x_internal_secret: Annotated[str | None, Header(include_in_schema=False)] = None,
    ) -> None:
        if not hmac.compare_digest((x_internal_secret or "").encode(), secret.encode()):
            raise NotAllowed("Invalid internal secret")

    router = APIRouter(
        prefix="/internal", dependencies=[Depends(internal_caller)], tags=["internal"]
    )

    @router.get("/transcripts/{meeting_id}", response_model=list[Segment])
    async def segments(meeting_id: Id) -> Response:
        """The segments of any user's meeting."""
        return Response(await transcripts.segments(meeting_id), media_type="application/json")

    @router.get("/keys/ended")
    async def ended_keys(since: Annotated[datetime | None, Query()] = None) -> EndedKeys:
        """SHA-256 of the keys that were revoked or expired since then, and until when that is."""
        now = clock.now()
        start = now if since is None else max(_aware(since, now), now - LONGEST)
        async with database.reading() as session:
            digests = await ended_between(session, start - OVERLAP, now)
        return EndedKeys(until=now, sha256=list(digests))

    return router


def _aware(moment: datetime, now: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
