"""A page's way to its meeting, which may be cut for a while."""

from __future__ import annotations

import asyncio


class Line:
    """One visitor's network as its meeting's server knows it.

    While it is cut, nothing passes either way. What was said meanwhile by a connection that keeps
    things in order (TCP) arrives once it is whole again; packets of media are lost.
    """

    def __init__(self) -> None:
        self._cuts = 0
        self._whole = asyncio.Event()
        self._whole.set()

    @property
    def is_whole(self) -> bool:
        """Whether things pass."""
        return self._whole.is_set()

    async def until_whole(self) -> None:
        """Wait until things pass."""
        await self._whole.wait()

    def cut(self) -> None:
        """Let nothing pass until `mend` was called as often as this."""
        self._cuts += 1
        self._whole.clear()

    def mend(self) -> None:
        """Undo one cut."""
        self._cuts -= 1
        if not self._cuts:
            self._whole.set()
