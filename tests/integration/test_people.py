"""Participants and languages of a meeting: filled at its end, and the user's word wins."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.support import speech_entries as say
from tests.support.webhooks import ACTIVE, BEGIN, BOT, ENDED, JOINING, Hook
from vexa.bus.streams import Entry
from vexa.contracts.meeting import MeetingStatus, Outcome
from vexa.contracts.whisper_protocol import StreamEntry
from vexa.storage import bots, erasure, meetings, people, segments
from vexa.storage.database import Database
from vexa.storage.segments import FinalSegment
from vexa.storage.tables import MeetingPeopleRow
from vexa.storage.transitions import Move, locked
from vexa.transcription_collector.handlers import parse, store

STOPPING = Move(BOT, to=MeetingStatus.STOPPING, stop_requested=True)


class Held:
    """One meeting in which a bot is, and what is told of it."""

    def __init__(self, hook: Hook, meeting_id: int) -> None:
        self.hook = hook
        self.id = meeting_id
        self._number = 0

    @classmethod
    async def begin(cls, database: Database, *steps: Move) -> Held:
        hook = await Hook.make(database, "https://hooks.example.com/vexa")
        held = cls(hook, await hook.meeting())
        await hook.move(held.id, *(steps or (JOINING, ACTIVE)))
        return held

    async def tell(self, *names: str) -> None:
        """As a heartbeat of the bot does."""
        async with self.hook.database.transaction() as session:
            await bots.record_names(session, self.id, names)

    async def hear(self, speaker: str | None, language: str | None, seconds: float) -> None:
        """Store a final."""
        self._number += 1
        at = BEGIN + timedelta(minutes=self._number)
        final = FinalSegment(
            *(self.id, f"s:{self._number}", "s", 0.0, seconds, at, at + timedelta(seconds=seconds)),
            *("text", speaker, language),
        )
        async with self.hook.database.transaction() as session:
            await segments.insert_finals(session, [final])

    async def write(self, **data: list[str]) -> None:
        """As a user's PATCH does."""
        async with self.hook.database.transaction() as session:
            row = await locked(session, self.id)
            row.data = {**row.data, **data}
            await people.leave_to_user(session, self.id, data)

    async def collect(self, *messages: StreamEntry) -> None:
        """As the collector does with entries of the stream."""
        entries = [
            Entry(f"{n}-0", {"payload": m.model_dump_json()}) for n, m in enumerate(messages)
        ]
        await store(self.hook.database, [parse(entry) for entry in entries], BEGIN)

    async def filled(self) -> tuple[list[str] | None, list[str] | None]:
        """What the meeting's `data` says of participants and languages."""
        async with self.hook.database.reading() as session:
            row = await meetings.by_id(session, self.id)
        assert row is not None
        return row.data.get("participants"), row.data.get("languages")

    async def told_at_the_end(self) -> dict[str, Any]:
        """The `data` of the last event for the webhook."""
        body = json.loads((await self.hook.log())[-1].body)
        data: dict[str, Any] = body["meeting"]["data"]
        return data


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.aclose()


@pytest.mark.parametrize(
    "steps",
    [
        *((ENDED,), (Move(BOT, outcome=Outcome.NETWORK_LOST),)),
        *((Move(BOT, outcome=Outcome.BOT_CRASHED),), (Move(BOT, outcome=Outcome.BOT_HUNG),)),
        (Move(BOT, to=MeetingStatus.STOPPING, server_stop=True), ENDED),
        (STOPPING, Move(BOT, outcome=Outcome.BOT_CRASHED)),
    ],
    ids=["over", "failed", "killed", "hung", "server stop", "user stop"],
)
async def test_every_end_of_a_stay_fills_both_before_it_is_told(
    database: Database, steps: tuple[Move, ...]
) -> None:
    held = await Held.begin(database)
    await held.tell("Guest")
    await held.tell("Zoe", "Ada")
    for speaker, language, seconds in (
        *(("Ada", "en", 3.0), ("Bob", "de", 2.0), (None, None, 9.0), ("Ada", "de", 2.0)),
    ):
        await held.hear(speaker, language, seconds)
    assert await held.filled() == (None, None)
    await held.hook.move(held.id, *steps)
    assert await held.filled() == (["Zoe", "Ada", "Bob"], ["de", "en"])
    told = await held.told_at_the_end()
    assert (told["participants"], told["languages"]) == (["Zoe", "Ada", "Bob"], ["de", "en"])


async def test_the_end_itself_may_bring_names_and_both_may_be_empty(database: Database) -> None:
    held = await Held.begin(database)
    await held.tell("Ada")
    await held.hook.move(held.id, Move(BOT, outcome=Outcome.MEETING_ENDED, names=["Ada", "Bob"]))
    assert await held.filled() == (["Ada", "Bob"], [])
    alone = Held(held.hook, await held.hook.meeting(1))
    await held.hook.move(alone.id, JOINING, ACTIVE, ENDED)
    assert await alone.filled() == ([], [])


async def test_a_bot_that_was_never_in_says_nothing(database: Database) -> None:
    held = await Held.begin(database, JOINING)
    await held.hook.move(held.id, Move(BOT, outcome=Outcome.DENIED))
    assert await held.filled() == (None, None)


async def test_what_the_user_wrote_before_the_end_stays(database: Database) -> None:
    held = await Held.begin(database)
    await held.tell("Ada")
    await held.write(participants=["The team"])
    await held.tell("Ada", "Bob")
    await held.hear("Ada", "en", 1.0)
    await held.hook.move(held.id, ENDED)
    assert await held.filled() == (["The team"], ["en"])
    async with database.reading() as session:
        (kept,) = (await session.scalars(select(MeetingPeopleRow))).all()
    assert kept.names == []


async def test_finals_after_the_end_add_to_what_is_filled_alone(database: Database) -> None:
    held = await Held.begin(database)
    await held.tell("Ada")
    await held.collect(say.spoken(held.id, "s1", 0, "Good morning."))
    assert await held.filled() == (None, None)
    await held.hook.move(held.id, ENDED)
    assert await held.filled() == (["Ada"], ["en"])
    await held.collect(say.named(held.id, "s1", "Bob"))
    assert await held.filled() == (["Ada", "Bob"], ["en"])
    await held.collect(say.spoken(held.id, "s2", 0, "Bye.", speaker="Chris"))
    assert await held.filled() == (["Ada", "Bob", "Chris"], ["en"])
    await held.write(participants=[])
    await held.collect(say.spoken(held.id, "s3", 0, "So long.", speaker="Dana"))
    assert await held.filled() == ([], ["en"])
    await held.write(languages=["fr"])
    await held.collect(say.spoken(held.id, "s4", 0, "Really.", speaker="Eve"))
    assert await held.filled() == ([], ["fr"])


async def test_an_erased_meeting_names_nobody_and_learns_no_name(database: Database) -> None:
    held = await Held.begin(database)
    await held.tell("Ada")
    await held.hook.move(held.id, ENDED)
    async with database.transaction() as session:
        await erasure.erase(session, held.id)
    await held.tell("Ada")
    await held.collect(say.spoken(held.id, "s1", 0, "Good morning.", speaker="Ada"))
    assert await held.filled() == (None, None)
    async with database.reading() as session:
        assert (await session.scalars(select(MeetingPeopleRow))).all() == []
