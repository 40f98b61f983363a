"""One browser's WebRTC connection to the media server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import aioice.ice
import av
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from vexa.kit.tasks import BackgroundTasks
from vexa.simulator.sfu.camera import CameraTrack
from vexa.simulator.sfu.conference import Receiver
from vexa.simulator.sfu.sender import SlotTrack, use_contributing_packets
from vexa.simulator.sfu.silence import silence, use_silenceable_sockets
from vexa.simulator.sfu.talkers import LiveTalker

LOOPBACK = "127.0.0.1"
_gather_without_loopback = aioice.ice.get_host_addresses


def _gather_with_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    addresses: list[str] = _gather_without_loopback(use_ipv4, use_ipv6)
    return [LOOPBACK, *addresses] if use_ipv4 else addresses


def prepare_media() -> None:
    """Let aiortc send contributing sources and fall silent, and use 127.0.0.1.

    aioice leaves that address out.

    Changes both libraries for this process. Safe to call twice.
    """
    aioice.ice.get_host_addresses = _gather_with_loopback
    use_contributing_packets()
    use_silenceable_sockets()


class PageReceiver(Receiver, Protocol):
    """A receiver as a connection needs it: its tracks, and whose own sound it leaves out."""

    own_stream_id: int

    @property
    def tracks(self) -> Sequence[SlotTrack]:
        """Tracks that the page gets."""
        ...

    def prime(self) -> None:
        """Send a little silence on every track, so that the page's jitter buffers settle."""
        ...


class Peer:
    """One page's connection: what its receiver sends, and its microphone in.

    Args:
        receiver: what the page hears.
        on_microphone: gets a talker when the page sends sound of its own.
    """

    def __init__(
        self, receiver: PageReceiver, *, on_microphone: Callable[[LiveTalker], None]
    ) -> None:
        self.receiver = receiver
        self._on_microphone = on_microphone
        self._tasks = BackgroundTasks()
        self.connection = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self.connection.on("track", self._on_track)

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

    def silence(self, is_silent: bool) -> None:
        """Let nothing pass through the connection from now on, or everything."""
        silence(self.connection, is_silent)

    async def aclose(self) -> None:
        """Close the connection. Safe to call twice."""
        await self._tasks.aclose()
        await self.connection.close()


def carry(sender: RTCRtpSender, track: SlotTrack) -> None:
    """Let a sender send a track under the track's own names."""
    sender.replaceTrack(track)
    if track.stream_name is not None:
        sender._stream_id = track.stream_name


class AnsweringPeer(Peer):
    """Answers a page's offer, with the receiver's tracks in order.

    Args:
        channel: label of the data channel that the server opens.
        on_open: called when that channel is open.
        cameras: pictures that the page gets, as far as it asks for any.
        gives_sound: false: whatever the page asks for, it gets no track of sound.
        on_page_channel: called with the label of each channel that the page opens.

    Attributes:
        carries_sound: whether the answered offer asked for any, and got it.
    """

    def __init__(
        self,
        receiver: PageReceiver,
        *,
        channel: str,
        on_open: Callable[[], None],
        on_microphone: Callable[[LiveTalker], None],
        cameras: Sequence[CameraTrack] = (),
        gives_sound: bool = True,
        on_page_channel: Callable[[str], None] = lambda _label: None,
    ) -> None:
        super().__init__(receiver, on_microphone=on_microphone)
        self.carries_sound = False
        self._gives_sound = gives_sound
        self._cameras = cameras
        self._label = channel
        self._on_open = on_open
        self._on_page_channel = on_page_channel
        self._channels: dict[str, RTCDataChannel] = {}
        self.connection.on("datachannel", self._take_channel)

    async def answer(self, sdp: str) -> str:
        """Take the page's offer (candidates included) and return the answer."""
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        tracks = iter(self.receiver.tracks if self._gives_sound else ())
        cameras = iter(self._cameras)
        for transceiver in self.connection.getTransceivers():
            if transceiver._offerDirection not in {"sendonly", "sendrecv"}:
                continue
            if transceiver.kind == "video":
                camera = next(cameras, None)
                if camera is not None:
                    transceiver.sender.replaceTrack(camera)
                    transceiver.direction = "sendonly"
            elif (track := next(tracks, None)) is not None:
                carry(transceiver.sender, track)
                transceiver.direction = "sendonly"
                self.carries_sound = True
        self._open_channel()
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        answer: str = self.connection.localDescription.sdp
        return answer

    def _open_channel(self) -> None:
        if self._label not in self._channels:
            channel = self.connection.createDataChannel(self._label, ordered=True)
            channel.on("open", self._on_open)
            self._channels[self._label] = channel

    def _take_channel(self, channel: RTCDataChannel) -> None:
        if channel.label not in self._channels:
            self._channels[channel.label] = channel
            self._on_page_channel(channel.label)

    def send(self, message: bytes, label: str | None = None) -> None:
        """Send one message on the server's channel, or that of a label; dropped if not open."""
        channel = self._channels.get(label or self._label)
        if channel is not None and channel.readyState == "open":
            channel.send(message)
