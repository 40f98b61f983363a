"""RTP as Google Meet sends it: contributing source, audio level, no packets in silence.

aiortc's sender builds each packet itself. What it cannot set rides on the payload: `SlotTrack`
hands it a `SlotPacket`, whose payload remembers who speaks, and `ContributingRtpPacket`, which
takes the place of aiortc's packet class, writes that into the header.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import aiortc.rtcrtpsender
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtp import RtpPacket

from vexa.simulator.sfu.speech_source import OPUS_RATE_HZ, OpusPacket

#: Packets that wait for the sender before the oldest is lost: two seconds.
QUEUE_LIMIT = 100


class SpokenPayload(bytes):
    """Opus bytes that know their speaker."""

    stream_id: int | None
    level_dbov: int
    starts_spurt: bool


@dataclass(frozen=True)
class SlotPacket:
    """One packet on its way to aiortc's sender; has what the sender reads of an `av.Packet`.

    `pts` counts 48 kHz samples since the meeting's first tick, silence included. `stream_id` None
    means that nobody contributes.
    """

    opus: OpusPacket
    stream_id: int | None
    pts: int
    starts_spurt: bool
    time_base: Fraction = Fraction(1, OPUS_RATE_HZ)

    def __bytes__(self) -> bytes:
        payload = SpokenPayload(self.opus.payload)
        payload.stream_id = self.stream_id
        payload.level_dbov = self.opus.level_dbov
        payload.starts_spurt = self.starts_spurt
        return payload


class ContributingRtpPacket(RtpPacket):
    """A packet that names its contributing source and loudness, if its payload knows them."""

    def serialize(self, *args: Any, **kwargs: Any) -> bytes:
        """Fill the header from the payload, then write the packet."""
        payload = self.payload
        if isinstance(payload, SpokenPayload):
            self.csrc = [] if payload.stream_id is None else [payload.stream_id]
            self.marker = int(payload.starts_spurt)
            self.extensions.audio_level = (True, -payload.level_dbov)
        data: bytes = super().serialize(*args, **kwargs)
        return data


def use_contributing_packets() -> None:
    """Make aiortc's senders build `ContributingRtpPacket`. Safe to call twice."""
    aiortc.rtcrtpsender.RtpPacket = ContributingRtpPacket  # type: ignore[attr-defined]


class SlotTrack(MediaStreamTrack):
    """One audio slot of one receiver. Whoever feeds it decides what it carries."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._queue: asyncio.Queue[SlotPacket] = asyncio.Queue(QUEUE_LIMIT)

    def push(self, packet: SlotPacket) -> None:
        """Send a packet soon; when the sender is stuck the oldest waiting one is lost."""
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(packet)

    async def recv(self) -> SlotPacket:  # type: ignore[override]
        """Wait for the next packet. Raises MediaStreamError once stopped."""
        if self.readyState != "live":
            raise MediaStreamError
        return await self._queue.get()
