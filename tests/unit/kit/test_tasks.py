import asyncio

import pytest

from vexa.kit.tasks import BackgroundTasks


async def test_a_failure_is_reported_and_the_others_go_on() -> None:
    failures: list[str] = []
    tasks = BackgroundTasks(lambda name, error: failures.append(f"{name}: {error}"))
    goes_on = asyncio.Event()

    async def fail() -> None:
        raise ValueError("broken")

    tasks.spawn("bad", fail())
    other = tasks.spawn("good", goes_on.wait())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert failures == ["bad: broken"]
    goes_on.set()
    assert await other
    await tasks.aclose()


async def test_close_cancels_and_waits() -> None:
    tasks = BackgroundTasks()
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = tasks.spawn("work", work())
    await asyncio.sleep(0)
    await tasks.aclose()
    await tasks.aclose()
    assert ended.is_set()
    with pytest.raises(asyncio.CancelledError):
        await task
