"""Idempotency-Key: done once and answered the same, over HTTP, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from vexa.kit.clock import SystemClock
from vexa.kit.idempotency import IdempotentWrites
from vexa.kit.service_app import create_service_app, put_inside
from vexa.storage import users
from vexa.storage.database import Database
from vexa.storage.idempotency import CUT_OFF_AFTER, KEEP, IdempotencyStore, purge
from vexa.storage.tables import IdempotencyRow, UserRow, utc_now
from vexa.storage.users import NewUser

KEY = {"Idempotency-Key": "k-1", "X-API-Key": "vx_caller"}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.aclose()


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx2.AsyncClient]:
    """An app whose one write makes a user and answers with a secret."""

    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield

    app = create_service_app("test", lifespan=lifespan)  # type: ignore[arg-type]
    put_inside(app, IdempotentWrites, writes=IdempotencyStore(database, SystemClock()))

    @app.post("/things/{name}", status_code=201)
    async def make(name: str, body: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(body.get("takes_s", 0))
        async with database.transaction() as session:
            new = NewUser(f"{name}-{utc_now().timestamp()}@example.com", 1)
            row, _ = await users.create_or_get(session, new)
        if body.get("fails"):
            raise RuntimeError
        return {"id": row.id, "secret": f"Geheimnis-{row.id}"}

    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        yield http


async def made(database: Database) -> int:
    async with database.reading() as session:
        return len((await session.scalars(select(UserRow))).all())


async def stored(database: Database) -> list[IdempotencyRow]:
    async with database.reading() as session:
        return list((await session.scalars(select(IdempotencyRow))).all())


async def test_repetition_gets_the_first_answer(
    client: httpx2.AsyncClient, database: Database
) -> None:
    first = await client.post("/things/a", json={"n": 1}, headers=KEY)
    again = await client.post("/things/a", json={"n": 1}, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await made(database) == 1
    others: tuple[tuple[str, dict[str, Any]], ...] = (
        *(("/things/a", {"n": 2}), ("/things/b", {"n": 1}), ("/things/a?x=1", {"n": 1})),
    )
    for path, body in others:
        refused = await client.post(path, json=body, headers=KEY)
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    other_caller = {**KEY, "X-API-Key": "vx_other"}
    assert (await client.post("/things/a", json={"n": 1}, headers=other_caller)).json()["id"] == 2
    rows = await stored(database)
    assert len(rows) == 2
    for row in rows:
        assert b"Geheimnis" not in (row.answer or b"")
    for bad in ("", "x" * 256, "k\tk"):
        answer = await client.post("/things/a", json={}, headers={**KEY, "Idempotency-Key": bad})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_idempotency_key")


async def test_many_at_once_do_it_once(client: httpx2.AsyncClient, database: Database) -> None:
    body = {"takes_s": 0.2}
    answers = await asyncio.gather(
        *(client.post("/things/a", json=body, headers=KEY) for _ in range(12))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await made(database) == 1


async def test_failure_may_be_repeated_and_a_cut_off_write_is_never_done_again(
    client: httpx2.AsyncClient, database: Database
) -> None:
    failed = await client.post("/things/a", json={"fails": True}, headers=KEY)
    assert (failed.status_code, await stored(database)) == (500, [])
    assert (await client.post("/things/a", json={}, headers=KEY)).status_code == 201
    # as a crash leaves it: claimed, and never answered
    async with database.transaction() as session:
        long_ago = utc_now() - CUT_OFF_AFTER
        await session.execute(
            update(IdempotencyRow).values(answer=None, answer_status=None, created_at=long_ago)
        )
    unknown = await client.post("/things/a", json={}, headers=KEY)
    assert (unknown.status_code, unknown.json()["code"]) == (409, "idempotency_outcome_unknown")
    assert await made(database) == 2


async def test_answers_end_after_a_day(client: httpx2.AsyncClient, database: Database) -> None:
    await client.post("/things/a", json={}, headers=KEY)
    async with database.transaction() as session:
        await purge(session, utc_now() + KEEP - timedelta(minutes=1))
    assert len(await stored(database)) == 1
    async with database.transaction() as session:
        await session.execute(update(IdempotencyRow).values(created_at=utc_now() - KEEP))
    assert (await client.post("/things/a", json={}, headers=KEY)).json()["id"] == 2
    async with database.transaction() as session:
        await purge(session, utc_now() + KEEP)
    assert await stored(database) == []
