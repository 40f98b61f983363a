"""The shared subscription and the error translation, on a real Redis."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.stores import redis_server
from tests.support.wait_until import wait_until
from vexa.bus.connection import POOL_SIZE, Bus
from vexa.bus.fan_out import Receiver
from vexa.contracts.errors import BusUnavailable


@pytest.fixture
async def bus(redis_url: str) -> AsyncIterator[Bus]:
    bus = Bus(redis_url)
    yield bus
    await bus.aclose()


def _into(box: list[str]) -> Receiver:
    return lambda _channel, text: box.append(text)


async def test_every_receiver_of_many_gets_each_message(bus: Bus) -> None:
    readers = POOL_SIZE * 20
    got: list[list[str]] = [[] for _ in range(readers)]
    for index, box in enumerate(got):
        await bus.subscribe(f"c{index % 7}", _into(box))
    for channel in range(7):
        assert await bus.publish(f"c{channel}", f"m{channel}") == 1
    await wait_until(lambda: all(got))
    assert all(box == [f"m{index % 7}"] for index, box in enumerate(got))


async def test_unsubscribed_receiver_hears_no_more_and_others_do(bus: Bus) -> None:
    stays: list[str] = []
    goes: list[str] = []

    def staying(_channel: str, text: str) -> None:
        stays.append(text)

    def going(_channel: str, text: str) -> None:
        goes.append(text)

    await bus.subscribe("c", staying)
    await bus.subscribe("c", going)
    await bus.unsubscribe("c", going)
    await bus.unsubscribe("c", going)
    await bus.publish("c", "one")
    await wait_until(lambda: stays)
    assert (stays, goes) == (["one"], [])
    await bus.unsubscribe("c", staying)
    await wait_until(lambda: _has_no_receiver(bus, "c"))
    await bus.subscribe("c", going)
    assert await bus.publish("c", "two") == 1
    await wait_until(lambda: goes == ["two"])


async def _has_no_receiver(bus: Bus, channel: str) -> bool:
    return await bus.publish(channel, "nobody") == 0


async def test_subscriptions_come_back_after_a_restart_of_redis() -> None:
    with tempfile.TemporaryDirectory(prefix="vexa-redis-") as name:
        folder = Path(name)
        with redis_server(folder) as (_server, url):
            bus = Bus(url)
            got: list[str] = []
            await bus.subscribe("c", lambda _channel, text: got.append(text))
            assert await bus.problem() is None
        assert await bus.problem() == "Redis cannot be reached."
        with pytest.raises(BusUnavailable):
            await bus.publish("c", "lost")
        with redis_server(folder):
            await wait_until(lambda: _published(bus, "back"), within_s=15)
            await wait_until(lambda: "back" in got)
        await bus.aclose()


async def _published(bus: Bus, text: str) -> bool:
    try:
        return await bus.publish("c", text) == 1
    except BusUnavailable:
        return False


async def test_subscribing_without_redis_fails_and_leaves_nothing(tmp_path: Path) -> None:
    bus = Bus(f"unix://{tmp_path / 'none.sock'}")
    with pytest.raises(BusUnavailable):
        await bus.subscribe("c", lambda _channel, _text: None)
    await bus.aclose()
