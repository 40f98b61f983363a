"""One browser's WebRTC connection to the media server."""

from __future__ import annotations

from collections.abc import Callable

import aioice.ice
import av
from aiortc import (
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from vexa.kit.tasks import BackgroundTasks
from vexa.simulator.sfu.conference import Receiver
from vexa.simulator.sfu.sender import use_contributing_packets
from vexa.simulator.sfu.talkers import LiveTalker

LOOPBACK = "127.0.0.1"
_gather_without_loopback = aioice.ice.get_host_addresses


def _gather_with_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    addresses: list[str] = _gather_without_loopback(use_ipv4, use_ipv6)
    return [LOOPBACK, *addresses] if use_ipv4 else addresses


def prepare_media() -> None:
    """Let aiortc send contributing sources and use 127.0.0.1, which aioice leaves out.

    Changes both libraries for this process. Safe to call twice.
    """
    aioice.ice.get_host_addresses = _gather_with_loopback
    use_contributing_packets()


class Peer:
    """Answers a page's offer: three slots out, its microphone in, a `collections` channel."""

    def __init__(
        self,
        receiver: Receiver,
        *,
        on_open: Callable[[], None],
        on_microphone: Callable[[LiveTalker], None],
    ) -> None:
        self.receiver = receiver
        self._channel: RTCDataChannel | None = None
        self._on_open = on_open
        self._on_microphone = on_microphone
        self._tasks = BackgroundTasks()
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._connection.on("track", self._on_track)

    async def answer(self, sdp: str) -> str:
        """Take the page's offer (candidates included) and return the answer."""
        await self._connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        tracks = iter(self.receiver.tracks)
        for transceiver in self._connection.getTransceivers():
            if transceiver._offerDirection in {"sendonly", "sendrecv"}:
                track = next(tracks, None)
                if track is not None:
                    transceiver.sender.replaceTrack(track)
                    transceiver.direction = "sendonly"
        if self._channel is None:
            self._channel = self._connection.createDataChannel("collections", ordered=True)
            self._channel.on("open", self._on_open)
        await self._connection.setLocalDescription(await self._connection.createAnswer())
        answer: str = self._connection.localDescription.sdp
        return answer

    def send_collections(self, message: bytes) -> None:
        """Send one roster message; dropped while the channel is not open."""
        if self._channel is not None and self._channel.readyState == "open":
            self._channel.send(message)

    def _on_track(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio":
            self._tasks.spawn("microphone", self._listen(track))

    async def _listen(self, track: MediaStreamTrack) -> None:
        microphone = LiveTalker(self.receiver.own_stream_id)
        self._on_microphone(microphone)
        try:
            while True:
                frame = await track.recv()
                if isinstance(frame, av.AudioFrame):
                    microphone.feed(frame)
        except MediaStreamError:
            return

    async def aclose(self) -> None:
        """Close the connection. Safe to call twice."""
        await self._tasks.aclose()
        await self._connection.close()
