"""SIGKILL of a collector process in a stream of finals: none is lost, none is doubled."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.support import speech_entries as say
from tests.support.programs import Programs
from tests.support.wait_until import wait_until
from vexa.bus.connection import Bus
from vexa.bus.streams import GroupReader
from vexa.contracts.stream_names import COLLECTOR_GROUP, TRANSCRIPTION_SEGMENTS
from vexa.storage import segments
from vexa.storage.database import Database

FINALS = 4000
KILLS = 3


async def test_kills_lose_and_double_nothing(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    bus, database = Bus(redis_url), Database(database_url)
    programs = Programs(
        database_url,
        redis_url,
        tmp_path,
        {"COLLECTOR_BATCH_ENTRIES": "20", "COLLECTOR_CLAIM_IDLE_S": "1", "LOG_LEVEL": "info"},
    )
    try:
        meeting = await say.make_meeting(database)
        reader = GroupReader(bus, TRANSCRIPTION_SEGMENTS, COLLECTOR_GROUP, "observer")
        await reader.prepare()
        for offset in range(0, FINALS, 500):
            await say.write(
                bus,
                *(
                    say.spoken(meeting.id, f"s{n % 7}", n // 7, f"t{n}")
                    for n in range(offset, offset + 500)
                ),
            )
        for kill in range(KILLS):
            server = await asyncio.to_thread(programs.start, "transcription-collector")
            goal = FINALS * (kill + 1) // (KILLS + 2)

            async def reached(goal: int = goal) -> bool:
                return (await reader.backlog()).unread <= FINALS - goal

            await wait_until(reached, within_s=30)
            server.kill()
            assert (await reader.backlog()).unread > 0
        await asyncio.to_thread(programs.start, "transcription-collector")

        async def drained() -> bool:
            backlog = await reader.backlog()
            return backlog.unread == 0 and backlog.pending == 0

        await wait_until(drained, within_s=60)
        async with database.transaction() as session:
            stored = [row.text for row in await segments.of_meeting(session, meeting.id)]
        assert sorted(stored) == sorted(f"t{n}" for n in range(FINALS))
    finally:
        await asyncio.to_thread(programs.stop)
        await bus.aclose()
        await database.aclose()
