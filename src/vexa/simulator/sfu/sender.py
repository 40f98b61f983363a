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

from vexa.simulator.sfu.speech_source import OPUS_RATE_HZ, SILENCE_DBOV, OpusPacket

#: Packets that wait for the sender before the oldest is lost: two seconds.
QUEUE_LIMIT = 100

#: Opus's own code for 20 ms of nothing (RFC 6716, 3.1: a frame of no bytes, mono, CELT 20 ms).
SILENCE = OpusPacket(b"\xf8\xff\xfe", SILENCE_DBOV)


class SpokenPayload(bytes):
    """Opus bytes that know who speaks in them."""

    sources: tuple[int, ...]
    level_dbov: int
    starts_spurt: bool


@dataclass(frozen=True)
class SlotPacket:
    """One packet on its way to aiortc's sender; has what the sender reads of an `av.Packet`.

    `pts` counts 48 kHz samples since the meeting's first tick, silence included. `sources`:
    streams that contribute; none where the platform names none, or nobody speaks.
    """

    opus: OpusPacket
    sources: tuple[int, ...]
    pts: int
    starts_spurt: bool
    time_base: Fraction = Fraction(1, OPUS_RATE_HZ)

    def __bytes__(self) -> bytes:
        payload = SpokenPayload(self.opus.payload)
        payload.sources = self.sources
        payload.level_dbov = self.opus.level_dbov
        payload.starts_spurt = self.starts_spurt
        return payload


class ContributingRtpPacket(RtpPacket):
    """A packet that names its contributing sources and loudness, if its payload knows them."""

    def serialize(self, *args: Any, **kwargs: Any) -> bytes:
        """Fill the header from the payload, then write the packet."""
        payload = self.payload
        if isinstance(payload, SpokenPayload):
            self.csrc = list(payload.sources)
            self.marker = int(payload.starts_spurt)
            self.extensions.audio_level = (True, -payload.level_dbov)
        data: bytes = super().serialize(*args, **kwargs)
        return data


def use_contributing_packets() -> None:
    """Make aiortc's senders build `ContributingRtpPacket`. Safe to call twice."""
    aiortc.rtcrtpsender.RtpPacket = ContributingRtpPacket  # type: ignore[attr-defined]


class SlotTrack(MediaStreamTrack):
    """One audio track of one receiver. Whoever feeds it decides what it carries.

    Args:
        stream_name: id of the media stream that a page sees it in (`msid`); None leaves it to the
            connection.
        name: the track's own id; None takes a random one.
    """

    kind = "audio"

    def __init__(self, stream_name: str | None = None, name: str | None = None) -> None:
        super().__init__()
        self.stream_name = stream_name
        self._id = name or self._id
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
