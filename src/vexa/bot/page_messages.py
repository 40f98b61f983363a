"""What the capture script says, checked. Pure.

The page is hostile: it can learn or guess how the script talks, so every message is bounded in
size and rate, must carry the launch's nonce, and may speak only of tracks that were announced.
Whatever does not fit is dropped and counted, never raised.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import math
import re
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vexa.platforms.base import NAMELESS, TrackNames
from vexa.platforms.stalls import Seen, read_seen

#: Largest message, characters: a 256 KiB channel message in base64, plus its head.
_LARGEST_MESSAGE = 360_000
#: Most tracks in a launch; a real meeting has a handful for each page load.
_MOST_TRACKS = 256
#: Longest piece, s (the script sends 0.1 s), and the sample rates a page may use, Hz.
_LONGEST_PIECE_S = 0.5
_RATES_HZ = range(8_000, 96_001)
#: Seconds of sound that one track may send for each second that passes, and the burst above it
#: (a stalled page catches up).
_SOUND_RATE = 1.25
_SOUND_BURST_S = 15.0
#: Silence that a message of silence stands for, s: the script tells of it as often as of sound.
_QUIET_S = 0.1
#: Other messages, per second, and their burst.
_OTHER_RATE = 30.0
_OTHER_BURST = 300.0
#: A piece is from now: not later than the transport's jitter, not older than a long stall.
_LATEST_AHEAD_MS = 500.0
_OLDEST_MS = 60_000.0

#: A media stream's or track's id; `-` stands for none.
_NAME = re.compile(r"(?!-$)[!-~]{1,128}")

_STATES = frozenset({"new", "connecting", "connected", "disconnected", "failed", "closed"})


@dataclass(frozen=True, slots=True)
class AudioPiece:
    """Sound of one track, from one source.

    Attributes:
        track: track name, unique in the launch.
        at_ms: epoch time of the first sample, milliseconds.
        source: whose it is: a contributing source as a decimal string, or what `hearing` found;
            None without evidence.
        rate_hz: sample rate.
        samples: int16[n], mono.
        names: what the page calls the track.
    """

    track: str
    at_ms: float
    source: str | None
    rate_hz: int
    samples: npt.NDArray[np.int16]
    names: TrackNames = NAMELESS


@dataclass(frozen=True, slots=True)
class QuietTrack:
    """A track gave no sound since its last piece, until an epoch time, milliseconds."""

    track: str
    until_ms: float


@dataclass(frozen=True, slots=True)
class TrackBegan:
    """A remote audio track is there."""

    track: str
    names: TrackNames = NAMELESS


@dataclass(frozen=True, slots=True)
class TrackRead:
    """A track is read, and has long been silent."""

    track: str


@dataclass(frozen=True, slots=True)
class TrackEnded:
    """A track gives nothing any more."""

    track: str


@dataclass(frozen=True, slots=True)
class ChannelMessage:
    """A message of a data channel that the platform named, and when the page saw it."""

    channel: str
    data: bytes
    seen: Seen


@dataclass(frozen=True, slots=True)
class News:
    """What the platform's own script in the page tells."""

    text: str


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """A WebRTC connection changed its state."""

    connection: str
    state: str


@dataclass(frozen=True, slots=True)
class CaptureMethod:
    """How a track is read; `none` when it cannot be."""

    track: str
    method: str


PageMessage = (
    AudioPiece
    | QuietTrack
    | TrackBegan
    | TrackRead
    | TrackEnded
    | ChannelMessage
    | News
    | ConnectionState
    | CaptureMethod
)


@dataclass(slots=True)
class _Allowance:
    """A token bucket."""

    rate: float
    burst: float
    left: float = field(init=False)
    at_ms: float | None = None

    def __post_init__(self) -> None:
        self.left = self.burst

    def take(self, cost: float, now_ms: float) -> bool:
        if self.at_ms is not None:
            passed_s = max(0.0, (now_ms - self.at_ms) / 1000)
            self.left = min(self.burst, self.left + passed_s * self.rate)
        self.at_ms = now_ms
        if cost > self.left:
            return False
        self.left -= cost
        return True


