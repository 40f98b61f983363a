"""Pure: stored finals and live drafts → one ordered transcript.

Also the live tail of one meeting as a value: which drafts replace which, and which come too late.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, ValidationError

from vexa.contracts.http.transcripts import Segment
from vexa.contracts.times import iso_utc, naive_utc
from vexa.storage.segments import FinalSegment
from vexa.storage.tables import TranscriptionRow
from vexa.transcription_collector.entries import Spoken

Order = tuple[int, int]


class Draft(BaseModel):
    """A draft in the live tail, with its place in its session and in the stream."""

    segment: Segment
    seq: int
    order: Order


def to_segment(spoken: FinalSegment, *, completed: bool, updated_at: datetime) -> Segment:
    """Make the wire form of a segment that comes from the stream."""
    return Segment(
        start=spoken.start_s,
        end=spoken.end_s,
        start_time=spoken.start_s,
        end_time=spoken.end_s,
        text=spoken.text,
        language=spoken.language,
        speaker=spoken.speaker,
        completed=completed,
        segment_id=spoken.segment_id,
        session_uid=spoken.session_uid,
        created_at=None,
        updated_at=iso_utc(updated_at),
        absolute_start_time=iso_utc(spoken.absolute_start),
        absolute_end_time=iso_utc(spoken.absolute_end),
    )


def row_to_segment(row: TranscriptionRow, *, updated_at: datetime | None = None) -> Segment:
    """Make the wire form of a stored segment."""
    return Segment(
        start=row.start_time,
        end=row.end_time,
        start_time=row.start_time,
        end_time=row.end_time,
        text=row.text,
        language=row.language,
        speaker=row.speaker,
        completed=True,
        segment_id=row.segment_id,
        session_uid=row.session_uid,
        created_at=naive_utc(row.created_at),
        updated_at=iso_utc(updated_at or row.created_at),
        absolute_start_time=iso_utc(row.absolute_start_time),
        absolute_end_time=iso_utc(row.absolute_end_time),
    )


def read_draft(text: str) -> Draft | None:
    """Read a value of the live tail; None when it is not ours."""
    try:
        return Draft.model_validate_json(text)
    except ValidationError:
        return None


#: Order of a transcript: absolute start, then session.
Place = tuple[str, str]


def place_of(segment: Segment) -> Place:
    """Say where a segment belongs in its transcript."""
    return segment.absolute_start_time, segment.session_uid


@dataclass(frozen=True, slots=True)
class Finals:
    """The finals of a meeting, each as JSON, in the order of a transcript."""

    ids: frozenset[str]
    places: list[Place]
    parts: list[bytes]

    @classmethod
    def of(cls, segments: Iterable[Segment]) -> Finals:
        """Write segments as JSON; at one place they stay in the order given."""
        ordered = sorted(segments, key=place_of)
        return cls(
            frozenset(segment.segment_id for segment in ordered),
            [place_of(segment) for segment in ordered],
            [segment.model_dump_json().encode() for segment in ordered],
        )

    @property
    def size(self) -> int:
        """Bytes of JSON."""
        return sum(map(len, self.parts))

    def with_drafts(self, drafts: Iterable[Draft]) -> bytes:
        """Return the transcript as a JSON list: every final, and the drafts without a final.

        At one place finals come first, then drafts by their number.
        """
        parts = list(self.parts)
        new = [d for d in drafts if d.segment.segment_id not in self.ids and d.segment.text.strip()]
        # from the last on, so that places before it stay true
        for draft in sorted(new, key=lambda d: (place_of(d.segment), d.seq), reverse=True):
            at = bisect_right(self.places, place_of(draft.segment))
            parts.insert(at, draft.segment.model_dump_json().encode())
        return b"[" + b",".join(parts) + b"]"


@dataclass(slots=True)
class Tail:
    """The live tail of one meeting while entries are applied to it, in the order of the stream.

    Args:
        drafts: segment id → draft, as it is now.
        last_finals: session uid → number of its last final.

    `written`, `removed` and `raised` say what changed: segment ids, and last finals.
    """

    drafts: dict[str, Draft] = field(default_factory=dict)
    last_finals: dict[str, int] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    raised: dict[str, int] = field(default_factory=dict)

    def take_drafts(self, spoken: Sequence[Spoken], order: Order, at: datetime) -> list[Segment]:
        """Put newer drafts in place; return those that readers should see now.

        A draft after its final, or older in the stream than the one in place, changes nothing. A
        blank draft takes the segment back: it is returned, so that readers drop it too.
        """
        shown: list[Segment] = []
        for item in spoken:
            segment = to_segment(item.segment, completed=False, updated_at=at)
            known = self.drafts.get(segment.segment_id)
            late = item.seq <= self.last_finals.get(segment.session_uid, -1)
            if late or (known is not None and known.order > order):
                continue
            if segment.text.strip():
                self.drafts[segment.segment_id] = Draft(segment=segment, seq=item.seq, order=order)
                self._note_written(segment.segment_id)
            elif known is not None:
                self._remove(segment.segment_id)
            else:
                continue
            shown.append(segment)
        return shown

    def settle(self, finals: Sequence[Spoken]) -> None:
        """Take out the drafts that these finals replace."""
        for item in finals:
            uid = item.segment.session_uid
            if item.seq > self.last_finals.get(uid, -1):
                self.last_finals[uid] = self.raised[uid] = item.seq
            self._remove(item.segment.segment_id)

    def give_name(self, uid: str, speaker: str) -> list[Segment]:
        """Name the session's drafts that have no speaker; return them."""
        named: list[Segment] = []
        for segment_id, draft in self.drafts.items():
            if draft.segment.session_uid == uid and draft.segment.speaker is None:
                segment = draft.segment.model_copy(update={"speaker": speaker})
                self.drafts[segment_id] = draft.model_copy(update={"segment": segment})
                self._note_written(segment_id)
                named.append(segment)
        return named

    def end_session(self, uid: str, at: datetime) -> list[Segment]:
        """Take out what is left of a session; return blank drafts that tell readers so."""
        left = [d.segment for d in self.drafts.values() if d.segment.session_uid == uid]
        for segment in left:
            self._remove(segment.segment_id)
        return [s.model_copy(update={"text": "", "updated_at": iso_utc(at)}) for s in left]

    def _note_written(self, segment_id: str) -> None:
        self.written.add(segment_id)
        self.removed.discard(segment_id)

    def _remove(self, segment_id: str) -> None:
        self.drafts.pop(segment_id, None)
        self.written.discard(segment_id)
        self.removed.add(segment_id)
