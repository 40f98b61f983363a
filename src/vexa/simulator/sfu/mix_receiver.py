"""What one page hears: everybody else in one stream of samples, by a WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from vexa.simulator.sfu.mixing import Mixer
from vexa.simulator.sfu.speech_source import OpusPacket
from vexa.simulator.sfu.tick_clock import TICK_S

#: Blocks that wait for a slow page before the oldest is lost: two seconds.
_MOST_WAITING = round(2 / TICK_S)


class MixReceiver:
    """One page's mix. `own_stream_id` is never sent back to it. Silence is sent as nothing."""

    def __init__(self, receiver_id: str, own_stream_id: int) -> None:
        self.receiver_id = receiver_id
        self.own_stream_id = own_stream_id
        self.dropped = False
        self._mixer = Mixer()
        self._carries: int | None = None
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(_MOST_WAITING)

    def deliver(self, tick: int, sounds: Mapping[int, OpusPacket]) -> dict[int, int]:
        """Send this tick; the one track that there is carries, above all, who began first."""
        heard = {stream: sound for stream, sound in sounds.items() if stream != self.own_stream_id}
        mixed = self._mixer.mix(heard)
        if mixed is None or self.dropped:
            return {}
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait(mixed.astype("<i2").tobytes())
        if self._carries not in heard:
            self._carries = next(iter(heard))
        assert self._carries is not None
        return {0: self._carries}

    async def next_block(self) -> bytes:
        """Wait for 20 ms of sound: int16[960], little-endian, mono, 48 kHz."""
        return await self._waiting.get()
