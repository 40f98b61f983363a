"""Starts wait for answers, and not for ever."""

from __future__ import annotations

import asyncio

from vexa.bot_manager.answers_first import STARTS_AT_ONCE, AnswersFirst


class Starts:
    """Starts that take until they are let go."""

    def __init__(self, answers: AnswersFirst) -> None:
        self._answers = answers
        self.running = 0
        self.end = asyncio.Event()

    async def start(self) -> None:
        async with await self._answers.place():
            self.running += 1
            await self.end.wait()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_start_waits_until_every_request_is_answered() -> None:
    answers = AnswersFirst(wait_s=60)
    starts = Starts(answers)
    with answers.answering():
        with answers.answering():
            start = asyncio.create_task(starts.start())
            await settle()
        await settle()
        assert starts.running == 0
    await settle()
    assert starts.running == 1
    starts.end.set()
    await start


async def test_a_request_that_fails_holds_nothing_up() -> None:
    answers = AnswersFirst(wait_s=60)
    starts = Starts(answers)
    try:
        with answers.answering():
            raise ValueError
    except ValueError:
        pass
    start = asyncio.create_task(starts.start())
    await settle()
    assert starts.running == 1
    starts.end.set()
    await start


async def test_requests_without_end_hold_a_start_up_for_its_wait_only() -> None:
    answers = AnswersFirst(wait_s=0.01)
    starts = Starts(answers)
    starts.end.set()
    with answers.answering():
        await asyncio.wait_for(starts.start(), 10)
    assert starts.running == 1


async def test_only_so_many_start_at_once() -> None:
    answers = AnswersFirst()
    starts = Starts(answers)
    tasks = [asyncio.create_task(starts.start()) for _ in range(STARTS_AT_ONCE + 3)]
    await settle()
    assert starts.running == STARTS_AT_ONCE
    starts.end.set()
    await asyncio.gather(*tasks)
    assert starts.running == STARTS_AT_ONCE + 3
