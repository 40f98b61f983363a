"""Pure: a stream entry's JSON → the message, its finals and its drafts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from pydantic import Discriminator, Tag, TypeAdapter, ValidationError

from vexa.contracts.times import after, parse_iso
from vexa.contracts.whisper_protocol import (
    SessionEnd,
    SessionSpeaker,
    SessionStart,
    StreamEntry,
    Transcription,
    WireSegment,
)
from vexa.storage.segments import FinalSegment


class BadEntry(ValueError):
    """An entry that can never be handled. The message names fields, never their contents."""


def _kind(value: object) -> str:
    # entries without a type are transcriptions, as in the first generation
    found = value.get("type") if isinstance(value, dict) else None
    return str(found or "transcription")


_MESSAGE: TypeAdapter[StreamEntry] = TypeAdapter(
    Annotated[
        Annotated[SessionStart, Tag("session_start")]
        | Annotated[Transcription, Tag("transcription")]
        | Annotated[SessionSpeaker, Tag("session_speaker")]
        | Annotated[SessionEnd, Tag("session_end")],
        Discriminator(_kind),
    ]
)

#: Widths of the columns that hold them.
_UID_CHARS, _SEGMENT_ID_CHARS, _SPEAKER_CHARS, _LANGUAGE_CHARS = 128, 160, 255, 10


@dataclass(frozen=True, slots=True)
class Spoken:
    """One segment of an entry, checked: times are finite and in order, text can be stored."""

    segment: FinalSegment
    seq: int
    revision: int

    def with_speaker(self, speaker: str | None) -> Spoken:
        """Return the same with the session's speaker, unless it has one of its own."""
        if speaker is None or self.segment.speaker is not None:
            return self
        return replace(self, segment=replace(self.segment, speaker=speaker))


def parse_message(payload: str | None) -> StreamEntry:
    """Read the field `payload` of an entry.

    Raises:
        BadEntry: it is missing, not JSON, of an unknown type, or lacks a field.
    """
    if payload is None:
        raise BadEntry("no payload")
    try:
        message = _MESSAGE.validate_json(payload)
    except ValidationError as exc:
        first = exc.errors(include_input=False, include_context=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadEntry(f"{place}: {first['type']}") from exc
    if not 0 < len(message.uid) <= _UID_CHARS or "\x00" in message.uid:
        raise BadEntry("uid: length")
    _check_times(message)
    return message


def _check_times(message: StreamEntry) -> None:
    if isinstance(message, SessionStart | Transcription):
        read_time(message.start_timestamp)
    elif isinstance(message, SessionEnd):
        read_time(message.end_timestamp)


def read_time(text: str) -> datetime:
    """Read a time of an entry. Raises BadEntry."""
    try:
        return parse_iso(text)
    except ValueError as exc:
        raise BadEntry("timestamp: not ISO") from exc


def spoken_of(message: Transcription) -> tuple[list[Spoken], list[Spoken]]:
    """Return the finals and the drafts of an entry.

    Raises:
        BadEntry: a time is not a finite number, or an id does not fit.
    """
    start = read_time(message.start_timestamp)
    finals: list[Spoken] = []
    drafts: list[Spoken] = []
    for wire in message.segments:
        spoken = Spoken(_segment(message, start, wire), wire.seq, wire.revision)
        (finals if wire.completed else drafts).append(spoken)
    return finals, drafts


def _segment(message: Transcription, start: datetime, wire: WireSegment) -> FinalSegment:
    if not 0 < len(wire.segment_id) <= _SEGMENT_ID_CHARS or "\x00" in wire.segment_id:
        raise BadEntry("segment_id: length")
    start_s, end_s = sorted((_seconds(wire.start), _seconds(wire.end)))
    language = clean(wire.language or "")
    return FinalSegment(
        meeting_id=message.meeting_id,
        segment_id=wire.segment_id,
        session_uid=message.uid,
        start_s=start_s,
        end_s=end_s,
        absolute_start=after(start, start_s),
        absolute_end=after(start, end_s),
        text=clean(wire.text),
        speaker=speaker_name(message.speaker),
        language=language[:_LANGUAGE_CHARS] or None,
    )


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError as exc:
        raise BadEntry("time: not a number") from exc
    # a day bounds what a session can hold; a huge number would overflow the calendar
    if not math.isfinite(value) or not 0 <= value < 86_400 * 7:
        raise BadEntry("time: out of range")
    return value


def speaker_name(name: str | None) -> str | None:
    """Return a name that can be stored and shown, or None for nothing."""
    cleaned = clean(name or "").strip()
    return cleaned[:_SPEAKER_CHARS] or None


def clean(text: str) -> str:
    """Drop NUL, which Postgres cannot store."""
    return text.replace("\x00", "")
