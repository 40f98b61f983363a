"""The sender is killed between and during tries: nothing lost, nothing under two ids, in order."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.bot_manager import PYTHON_PATH
from tests.support.processes import ServerProcess
from tests.support.wait_until import wait_until
from tests.support.webhook_receiver import HANG, Answerer, Received, Receiver, always, receiving
from tests.support.webhooks import ACTIVE, BEGIN, ENDED, JOINING, Hook
from vexa.storage.database import Database

DAY = timedelta(days=1)
MEETINGS = 3
#: status_change three times, meeting.completed once
EVENTS = 4


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.aclose()


class Sender:
    """Starts and kills the process; its time goes on by a day between lives."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._url = database_url
        self._folder = folder
        self._time = BEGIN

    @contextmanager
    def life(self, timeout_s: float = 60) -> Iterator[None]:
        """Run the process, and kill it at the end."""
        clock = self._folder / "time"
        clock.write_text(self._time.isoformat())
        self._time += DAY
        module = ["-m", "tests.support.webhook_sender"]
        process = ServerProcess(
            [sys.executable, *module, self._url, str(clock), str(timeout_s)],
            self._folder / "sender.log",
            env={"PYTHONPATH": PYTHON_PATH},
        )
        try:
            yield
        finally:
            process.kill()


def _tries_ended(hook: Hook, count: int) -> Callable[[], Awaitable[bool]]:
    async def ended() -> bool:
        heads = [row for row in await hook.log() if row.status == "pending"][::EVENTS]
        tries = [await hook.tries(row.id) for row in heads]
        return len(heads) == MEETINGS and all(
            len(own) == count and own[-1].finished_at is not None for own in tries
        )

    return ended


def _key(request: Received) -> tuple[int, int, str]:
    event = request.event
    return event["meeting"]["id"], event["sequence"], event["event_type"]


def _check_what_came(receiver: Receiver, last: list[Received]) -> None:
    ids = {_key(r): r.headers["webhook-id"] for r in receiver.requests}
    bodies = {(r.headers["webhook-id"], r.body) for r in receiver.requests}
    assert len(ids) == len(set(ids.values())) == len(bodies) == MEETINGS * EVENTS
    for meeting_id in {key[0] for key in ids}:
        came = [_key(r)[1] for r in last if _key(r)[0] == meeting_id]
        assert came == sorted(came)
        assert set(came) == {1, 2, 3}


async def test_every_try_is_logged_and_every_event_arrives(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    sender = Sender(database_url, tmp_path)
    async with (
        receiving(always(200)) as trap,
        receiving(always(500)) as receiver,
        receiving(always(410)) as gone,
    ):
        left = await Hook.make(database, gone.url, email="b@example.com")
        await left.move(await left.meeting(), JOINING, ACTIVE, ENDED)
        hook = await Hook.make(database, receiver.url)
        for number in range(MEETINGS):
            await hook.move(await hook.meeting(number), JOINING, ACTIVE, ENDED)
        with sender.life():
            await wait_until(_tries_ended(hook, 1), within_s=180, what="500")
            await wait_until(_is_disabled(left), within_s=180, what="410")
        receiver.answer = always(HANG)
        with sender.life():
            await wait_until(lambda: len(receiver.requests) == 2 * MEETINGS, within_s=180)
        receiver.answer = always(302, f"Location: {trap.url}")
        with sender.life():
            await wait_until(_tries_ended(hook, 3), within_s=180, what="redirect")
        receiver.answer = always(HANG)
        with sender.life(timeout_s=0.3):
            await wait_until(_tries_ended(hook, 4), within_s=180, what="time-out")

        before = len(receiver.requests)
        receiver.answer = _answer_then_hang(4)
        with sender.life():
            await wait_until(lambda: len(receiver.requests) > before + 4, within_s=180)
        receiver.answer = always(200)
        with sender.life():
            await wait_until(_all_delivered(hook), within_s=180, what="every event")

        log = await hook.log()
        tries = {row.event_id: await hook.tries(row.id) for row in log}
        for row in log[::EVENTS]:
            own = [(t.status_code, t.error) for t in tries[row.event_id]]
            assert own[:4] == [
                (500, "refused"),
                (None, "interrupted"),
                (302, "redirect"),
                (None, "timeout"),
            ]
        assert [t[-1].status_code for t in tries.values()] == [200] * len(log)
        arrived = Counter(r.headers["webhook-id"] for r in receiver.requests)
        assert all(1 <= arrived[name] <= len(own) for name, own in tries.items())
        assert trap.requests == []
        assert [row.status for row in await left.log()] == ["failed", *["skipped"] * 3]
        assert len(gone.requests) == 1
        _check_what_came(receiver, receiver.requests[before:])


def _answer_then_hang(count: int) -> Answerer:
    left = [200] * count

    def answer(_request: Received) -> tuple[int, str]:
        return (left.pop() if left else HANG), ""

    return answer


def _is_disabled(hook: Hook) -> Callable[[], Awaitable[bool]]:
    async def disabled() -> bool:
        return (await hook.endpoint()).disabled_reason is not None

    return disabled


def _all_delivered(hook: Hook) -> Callable[[], Awaitable[bool]]:
    async def delivered() -> bool:
        return all(row.status == "delivered" for row in await hook.log())

    return delivered
