"""The live tail and the merged transcript as values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from vexa.contracts.http.transcripts import Segment
from vexa.storage.segments import FinalSegment
from vexa.transcription_collector.entries import Spoken
from vexa.transcription_collector.merge import Finals, Tail, to_segment

T0 = datetime(2026, 11, 25, 10, tzinfo=UTC)
SEGMENTS = TypeAdapter(list[Segment])


def transcript(finals: list[Segment], tail: Tail) -> list[Segment]:
    return SEGMENTS.validate_json(Finals.of(finals).with_drafts(tail.drafts.values()))


def spoken(seq: int, text: str = "x", *, uid: str = "s", start_s: float | None = None) -> Spoken:
    at = float(seq) if start_s is None else start_s
    segment = FinalSegment(
        meeting_id=1,
        segment_id=f"{uid}:{seq}",
        session_uid=uid,
        start_s=at,
        end_s=at + 1,
        absolute_start=T0 + timedelta(seconds=at),
        absolute_end=T0 + timedelta(seconds=at + 1),
        text=text,
        speaker=None,
        language="en",
    )
    return Spoken(segment, seq, 0)


def test_newer_draft_replaces_older_and_older_changes_nothing() -> None:
    tail = Tail()
    assert tail.take_drafts([spoken(0, "one two")], (5, 0), T0)
    assert tail.take_drafts([spoken(0, "one")], (4, 9), T0) == []
    assert tail.drafts["s:0"].segment.text == "one two"
    assert tail.take_drafts([spoken(0, "one two three")], (5, 1), T0)
    assert tail.drafts["s:0"].segment.text == "one two three"


def test_draft_after_its_final_is_ignored() -> None:
    tail = Tail()
    tail.take_drafts([spoken(3)], (1, 0), T0)
    tail.settle([spoken(3)])
    assert tail.take_drafts([spoken(3), spoken(2)], (2, 0), T0) == []
    assert tail.drafts == {}
    assert (tail.removed, tail.written, tail.raised) == ({"s:3"}, set(), {"s": 3})
    assert [s.segment_id for s in tail.take_drafts([spoken(4)], (2, 1), T0)] == ["s:4"]


def test_blank_draft_takes_the_segment_back_once() -> None:
    tail = Tail()
    assert tail.take_drafts([spoken(0, " ")], (1, 0), T0) == []
    tail.take_drafts([spoken(0, "hm")], (1, 1), T0)
    assert [s.text for s in tail.take_drafts([spoken(0, "")], (1, 2), T0)] == [""]
    assert tail.drafts == {}


def test_name_is_given_to_drafts_without_one() -> None:
    tail = Tail()
    tail.take_drafts([spoken(0), spoken(0, uid="other")], (1, 0), T0)
    assert [s.segment_id for s in tail.give_name("s", "Ada")] == ["s:0"]
    assert tail.give_name("s", "Eve") == []
    assert tail.drafts["s:0"].segment.speaker == "Ada"
    assert tail.drafts["other:0"].segment.speaker is None


events = st.lists(
    st.tuples(st.sampled_from(["draft", "final"]), st.sampled_from("ab"), st.integers(0, 5)),
    max_size=40,
)


@given(events)
def test_a_segment_is_never_draft_and_final_and_the_order_is_total(
    happened: list[tuple[str, str, int]],
) -> None:
    tail = Tail()
    finals: dict[str, Spoken] = {}
    for position, (kind, uid, seq) in enumerate(happened):
        item = spoken(seq, uid=uid)
        if kind == "draft":
            tail.take_drafts([item], (1, position), T0)
        else:
            finals.setdefault(item.segment.segment_id, item)
            tail.settle([item])
    assert not set(finals) & set(tail.drafts)
    assert tail.written == set(tail.drafts)
    stored = [to_segment(f.segment, completed=True, updated_at=T0) for f in finals.values()]
    shown = transcript(stored, tail)
    keys = [(s.absolute_start_time, s.session_uid, s.segment_id) for s in shown]
    assert keys == sorted(keys)
    assert len({s.segment_id for s in shown}) == len(shown) == len(finals) + len(tail.drafts)


@given(events)
def test_applying_the_stream_again_shows_nothing_new(
    happened: list[tuple[str, str, int]],
) -> None:
    tail = Tail()
    for _ in range(2):
        for position, (kind, uid, seq) in enumerate(happened):
            item = spoken(seq, uid=uid)
            if kind == "draft":
                tail.take_drafts([item], (1, position), T0)
            else:
                tail.settle([item])
        state = dict(tail.drafts)
    assert tail.drafts == state


def test_stored_final_wins_over_a_draft_left_in_the_tail() -> None:
    tail = Tail()
    tail.take_drafts([spoken(0, "draft")], (1, 0), T0)
    final = to_segment(spoken(0, "final").segment, completed=True, updated_at=T0)
    assert [s.text for s in transcript([final], tail)] == ["final"]
