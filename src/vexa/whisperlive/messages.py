"""Pure: reads what a client sends after its hello."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import ValidationError

from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.contracts.errors import BadAudio
from vexa.contracts.whisper_protocol import AUDIO_GAP, END_OF_AUDIO, SPEAKER, ControlMessage
from vexa.whisperlive.engines.base import Samples

#: A block of audio may be this long, seconds.
MAX_BLOCK_S = 30
#: Bytes of one message: a block of float32.
MAX_MESSAGE_BYTES = MAX_BLOCK_S * SAMPLE_RATE_HZ * 4
#: Longest gap that one message may announce: a day.
MAX_GAP_SAMPLES = 86_400 * SAMPLE_RATE_HZ
#: Longest name that is shown: the length of a name column.
MAX_NAME = 255


@dataclass(frozen=True, slots=True)
class Gap:
    """Time passes without audio."""

    samples: int


@dataclass(frozen=True, slots=True)
class SpeakerName:
    """The participant of the track is known."""

    name: str


@dataclass(frozen=True, slots=True)
class End:
    """No more audio comes."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A control message of another generation."""


Message = Samples | Gap | SpeakerName | End | Ignored


def read_message(message: str | bytes) -> Message:
    """Read one message.

    Raises:
        BadAudio: bytes that are not float32, a gap that cannot be, or JSON that is broken.
    """
    if message == END_OF_AUDIO or message == END_OF_AUDIO.decode():
        return End()
    if isinstance(message, bytes) and not _is_json(message):
        if len(message) % 4:
            raise BadAudio("audio must be float32 mono at 16 kHz: bytes are a multiple of 4")
        return np.frombuffer(message, dtype="<f4").astype(np.float32)
    try:
        control = ControlMessage.model_validate_json(message)
    except ValidationError as exc:
        raise BadAudio("a text message must be JSON with a `type`") from exc
    return _read_control(control)


def _is_json(message: bytes) -> bool:
    """Tell a control message in bytes from audio that happens to begin with the byte of `{`."""
    if not message.startswith(b"{"):
        return False
    try:
        ControlMessage.model_validate_json(message)
    except ValidationError:
        return False
    return True


def _read_control(control: ControlMessage) -> Message:
    if control.type == AUDIO_GAP:
        samples = control.payload.get("samples")
        if type(samples) is not int or not 0 <= samples <= MAX_GAP_SAMPLES:
            raise BadAudio("audio_gap needs `samples`, from 0 to those of a day")
        return Gap(samples)
    if control.type == SPEAKER:
        name = control.payload.get("speaker") or control.payload.get("name")
        if isinstance(name, str) and 0 < len(name.strip()) <= MAX_NAME:
            return SpeakerName(name.strip())
    return Ignored()
