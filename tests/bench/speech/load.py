"""The load: plays rendered streams to a speech server at the pace of speech, and keeps what comes.

A process of its own at lower priority: `python -m tests.bench.speech.load FOLDER`. The folder holds
`plan.json` and `stream-N.npy`; it writes `heard.json`. A stream connects at its `starts_s`.
Nothing is computed while it plays.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.contracts.whisper_protocol import AUDIO_GAP, END_OF_AUDIO
from vexa.whisperlive.engines.base import Samples

BLOCK = SAMPLE_RATE_HZ // 10
#: Added to the niceness of the bench: servers go first.
NICENESS = 5


class Player:
    """One stream on one socket."""

    def __init__(self, number: int, samples: Samples, plan: dict[str, Any]) -> None:
        self._number = number
        self._plan = plan
        self._blocks = [
            samples[start : start + BLOCK].astype("<f4").tobytes()
            for start in range(0, len(samples), BLOCK)
        ]
        self._is_silent = [not any(block) for block in self._blocks]
        self.heard: list[tuple[float, dict[str, Any]]] = []
        self.latest_send_s = 0.0
        self.refused: str | None = None

    async def play(self) -> None:
        """Connect, wait for the server, talk, and listen until it has said all."""
        await asyncio.sleep(self._plan["starts_s"][self._number])
        hello = self._plan["hellos"][self._number]
        async with connect(self._plan["url"], max_size=None, ping_interval=None) as socket:
            await socket.send(json.dumps(hello))
            if not await self._is_ready(socket):
                return
            await asyncio.sleep(self._number * 0.1 / len(self._plan["hellos"]))
            started_s = time.monotonic()
            reader = asyncio.ensure_future(self._listen(socket, started_s))
            with contextlib.suppress(ConnectionClosed):
                await self._talk(socket, started_s)
                if self._plan["linger_s"]:
                    await asyncio.sleep(self._plan["linger_s"])
                await socket.send(END_OF_AUDIO)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reader, self._plan["goodbye_s"])

    async def _is_ready(self, socket: ClientConnection) -> bool:
        async for raw in socket:
            message = json.loads(raw)
            if message.get("message") == "SERVER_READY":
                return True
            if message.get("status") in {"WAIT", "ERROR"}:
                self.refused = str(message["status"])
                return False
        return False

    async def _talk(self, socket: ClientConnection, started_s: float) -> None:
        for index, block in enumerate(self._blocks):
            due_s = started_s + (index + 1) * BLOCK / SAMPLE_RATE_HZ
            await asyncio.sleep(max(due_s - time.monotonic(), 0))
            self.latest_send_s = max(self.latest_send_s, time.monotonic() - due_s)
            if self._plan["gaps"] and self._is_silent[index]:
                gap = {"type": AUDIO_GAP, "payload": {"samples": len(block) // 4}}
                await socket.send(json.dumps(gap))
            else:
                await socket.send(block)

    async def _listen(self, socket: ClientConnection, started_s: float) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for raw in socket:
                message = json.loads(raw)
                if "segments" in message or message.get("type") == "load":
                    self.heard.append((time.monotonic() - started_s, message))


async def play_all(folder: Path) -> None:
    """Play every stream of the plan at once."""
    plan = json.loads((folder / "plan.json").read_text())
    count = len(plan["hellos"])
    players = [Player(n, np.load(folder / f"stream-{n}.npy"), plan) for n in range(count)]
    before = os.times()
    started_s = time.monotonic()
    await asyncio.gather(*(player.play() for player in players))
    after = os.times()
    result = {
        "cpu_s": after.user + after.system - before.user - before.system,
        "took_s": time.monotonic() - started_s,
        "latest_send_s": max(player.latest_send_s for player in players),
        "refused": [player.refused for player in players],
        "heard": [player.heard for player in players],
    }
    (folder / "heard.json").write_text(json.dumps(result))


if __name__ == "__main__":
    os.nice(NICENESS)
    asyncio.run(play_all(Path(sys.argv[1])))
