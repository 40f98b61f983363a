"""What one page hears: the server's mix of everybody else, and a copy of it on a second track."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Mapping

import numpy as np

from vexa.simulator.sfu.mixing import Mixer
from vexa.simulator.sfu.sender import SILENCE, SlotPacket, SlotTrack
from vexa.simulator.sfu.slot_receiver import PRIMING_TICKS
from vexa.simulator.sfu.speech_source import TICK_SAMPLES, OpusEncoder, OpusPacket
from vexa.simulator.teams.captions import Captioner, CaptionLine
from vexa.simulator.teams.options import TeamsOptions

#: Silence that still goes out after the last sound, ticks: 200 ms. Then nothing is sent.
TAIL_TICKS = 10


class MixReceiver:
    """One page's mix. Packets name everybody in it, if the meeting's options say so.

    `show_caption` takes what the page's captions show anew, while `captioner` is set.
    """

    def __init__(
        self,
        receiver_id: str,
        own_stream_id: int,
        options: TeamsOptions,
        show_caption: Callable[[CaptionLine], None],
    ) -> None:
        self._show_caption = show_caption
        self._captioner: Captioner | None = None
        self.receiver_id = receiver_id
        self.own_stream_id = own_stream_id
        self.dropped = False
        has_main = options.main_audio != "missing"
        main = SlotTrack(f"mainAudio-{uuid.uuid4()}") if has_main else None
        copy = SlotTrack(str(uuid.uuid4()))
        self.tracks = [track for track in (main, copy) if track is not None]
        self._sounding = self.tracks if options.main_audio == "sounds" else [copy]
        self._names_sources = options.sources
        self._mixer = Mixer()
        self._encoder = OpusEncoder()
        self._priming_ticks = 0
        self._silent_ticks = TAIL_TICKS

    def caption(self, is_on: bool) -> None:
        """Begin or cease to make captions of what this page hears."""
        self._captioner = Captioner(random.Random(self.own_stream_id)) if is_on else None

    def prime(self) -> None:
        """Send a little silence on both tracks, so that the page's jitter buffers settle."""
        self._priming_ticks = PRIMING_TICKS

    def deliver(self, tick: int, sounds: Mapping[int, OpusPacket]) -> dict[int, int]:
        """Send this tick; return a number for each stream in the mix → that stream."""
        heard = {stream: sound for stream, sound in sounds.items() if stream != self.own_stream_id}
        if self._captioner is not None:
            for line in self._captioner.step(tick, heard.keys()):
                self._show_caption(line)
        mixed = self._mixer.mix(heard)
        starts = mixed is not None and self._silent_ticks >= TAIL_TICKS
        self._silent_ticks = 0 if mixed is not None else self._silent_ticks + 1
        self._priming_ticks -= 1
        if self.dropped:
            return {}
        if mixed is None and self._silent_ticks > TAIL_TICKS:
            self._send_priming(tick)
            return {}
        block = np.zeros(TICK_SAMPLES, np.int16) if mixed is None else mixed
        sources = tuple(sorted(heard)) if self._names_sources else ()
        for packet in self._encoder.encode(block):
            for track in self._sounding:
                track.push(SlotPacket(packet, sources, tick * TICK_SAMPLES, starts))
        return dict(enumerate(sorted(heard)))

    def _send_priming(self, tick: int) -> None:
        if self._priming_ticks >= 0:
            for track in self.tracks:
                track.push(SlotPacket(SILENCE, (), tick * TICK_SAMPLES, False))
