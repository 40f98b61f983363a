"""A page's connection: the page makes the offer, and the data channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vexa.simulator.sfu.camera import CameraTrack
from vexa.simulator.sfu.peers import AnsweringPeer
from vexa.simulator.sfu.talkers import LiveTalker
from vexa.simulator.teams.receiver import MixReceiver

CHANNEL = "main-channel"


class TeamsPeer(AnsweringPeer):
    """Takes the channel that the page opened instead of opening one."""

    def __init__(
        self,
        receiver: MixReceiver,
        *,
        on_open: Callable[[], None],
        on_microphone: Callable[[LiveTalker], None],
        cameras: Sequence[CameraTrack],
        gives_sound: bool,
    ) -> None:
        super().__init__(
            receiver,
            channel=CHANNEL,
            on_open=on_open,
            on_microphone=on_microphone,
            cameras=cameras,
            gives_sound=gives_sound,
            on_page_channel=self._on_page_channel_open,
        )

    def _open_channel(self) -> None:
        """The page does."""

    def _on_page_channel_open(self, label: str) -> None:
        if label == CHANNEL:
            self._on_open()
