"""Fifty requests at once: one bot a meeting, never over the quota, no trace of what was refused.

`make race` runs 100 rounds on each database, or `RACE_ROUNDS`; the suite runs a few.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx2
import pytest

from tests.support.bot_manager import BotManager, bot_manager
from tests.support.wait_until import wait_until
from vexa.storage import meetings

ROUNDS = int(os.environ.get("RACE_ROUNDS", "2"))
AT_ONCE = 50
QUOTA = 3


@pytest.fixture
async def manager(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[BotManager]:
    # a bot that only is a process: the race is over before it would say anything
    settings = {"MAX_BOTS": "100", "BOT_COMMAND": "sleep 600", "BOT_STOP_DELAY": "0"}
    async with bot_manager(tmp_path, database_url, redis_url, **settings) as running:
        yield running


def _code(number: int) -> str:
    letters = "".join(chr(97 + number // 26**power % 26) for power in (2, 1, 0))
    return f"abc-defg-{letters}"


def _client(manager: BotManager) -> httpx2.AsyncClient:
    # the server closes connections that are idle between two rounds
    limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=0)
    url, headers = manager.client.base_url, manager.client.headers
    return httpx2.AsyncClient(base_url=url, headers=headers, limits=limits, timeout=60)


async def _send(manager: BotManager, codes: list[str]) -> Counter[int]:
    bodies = [{"platform": "google_meet", "native_meeting_id": code} for code in codes]
    async with _client(manager) as client:
        answers = await asyncio.gather(*(client.post("/bots", json=body) for body in bodies))
    return Counter(answer.status_code for answer in answers)


async def _count(manager: BotManager, *, is_open: bool) -> int:
    async with manager.database.transaction() as session:
        if is_open:
            return len(await meetings.open_meetings(session, user_id=manager.user_id))
        return len(await meetings.list_for_user(session, manager.user_id))


async def _stop_all(manager: BotManager) -> None:
    async with manager.database.transaction() as session:
        rows = await meetings.open_meetings(session, user_id=manager.user_id)
    async with _client(manager) as client:
        for row in rows:
            answer = await client.delete(f"/bots/google_meet/{row.platform_specific_id}")
            assert answer.status_code == 202

    async def all_ended() -> bool:
        return await _count(manager, is_open=True) == 0

    await wait_until(all_ended, within_s=60, what="end of all bots")


@pytest.mark.timeout(60 + 60 * ROUNDS)
async def test_parallel_requests(
    manager: BotManager,
    request: pytest.FixtureRequest,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    answers: Counter[int] = Counter()
    for number in range(ROUNDS):
        first = number * (AT_ONCE + 1)
        same = await _send(manager, [_code(first)] * AT_ONCE)
        assert same == {201: 1, 409: AT_ONCE - 1}, f"round {number}: {same}"
        others = await _send(manager, [_code(first + 1 + index) for index in range(AT_ONCE)])
        assert others == {201: QUOTA - 1, 403: AT_ONCE - QUOTA + 1}, f"round {number}: {others}"
        assert await _count(manager, is_open=True) == QUOTA
        assert await _count(manager, is_open=False) == QUOTA * (number + 1)
        await _stop_all(manager)
        answers += same + others
        sys.stderr.write(f"race: round {number + 1} of {ROUNDS}: {dict(answers)}\n")
    noted = json.dumps({"rounds": ROUNDS, "answers": answers})
    record_testsuite_property(f"race {request.node.name}", noted)
