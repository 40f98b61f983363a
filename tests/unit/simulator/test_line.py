"""What is said over a line that is cut arrives once it is whole again, and in order."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, cast

from fastapi import WebSocket

from vexa.simulator.line import Line
from vexa.simulator.page_socket import SocketPage


class WrittenSocket:
    """The sending half of a WebSocket that keeps what it is given."""

    def __init__(self) -> None:
        self.written: list[Any] = []

    async def send_json(self, message: Any) -> None:
        self.written.append(message)


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_line_that_was_cut_twice_is_mended_twice() -> None:
    line = Line()
    assert line.is_whole
    line.cut()
    line.cut()
    line.mend()
    assert not line.is_whole
    line.mend()
    assert line.is_whole
    await line.until_whole()


async def test_what_was_sent_before_the_cut_is_on_its_way_and_the_rest_waits_in_order() -> None:
    socket = WrittenSocket()
    page = SocketPage(cast(WebSocket, socket))
    writing = asyncio.create_task(page.write())
    page.send({"n": 1})
    page.line.cut()
    page.send({"n": 2})
    await settle()
    assert socket.written == [{"n": 1}]
    page.line.mend()
    page.send({"n": 3})
    await settle()
    assert socket.written == [{"n": 1}, {"n": 2}, {"n": 3}]
    writing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await writing
