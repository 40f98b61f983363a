"""Deliveries reach a real receiver: every try logged, order kept, nobody waits for a slow one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from tests.support.wait_until import wait_until
from tests.support.webhook_receiver import HANG, Receiver, always, receiving
from tests.support.webhooks import ACTIVE, BEGIN, ENDED, JOINING, Hook, SteppedClock
from vexa.bot_manager.webhooks.deliverer import PER_ENDPOINT, WebhookDeliverer
from vexa.kit.public_addresses import AllowList
from vexa.kit.safe_http import SafeHttp
from vexa.storage import webhook_deliveries, webhook_endpoints, webhook_sending
from vexa.storage.database import Database

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DAY = timedelta(days=1)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.aclose()


@asynccontextmanager
async def _deliverer(
    database: Database,
    clock: SteppedClock,
    holder: str = "d1",
    *,
    allow: str = "127.0.0.1",
    timeout_s: float = 30,
) -> AsyncIterator[WebhookDeliverer]:
    http = SafeHttp(AllowList.parse(allow), timeout_s=timeout_s)
    made = WebhookDeliverer(database, http, clock, holder, lambda: 0.5)
    try:
        yield made
    finally:
        await made.aclose()


async def _settle(deliverer: WebhookDeliverer, *hooks: Hook) -> None:
    """Let the deliverer do all that is due, until each try has ended and is written down."""

    async def is_done() -> bool:
        begun = await deliverer.step()
        rows = [row for hook in hooks for row in await hook.log()]
        waits = all(row.status != "pending" or row.next_try_at is not None for row in rows)
        return begun == 0 and waits

    await wait_until(is_done, within_s=60, what="end of the tries")


def _check_signature(receiver: Receiver) -> None:
    for request in receiver.requests:
        sent_at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
        name = request.headers["webhook-id"]
        expected = Webhook(SECRET).sign(name, sent_at, request.body.decode())
        assert request.headers["webhook-signature"] == expected
        assert request.headers["authorization"] == f"Bearer {SECRET}"
        assert request.event["event_id"] == name


async def test_every_kind_of_failure_is_tried_again_under_one_id(database: Database) -> None:
    clock = SteppedClock()
    async with receiving(always(200)) as trap, receiving(always(500)) as receiver:
        hook = await Hook.make(database, receiver.url, events={}, secret=SECRET)
        await hook.move(await hook.meeting(), JOINING, ACTIVE, ENDED)
        for answer, timeout_s in (
            (always(500), 30.0),
            (always(HANG), 0.2),
            (always(307, f"Location: {trap.url}"), 30.0),
            (always(404), 30.0),
            (always(204), 30.0),
        ):
            receiver.answer = answer
            async with _deliverer(database, clock, timeout_s=timeout_s) as deliverer:
                await _settle(deliverer, hook)
            clock.step(DAY)
        delivery = (await hook.log())[0]
        tries = await hook.tries(delivery.id)
        assert [(t.status_code, t.error) for t in tries] == [
            (500, "refused"),
            (None, "timeout"),
            (307, "redirect"),
            (404, "refused"),
            (204, None),
        ]
        assert all(t.finished_at is not None for t in tries)
        assert (delivery.status, delivery.tries) == ("delivered", 5)
        assert trap.requests == []
        assert {(r.headers["webhook-id"], r.body) for r in receiver.requests} == {
            (delivery.event_id, delivery.body)
        }
        _check_signature(receiver)


async def test_after_ten_tries_a_delivery_has_failed_and_the_next_goes(database: Database) -> None:
    clock = SteppedClock()
    async with receiving(always(500)) as receiver:
        hook = await Hook.make(database, receiver.url)
        await hook.move(await hook.meeting(), JOINING, ACTIVE)
        async with _deliverer(database, clock) as deliverer:
            for _ in range(10):
                await _settle(deliverer, hook)
                clock.step(2 * DAY)
            first, second = await hook.log()
            assert (first.status, first.tries, second.tries) == ("failed", 10, 1)
            assert len(receiver.requests) == 11
            receiver.answer = always(200)
            await _settle(deliverer, hook)
        assert [row.status for row in await hook.log()] == ["failed", "delivered"]


async def test_gone_disables_the_endpoint_until_its_url_is_set(database: Database) -> None:
    clock = SteppedClock()
    async with receiving(always(410)) as receiver:
        hook = await Hook.make(database, receiver.url)
        meeting_id = await hook.meeting()
        await hook.move(meeting_id, JOINING, ACTIVE)
        async with _deliverer(database, clock) as deliverer:
            await _settle(deliverer, hook)
            await hook.move(meeting_id, ENDED)
            clock.step(DAY)
            await _settle(deliverer, hook)
            assert len(receiver.requests) == 1
            assert [r.status for r in await hook.log()] == ["failed", *["skipped"] * 3]
            assert (await hook.endpoint()).disabled_reason == "The endpoint answered 410 Gone."
            receiver.answer = always(200)
            async with database.transaction() as session:
                endpoint = await webhook_endpoints.make(session, hook.user_id)
                await webhook_endpoints.set_url(session, endpoint, receiver.url, now=clock.now())
                for row in await hook.log():
                    await webhook_deliveries.replay(session, endpoint, row.id, now=clock.now())
            await _settle(deliverer, hook)
        log = await hook.log()
        assert [row.status for row in log] == ["delivered"] * 4
        assert [r.headers["webhook-id"] for r in receiver.requests[1:]] == [r.event_id for r in log]


async def test_a_failed_event_holds_back_those_of_its_meeting_only(database: Database) -> None:
    clock = SteppedClock()
    async with receiving(always(200)) as receiver:
        hook = await Hook.make(database, receiver.url)
        held, free = await hook.meeting(0), await hook.meeting(1)
        for meeting_id in (held, free):
            await hook.move(meeting_id, JOINING, ACTIVE, ENDED)
        receiver.answer = lambda r: (500 if r.event["meeting"]["id"] == held else 200, "")
        async with _deliverer(database, clock) as deliverer:
            await _settle(deliverer, hook)
            came = [(r.event["meeting"]["id"], r.event["sequence"]) for r in receiver.requests]
            assert sorted(came) == [(held, 1), (free, 1), (free, 2), (free, 3), (free, 3)]
            receiver.answer = always(200)
            receiver.requests.clear()
            clock.step(DAY)
            await _settle(deliverer, hook)
        assert [r.event["event_type"] for r in receiver.requests] == [
            *["meeting.status_change"] * 3,
            "meeting.completed",
        ]
        assert [r.event["sequence"] for r in receiver.requests] == [1, 2, 3, 3]


async def test_a_slow_endpoint_delays_nobody_else(database: Database) -> None:
    clock = SteppedClock()
    async with receiving(always(HANG)) as slow, receiving(always(200)) as fast:
        stuck = await Hook.make(database, slow.url, events={})
        quick = await Hook.make(database, fast.url, events={}, email="b@example.com")
        for number in range(2 * PER_ENDPOINT):
            for hook in (stuck, quick):
                await hook.move(await hook.meeting(number), JOINING, ACTIVE, ENDED)

        async def all_came() -> bool:
            await deliverer.step()
            return len(fast.requests) == 2 * PER_ENDPOINT

        async with _deliverer(database, clock) as deliverer:
            await wait_until(all_came, within_s=60, what="every event of the quick endpoint")
            assert len(slow.requests) == PER_ENDPOINT


async def test_retry_after_sets_the_time_of_the_next_try(database: Database) -> None:
    clock = SteppedClock()
    async with receiving(always(429, "Retry-After: 3600")) as receiver:
        hook = await Hook.make(database, receiver.url, events={})
        await hook.move(await hook.meeting(), JOINING, ACTIVE, ENDED)
        async with _deliverer(database, clock) as deliverer:
            await _settle(deliverer, hook)
            assert (await hook.log())[0].next_try_at == BEGIN + timedelta(hours=1)
            clock.step(timedelta(minutes=59))
            assert await deliverer.step() == 0


async def test_an_address_that_is_not_public_is_never_reached(database: Database) -> None:
    clock = SteppedClock()
    async with receiving(always(200)) as receiver:
        hook = await Hook.make(database, receiver.url, events={})
        await hook.move(await hook.meeting(), JOINING, ACTIVE, ENDED)
        async with _deliverer(database, clock, allow="") as deliverer:
            await _settle(deliverer, hook)
        assert receiver.requests == []
        assert (await hook.tries((await hook.log())[0].id))[0].error == "address_not_allowed"


async def test_only_one_of_several_deliverers_sends(database: Database) -> None:
    clock = SteppedClock()
    async with (
        receiving(always(HANG)) as receiver,
        _deliverer(database, clock) as first,
        _deliverer(database, clock, "d2") as second,
    ):
        hook = await Hook.make(database, receiver.url, events={})
        await hook.move(await hook.meeting(), JOINING, ACTIVE, ENDED)
        assert await first.step() == 1
        for _ in range(3):
            clock.step(timedelta(seconds=4))
            assert await first.step() == 0
            assert await second.step() == 0
        clock.step(timedelta(seconds=6))
        assert await second.step() == 1
        errors = [t.error for t in await hook.tries((await hook.log())[0].id)]
        assert errors == ["interrupted", None]


async def test_old_deliveries_leave_the_log(database: Database) -> None:
    clock = SteppedClock()
    async with receiving(always(200)) as receiver, _deliverer(database, clock) as deliverer:
        hook = await Hook.make(database, receiver.url, events={})
        await hook.move(await hook.meeting(0), JOINING, ACTIVE, ENDED)
        await _settle(deliverer, hook)
        clock.step(31 * DAY)
        await hook.move(await hook.meeting(1), JOINING, ACTIVE, ENDED)
        await _settle(deliverer, hook)
        assert len(receiver.requests) == 2
        assert [row.event_id for row in await hook.log()] == [
            receiver.requests[1].headers["webhook-id"]
        ]


async def test_every_endpoint_comes_before_any_comes_twice(database: Database) -> None:
    busy = await Hook.make(database, "http://127.0.0.1:1/")
    calm = await Hook.make(database, "http://127.0.0.1:2/", email="b@example.com")
    for hook in (busy, busy, busy, calm):
        await hook.move(await hook.meeting(len(await hook.log())), JOINING)

    async def claim(sending: list[int], per_endpoint: int, limit: int) -> list[int]:
        async with database.transaction() as session:
            claimed = await webhook_sending.claim(
                session, now=BEGIN, sending=sending, per_endpoint=per_endpoint, limit=limit
            )
        return [one.endpoint_id for one in claimed]

    first, second = (await busy.endpoint()).id, (await calm.endpoint()).id
    assert await claim([], 2, 2) == [first, second]
    assert await claim([first] * 2, 2, 10) == []
    assert await claim([first], 2, 10) == [first]


async def test_a_deliverer_that_is_shut_down_leaves_its_work_to_the_next(
    database: Database,
) -> None:
    clock = SteppedClock()
    async with receiving(always(HANG)) as receiver:
        hook = await Hook.make(database, receiver.url, events={})
        await hook.move(await hook.meeting(), JOINING, ACTIVE, ENDED)
        async with _deliverer(database, clock) as first:
            assert await first.step() == 1
            await wait_until(lambda: len(receiver.requests) == 1, what="the first try")
        receiver.answer = always(200)
        async with _deliverer(database, clock, "d2") as second:
            await _settle(second, hook)
        delivery = (await hook.log())[0]
        assert [t.error for t in await hook.tries(delivery.id)] == ["interrupted", None]
        assert (delivery.status, delivery.tries) == ("delivered", 1)
