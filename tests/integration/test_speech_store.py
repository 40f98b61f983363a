"""The store of speech sessions on a real Redis: once, in order, by one owner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from vexa.bus.connection import Bus
from vexa.bus.speech_store import SpeechStore, Superseded
from vexa.contracts.errors import NotAllowed
from vexa.contracts.stream_names import TRANSCRIPTION_SEGMENTS

FIRST = {"next_seq": "0", "durable_sample": "0", "meeting_id": "7"}


@pytest.fixture
async def bus(redis_url: str) -> AsyncIterator[Bus]:
    bus = Bus(redis_url)
    yield bus
    await bus.aclose()


def point(seq: int) -> dict[str, str]:
    return {"next_seq": str(seq), "durable_sample": str(seq * 100)}


async def payloads(bus: Bus) -> list[str]:
    rows: Any = await bus.redis.xrange(TRANSCRIPTION_SEGMENTS)
    return [fields["payload"] for _id, fields in rows]


async def test_a_new_session_is_announced_once(bus: Bus) -> None:
    store = SpeechStore(bus)
    assert (await store.claim("u", "one", FIRST, "start")).is_new
    again = await store.claim("u", "two", FIRST, "start")
    assert again.fields["next_seq"] == "0"
    assert await payloads(bus) == ["start"]


async def test_a_commit_that_is_repeated_writes_once(bus: Bus) -> None:
    store = SpeechStore(bus)
    await store.claim("u", "one", FIRST, "start")
    for _ in range(3):
        await store.commit("u", "one", point(1), ["final 0"])
    await store.commit("u", "one", point(2), ["final 1"])
    assert await payloads(bus) == ["start", "final 0", "final 1"]
    assert (await store.claim("u", "one", FIRST, "start")).fields["durable_sample"] == "200"


async def test_who_was_superseded_writes_nothing(bus: Bus) -> None:
    store = SpeechStore(bus)
    await store.claim("u", "one", FIRST, "start")
    await store.claim("u", "two", FIRST, "start")
    with pytest.raises(Superseded):
        await store.commit("u", "one", point(1), ["final 0"])
    assert await payloads(bus) == ["start"]


async def test_another_meeting_cannot_claim_a_session(bus: Bus) -> None:
    store = SpeechStore(bus)
    await store.claim("u", "one", FIRST, "start")
    with pytest.raises(NotAllowed):
        await store.claim("u", "two", {**FIRST, "meeting_id": "8"}, "start")
    await store.commit("u", "one", point(1), ["final 0"])
    assert await payloads(bus) == ["start", "final 0"]


async def test_of_many_claims_at_once_one_owner_remains(bus: Bus) -> None:
    store = SpeechStore(bus)
    owners = [f"o{number}" for number in range(8)]
    await asyncio.gather(*(store.claim("u", owner, FIRST, "start") for owner in owners))
    results = await asyncio.gather(
        *(store.commit("u", owner, point(1), [owner]) for owner in owners),
        return_exceptions=True,
    )
    assert sum(result is None for result in results) == 1
    assert len(await payloads(bus)) == 2
