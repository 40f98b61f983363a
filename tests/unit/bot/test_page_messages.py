"""Nothing that a hostile page says gets past the checks."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from vexa.bot.page_messages import (
    AudioPiece,
    CaptureMethod,
    ChannelMessage,
    ConnectionState,
    News,
    PageMessages,
    QuietTrack,
    TrackBegan,
    TrackEnded,
    TrackRead,
)
from vexa.platforms.base import TrackNames
from vexa.platforms.stalls import Seen

NONCE = "0123456789abcdef"
NOW_MS = 1_700_000_000_000.0
TENTH = base64.b64encode(np.arange(4_800, dtype="<i2").tobytes()).decode()


def say(*fields: object, nonce: str = NONCE, document: str = "docone") -> str:
    return " ".join(str(field) for field in (nonce, document, *fields))


@pytest.fixture
def messages() -> PageMessages:
    messages = PageMessages(NONCE, ("collections",))
    began = messages.read(say("track", 1, 1, "4f2a-audio-0-1", "-"), NOW_MS)
    assert began == TrackBegan("docone-1", TrackNames("4f2a-audio-0-1", ""))
    return messages


def audio(
    *,
    track: object = 1,
    at: object = NOW_MS,
    csrc: object = "4711",
    rate: object = 48_000,
    pcm: str = TENTH,
) -> str:
    return say("audio", track, at, csrc, rate, pcm)


def test_silence_of_a_track(messages: PageMessages) -> None:
    told = messages.read(say("quiet", 1, NOW_MS - 60), NOW_MS)
    assert told == QuietTrack("docone-1", NOW_MS - 60)


@pytest.mark.parametrize(
    "fields", [(2, NOW_MS), (1, "nan"), (1, NOW_MS + 5_000), (1, 0), (1,), (1, "x"), (1, 1, 1)]
)
def test_silence_that_is_none(messages: PageMessages, fields: tuple[object, ...]) -> None:
    assert messages.read(say("quiet", *fields), NOW_MS) is None
    assert messages.refused == 1


def test_silence_is_told_no_more_often_than_it_can_be(messages: PageMessages) -> None:
    told = [messages.read(say("quiet", 1, NOW_MS), NOW_MS) for _ in range(1_000)]
    assert 0 < sum(one is not None for one in told) < 200


def test_what_is_told_of_a_track(messages: PageMessages) -> None:
    told = [messages.read(say(kind, 1), NOW_MS) for kind in ("read", "ended")]
    assert told == [TrackRead("docone-1"), TrackEnded("docone-1")]


@pytest.mark.parametrize("kind", ["read", "ended"])
@pytest.mark.parametrize("fields", [(2,), ("x",), ()])
def test_nothing_is_told_of_no_track(
    messages: PageMessages, kind: str, fields: tuple[object, ...]
) -> None:
    assert messages.read(say(kind, *fields), NOW_MS) is None


def test_a_piece_of_sound(messages: PageMessages) -> None:
    piece = messages.read(audio(), NOW_MS)
    assert isinstance(piece, AudioPiece)
    assert (piece.track, piece.at_ms, piece.source, piece.rate_hz) == (
        "docone-1",
        NOW_MS,
        "4711",
        48_000,
    )
    assert piece.samples.tolist() == list(range(4_800))


def test_a_piece_knows_what_the_page_calls_its_track(messages: PageMessages) -> None:
    piece = messages.read(audio(), NOW_MS)
    assert isinstance(piece, AudioPiece)
    assert piece.names == TrackNames("4f2a-audio-0-1", "")


@pytest.mark.parametrize("odd", ["é", "x" * 129, "\x00"])
def test_an_odd_name_of_a_track_is_none(messages: PageMessages, odd: str) -> None:
    began = messages.read(say("track", 2, 1, odd, "ok"), NOW_MS)
    assert began == TrackBegan("docone-2", TrackNames("", "ok"))


def test_news_of_the_platforms_script_are_text(messages: PageMessages) -> None:
    assert messages.read(say("news", "w6k="), NOW_MS) == News("é")
    for refused in ("/w==", "***"):
        assert messages.read(say("news", refused), NOW_MS) is None


def test_no_source_is_no_evidence(messages: PageMessages) -> None:
    piece = messages.read(audio(csrc="-"), NOW_MS)
    assert isinstance(piece, AudioPiece)
    assert piece.source is None


def test_the_other_kinds(messages: PageMessages) -> None:
    message = messages.read(say("channel", 0, NOW_MS - 9, NOW_MS - 99, "YWJj"), NOW_MS)
    assert message == ChannelMessage("collections", b"abc", Seen(NOW_MS - 9, NOW_MS - 99))
    # a page whose clock is elsewhere
    message = messages.read(say("channel", 0, 17, 17, "YWJj"), NOW_MS)
    assert message == ChannelMessage("collections", b"abc", Seen(NOW_MS, NOW_MS))
    state = messages.read(say("state", 2, "connected"), NOW_MS)
    assert state == ConnectionState("docone-2", "connected")
    method = messages.read(say("method", 1, "processor"), NOW_MS)
    assert method == CaptureMethod("docone-1", "processor")
    assert messages.refused == 0


@pytest.mark.parametrize(
    "text",
    [
        None,
        17,
        "",
        "x",
        say("audio", 1, NOW_MS, "4711", 48_000, TENTH, nonce="0123456789abcdee"),
        say("audio", 1, NOW_MS, "4711", 48_000, TENTH, nonce="é"),
        say("audio", 1, NOW_MS, "4711", 48_000, TENTH, document="../etc"),
        audio(track=2),
        audio(track="x"),
        audio(at="nan"),
        audio(at="inf"),
        audio(csrc="spaces/1"),
        audio(csrc=2**32),
        audio(csrc="٣"),
        audio(rate=0),
        audio(rate=1_000_000),
        audio(pcm=""),
        audio(pcm="YQ=="),
        audio(pcm="***"),
        audio(pcm=base64.b64encode(bytes(48_001 * 2)).decode()),
        audio() + " more",
        say("track", 1, 1, "-", "-"),
        say("track", 2, 1),
        say("track", 2, 1, "two words", "-", "-"),
        say("track"),
        say("state", 1, "exploded"),
        say("channel", 0, "YWJj"),
        say("channel", 1, NOW_MS, NOW_MS, "YWJj"),
        say("channel", 0, NOW_MS, NOW_MS + 9, "YWJj"),
        say("channel", 0, "nan", NOW_MS, "YWJj"),
        say("channel", 0, NOW_MS, "YWJj"),
        say("channel", 0, NOW_MS, NOW_MS, "Y"),
        say("method", 9, "processor"),
        say("eval", "alert(1)"),
        say("channel", 0, NOW_MS, NOW_MS, "A" * 400_000),
    ],
)
def test_what_does_not_fit_is_dropped_and_counted(messages: PageMessages, text: object) -> None:
    assert messages.read(text, NOW_MS) is None
    assert messages.refused == 1


@pytest.mark.parametrize("off_ms", [-86_400_000.0, -61_000.0, 2_000.0, 540_000.0])
def test_a_piece_of_another_time_is_dated_now(messages: PageMessages, off_ms: float) -> None:
    piece = messages.read(audio(at=NOW_MS + off_ms), NOW_MS)
    assert isinstance(piece, AudioPiece)
    assert piece.at_ms == NOW_MS - 100


def test_more_sound_than_time_passes_is_dropped(messages: PageMessages) -> None:
    taken = sum(messages.read(audio(), NOW_MS) is not None for _ in range(1_000))
    assert taken == 150
    later_ms = NOW_MS + 1_000
    taken = sum(messages.read(audio(at=later_ms), later_ms) is not None for _ in range(100))
    assert taken == 12


def test_real_time_sound_is_never_dropped(messages: PageMessages) -> None:
    for tenth in range(3_000):
        at_ms = NOW_MS + tenth * 100
        assert messages.read(audio(at=at_ms), at_ms) is not None


def test_tracks_and_other_messages_are_bounded(messages: PageMessages) -> None:
    began = 0
    for number in range(2, 1_000):
        began += messages.read(say("track", number, 1, "-", "-"), NOW_MS + number * 100) is not None
    assert began == 255
    flood = sum(messages.read(say("state", 1, "new"), NOW_MS + 1e6) is not None for _ in range(999))
    assert flood == 300
