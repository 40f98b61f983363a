"""Messages between a client and whisperlive (:9090, any path).

The stock WhisperLive protocol (hello, float32 frames, `END_OF_AUDIO`, segment lists), with
optional fields that give exactly-once delivery:

1. Client sends `Hello` as text JSON.
2. Server answers `{"uid","status":"SERVER_READY"}`; with `resume` asked, also
   `{"uid","type":"resume","next_seq":int,"from_sample":int}`; then, once the model is loaded,
   `{"uid","message":"SERVER_READY","backend":…}`.
3. Client sends binary float32 little-endian mono 16 kHz; a gap of silence is sent as text
   `{"type":"audio_gap","payload":{"samples":int}}`: time passes, no bytes do. The position of a
   sample is the number of samples sent or skipped before it, counted from `session_start`;
   after a resume the client goes on from `from_sample`.
4. Server sends `{"uid","segments":[…]}` and, when audio is safe, `{"uid","type":"durable",
   "sample":int}`: everything before that sample is in a stored final or was no speech, and may
   be forgotten. `{"uid","type":"load","level":int}` tells the back-off level (0 = none).
5. Client ends with the bytes `END_OF_AUDIO`; the server finalises, sends the last segments, then
   `{"uid","message":"DISCONNECT"}` and closes.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

END_OF_AUDIO = b"END_OF_AUDIO"

#: Close codes of whisperlive, in the private range of RFC 6455 §7.4.2.
CLOSE_BAD_HELLO = 4400
CLOSE_NOT_AUTHORISED = 4401
CLOSE_OVERLOADED = 4429
CLOSE_SUPERSEDED = 4409


class Hello(BaseModel):
    """First message of a client. A stock client sends no `meeting_id`: a private session."""

    model_config = ConfigDict(extra="ignore")

    uid: str = Field(min_length=1, max_length=128)
    language: str | None = None
    task: Literal["transcribe", "translate"] = "transcribe"
    model: str | None = None
    use_vad: bool = True
    initial_prompt: str | None = None
    hotwords: str | None = Field(None, description="names and terms to expect, as text")
    allowed_languages: list[str] | None = Field(
        None, description="what a detection may find, where no language is given"
    )
    word_timestamps: bool = Field(False, description="finals carry their words with times")
    platform: str | None = None
    token: str | None = Field(None, repr=False)
    meeting_id: int | None = None
    meeting_url: str | None = None
    resume: bool = Field(False, description="the client keeps audio and can send it again")
    session_start: str | None = Field(None, description="UTC time of sample 0, ISO with Z")
    speaker: str | None = Field(None, description="participant of this track, if known")
    track: str | None = Field(None, description="participant stream, or `mixed`; never shown")
    correlation_id: str | None = None


class ControlMessage(BaseModel):
    """A text message after the hello; `type` is one of those below, others are ignored."""

    model_config = ConfigDict(extra="ignore")

    type: str
    payload: dict[str, Any] = {}


#: Control types. `speaker` gives the track a name that was not known at hello.
AUDIO_GAP = "audio_gap"
SPEAKER = "speaker"


class WireWord(BaseModel):
    """A word of a final: seconds from sample 0, and the engine's own probability."""

    word: str
    start: float
    end: float
    probability: float | None = None


class WireSegment(BaseModel):
    """A segment as whisperlive sends it: times are strings, seconds from sample 0."""

    start: str
    end: str
    text: str
    completed: bool
    language: str | None = None
    segment_id: str
    seq: int = Field(description="number of the segment in its session, from 0")
    revision: int = Field(0, description="rises with each draft of the same segment")
    settled_words: int = Field(0, description="leading words of a draft that will not change")
    words: list[WireWord] | None = Field(None, description="of a final, where they were asked for")


class SessionStart(BaseModel):
    """Stream entry: a session has begun (may come again after a resume)."""

    type: Literal["session_start"] = "session_start"
    uid: str
    meeting_id: int
    platform: str | None = None
    start_timestamp: str
    speaker: str | None = None
    correlation_id: str | None = None


class Transcription(BaseModel):
    """Stream entry: drafts and finals of one session, each entry complete in itself."""

    type: Literal["transcription"] = "transcription"
    uid: str
    meeting_id: int
    platform: str | None = None
    start_timestamp: str = Field(description="UTC time of sample 0, ISO with Z")
    speaker: str | None = None
    segments: list[WireSegment]
    correlation_id: str | None = None


class SessionSpeaker(BaseModel):
    """Stream entry: the participant of a session became known; earlier segments get the name."""

    type: Literal["session_speaker"] = "session_speaker"
    uid: str
    meeting_id: int
    speaker: str


class SessionEnd(BaseModel):
    """Stream entry: a session has ended; nothing more will come under its uid."""

    type: Literal["session_end"] = "session_end"
    uid: str
    meeting_id: int
    end_timestamp: str


StreamEntry = SessionStart | Transcription | SessionSpeaker | SessionEnd
