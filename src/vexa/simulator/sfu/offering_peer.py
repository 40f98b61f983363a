"""A page's connection for which the server offers; the page answers, again as people come."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aiortc import RTCRtpTransceiver, RTCSessionDescription

from vexa.simulator.sfu.camera import CameraTrack
from vexa.simulator.sfu.peers import Peer, carry
from vexa.simulator.sfu.talkers import LiveTalker
from vexa.simulator.sfu.track_receiver import TrackReceiver


class OfferingPeer(Peer):
    """Offers one track for each participant.

    Args:
        receiver: what the page hears.
        on_connected: called when media can flow.
        on_microphone: gets a talker when the page sends sound of its own.
        session: number of this connection among the page's.
        is_p2p: whether it stands for a direct connection of two.
        cameras: pictures that the page gets.
        before: the connection that this one takes the place of; closed with it.
    """

    def __init__(
        self,
        receiver: TrackReceiver,
        *,
        on_connected: Callable[[], None],
        on_microphone: Callable[[LiveTalker], None],
        session: int = 1,
        is_p2p: bool = False,
        cameras: Sequence[CameraTrack] = (),
        before: OfferingPeer | None = None,
    ) -> None:
        super().__init__(receiver, on_microphone=on_microphone)
        self.tracks = receiver
        self.session = session
        self.is_p2p = is_p2p
        self.is_waiting = False
        self.before = before
        self._transceivers: dict[int, RTCRtpTransceiver] = {}
        self._on_connected = on_connected
        self.connection.on("connectionstatechange", self._changed)
        self.connection.addTransceiver("audio", direction="recvonly")
        for camera in cameras:
            self.connection.addTransceiver(camera, direction="sendonly")

    def _changed(self) -> None:
        if self.connection.connectionState == "connected":
            self._on_connected()

    def forward(self, wanted: dict[int, tuple[str, str]]) -> bool:
        """Have a track for just these streams.

        Args:
            wanted: stream id → names of its media stream and track.

        Returns:
            Whether something changed, so that an offer is due.
        """
        gone = self.tracks.streams - wanted.keys()
        come = wanted.keys() - self.tracks.streams
        for stream in gone:
            self.tracks.remove(stream)
            self._transceivers.pop(stream).direction = "inactive"
        for stream in sorted(come):
            transceiver = self.connection.addTransceiver("audio", direction="sendonly")
            carry(transceiver.sender, self.tracks.add(stream, *wanted[stream]))
            self._transceivers[stream] = transceiver
        return bool(gone or come)

    async def offer(self) -> str:
        """Make an offer that the page has to answer before the next one."""
        self.is_waiting = True
        await self.connection.setLocalDescription(await self.connection.createOffer())
        sdp: str = self.connection.localDescription.sdp
        return sdp

    async def accept(self, sdp: str) -> None:
        """Take the page's answer."""
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        self.is_waiting = False
        self.tracks.prime()

    def silence(self, is_silent: bool) -> None:
        """Do so with this connection, and with the one before it if it is still there."""
        super().silence(is_silent)
        if self.before is not None:
            self.before.silence(is_silent)

    async def aclose(self) -> None:
        """Close this connection, and the one before it if it is still there."""
        before, self.before = self.before, None
        if before is not None:
            await before.aclose()
        await super().aclose()