class PageMessages:
    """Reads the messages of one launch. `refused` counts what was dropped."""

    def __init__(self, nonce: str, channels: tuple[str, ...]) -> None:
        self._nonce = nonce
        self._channels = channels
        self._tracks: dict[str, _Allowance] = {}
        self._names: dict[str, TrackNames] = {}
        self._others = _Allowance(_OTHER_RATE, _OTHER_BURST)
        self.refused = 0

    def read(self, text: object, now_ms: float) -> PageMessage | None:
        """Return the message, or None when it does not fit.

        Args:
            text: what the page handed to the binding.
            now_ms: epoch time, milliseconds.
        """
        try:
            message = self._read(text, now_ms)
        except (ValueError, IndexError, binascii.Error):
            message = None
        if message is None:
            self.refused += 1
        return message

    def _read(self, text: object, now_ms: float) -> PageMessage | None:
        if not isinstance(text, str) or len(text) > _LARGEST_MESSAGE:
            return None
        nonce, document, kind, *fields = text.split(" ")
        if not hmac.compare_digest(nonce.encode(), self._nonce.encode()):
            return None
        if not (document.isalnum() and len(document) <= 16):
            return None
        if kind == "audio":
            return self._audio(document, fields, now_ms)
        if kind == "quiet":
            return self._quiet(document, fields, now_ms)
        if not self._others.take(1, now_ms):
            return None
        if kind == "channel":
            return self._channel(fields, now_ms)
        return self._other(document, kind, fields)

    def _other(self, document: str, kind: str, fields: list[str]) -> PageMessage | None:
        if kind == "track":
            number, _, stream, name = fields
            return self._begin(f"{document}-{int(number)}", _track_names(stream, name))
        if kind in {"read", "ended"}:
            return self._of_track(kind, f"{document}-{int(fields[0])}")
        if kind == "news":
            return News(base64.b64decode(fields[0], validate=True).decode())
        if kind == "state" and fields[1] in _STATES:
            return ConnectionState(f"{document}-{int(fields[0])}", fields[1])
        if kind == "method" and f"{document}-{int(fields[0])}" in self._tracks:
            method = fields[1] if fields[1] in {"processor", "worklet", "script"} else "none"
            return CaptureMethod(f"{document}-{int(fields[0])}", method)
        return None

    def _channel(self, fields: list[str], now_ms: float) -> ChannelMessage:
        index, at, since, encoded = fields
        seen = read_seen(float(at), float(since))
        if not now_ms - _OLDEST_MS <= seen.at_ms <= now_ms + _LATEST_AHEAD_MS:
            seen = Seen(now_ms, now_ms)
        data = base64.b64decode(encoded, validate=True)
        return ChannelMessage(self._channels[int(index)], data, seen)

    def _begin(self, track: str, names: TrackNames) -> TrackBegan | None:
        if track in self._tracks or len(self._tracks) >= _MOST_TRACKS:
            return None
        self._tracks[track] = _Allowance(_SOUND_RATE, _SOUND_BURST_S)
        self._names[track] = names
        return TrackBegan(track, names)

    def _of_track(self, kind: str, track: str) -> TrackRead | TrackEnded | None:
        if track not in self._tracks:
            return None
        return TrackRead(track) if kind == "read" else TrackEnded(track)

    def _audio(self, document: str, fields: list[str], now_ms: float) -> AudioPiece | None:
        number, at, csrc, rate, encoded = fields
        track = f"{document}-{int(number)}"
        rate_hz = int(rate)
        at_ms = float(at)
        if track not in self._tracks or rate_hz not in _RATES_HZ or not math.isfinite(at_ms):
            return None
        if csrc != "-" and not (csrc.isascii() and csrc.isdigit() and int(csrc) < 2**32):
            return None
        raw = base64.b64decode(encoded, validate=True)
        length_s = len(raw) / 2 / rate_hz
        if len(raw) % 2 or not 0 < length_s <= _LONGEST_PIECE_S:
            return None
        if not self._tracks[track].take(length_s, now_ms):
            return None
        if not now_ms - _OLDEST_MS <= at_ms <= now_ms + _LATEST_AHEAD_MS:
            at_ms = now_ms - length_s * 1000
        samples = np.frombuffer(raw, dtype="<i2")
        source = None if csrc == "-" else csrc
        return AudioPiece(track, at_ms, source, rate_hz, samples, self._names[track])

    def _quiet(self, document: str, fields: list[str], now_ms: float) -> QuietTrack | None:
        number, until = fields
        track = f"{document}-{int(number)}"
        until_ms = float(until)
        if track not in self._tracks or not self._tracks[track].take(_QUIET_S, now_ms):
            return None
        if not now_ms - _OLDEST_MS <= until_ms <= now_ms + _LATEST_AHEAD_MS:
            return None
        return QuietTrack(track, until_ms)


def _track_names(stream: str, track: str) -> TrackNames:
    """Read two names; one that the page left out or made up oddly is empty."""
    return TrackNames(*(name if _NAME.fullmatch(name) else "" for name in (stream, track)))
