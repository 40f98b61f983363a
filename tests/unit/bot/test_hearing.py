"""What is heard before, at and after the admission."""

from __future__ import annotations

import json
import time
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vexa.bot.hearing import Hearing
from vexa.bot.page_messages import AudioPiece, ChannelMessage, News
from vexa.bot.participant_streams import ParticipantStreams, Samples
from vexa.bot.roster import Roster
from vexa.bot.speech_streams import SpeechStreams
from vexa.contracts.bot import BotLaunch, Hears
from vexa.platforms.base import Person, RosterChange, SoundBy, Speaking, TrackNames
from vexa.platforms.google_meet.platform import GoogleMeet
from vexa.platforms.stalls import Seen
from vexa.simulator.google_meet.roster import RosterEntry, encode_event

LOBBY_MS = 1_700_000_000_000.0


class Kept(SpeechStreams):
    """Streams that only note when a piece was said."""

    def __init__(self, folder: Path) -> None:
        launch = BotLaunch(
            meeting_id=1,
            connection_id="c",
            correlation_id="t",
            platform="google_meet",
            native_meeting_id="abc-defg-hij",
            meeting_url="https://meet.google.com/abc-defg-hij",
            bot_name="Notetaker",
            token="t",
            manager_url="http://127.0.0.1:1",
            whisperlive_url="ws://127.0.0.1:1",
            work_dir=str(folder),
        )
        super().__init__(launch, Roster())
        self.times: list[float] = []
        self.sources: list[str | None] = []

    def take(self, piece: AudioPiece) -> None:
        self.times.append(piece.at_ms - LOBBY_MS)
        self.sources.append(piece.source)


SEEN = Seen(LOBBY_MS, LOBBY_MS)


def always_read() -> float:
    """Since a track was read, ms."""
    return 0.0


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


@pytest.fixture
def hearing(kept: Kept) -> Hearing:
    return Hearing(GoogleMeet(), Roster(), kept, always_read)


def piece(after_lobby_ms: float) -> AudioPiece:
    return AudioPiece("t", LOBBY_MS + after_lobby_ms, "7", 48_000, np.ones(4_800, np.int16))


def test_nothing_is_heard_without_the_proof_of_admission(hearing: Hearing, kept: Kept) -> None:
    hearing.still_outside(LOBBY_MS - 5_000)
    for at_ms in range(0, 3_000, 100):
        hearing.take_audio(piece(at_ms))
    assert kept.times == []


def test_admission_reaches_back_to_the_last_look_that_showed_the_lobby(
    hearing: Hearing, kept: Kept
) -> None:
    for at_ms in (-300, -100, 100, 300):
        hearing.take_audio(piece(at_ms))
    hearing.still_outside(LOBBY_MS)
    hearing.admit()
    hearing.take_audio(piece(500))
    assert kept.times == [100, 300, 500]


def test_a_long_wait_keeps_a_bounded_amount(hearing: Hearing, kept: Kept) -> None:
    hearing.still_outside(LOBBY_MS)
    for at_ms in range(100, 1_000_000, 100):
        hearing.take_audio(piece(at_ms))
    hearing.admit()
    assert 0 < len(kept.times) <= 300
    assert kept.times[-1] == 999_900


@pytest.mark.parametrize(("name", "named"), [("Ada", "Ada"), ("Otter.ai", None)])
def test_a_lit_tile_gives_a_persons_name_and_never_a_note_takers(
    kept: Kept, name: str, named: str | None
) -> None:
    roster = Roster()
    hearing = Hearing(GoogleMeet(), roster, kept, always_read)
    hearing.still_outside(LOBBY_MS)
    hearing.admit()
    lit = {"lit": [["spaces/x/devices/1", [name], [], False]], "at": LOBBY_MS}
    hearing.take_news(News(json.dumps(lit)))
    for at_ms in range(0, 6_000, 100):
        hearing.take_audio(piece(at_ms))
        hearing.tick(LOBBY_MS + at_ms)
    assert roster.name_of("7") == named


def test_a_room_whose_devices_are_heard_as_one_gives_nobodys_name(kept: Kept) -> None:
    roster = Roster()
    hearing = Hearing(GoogleMeet(), roster, kept, always_read)
    hearing.still_outside(LOBBY_MS)
    hearing.admit()
    ada = RosterEntry("spaces/x/devices/1", "Ada", 99)
    hearing.take_channel(ChannelMessage("collections", encode_event(1, [ada]), SEEN))
    lit = {"lit": [["spaces/x/devices/1", ["Ada"], ["Ada"], True]], "at": LOBBY_MS}
    hearing.take_news(News(json.dumps(lit)))
    for at_ms in range(0, 6_000, 100):
        hearing.take_audio(piece(at_ms))
        hearing.tick(LOBBY_MS + at_ms)
    assert roster.name_of("7") is None
    assert roster.others_present() == 1


class ByTrack(GoogleMeet):
    """A platform with a track for each person, whose names tell some of them."""

    sound_by = SoundBy.TRACK

    def owner_of(self, names: TrackNames) -> str | None:
        return names.stream.split("-")[0] if "-audio" in names.stream else None

    def decode_news(self, text: str) -> RosterChange:
        stream, device = text.split("=")
        return RosterChange((Person(device, "Ada"),), {stream: device})


class ByMix(GoogleMeet):
    """A platform with one mix, of which one copy counts."""

    sound_by = SoundBy.MIX

    def hears(self, names: TrackNames, at_ms: float, peak: int) -> bool:
        return names.stream == "main" and peak > 0

    def decode_news(self, text: str) -> RosterChange:
        return RosterChange(speaking=(Speaking(text, is_on=True, at_ms=LOBBY_MS),))


def named(stream: str) -> AudioPiece:
    return replace(piece(100), source=None, names=TrackNames(stream))


def test_a_track_is_its_owners_by_name_or_by_news_that_come_later(kept: Kept) -> None:
    hearing = Hearing(ByTrack(), Roster(), kept, always_read)
    hearing.still_outside(LOBBY_MS)
    hearing.take_audio(named("a1-audio-0-1"))
    hearing.admit()
    hearing.take_audio(named("odd"))
    hearing.take_news(News("odd=b2"))
    hearing.take_news(News("unreadable"))
    assert kept.sources == ["a1"]
    hearing.tick(LOBBY_MS)
    assert kept.sources == ["a1", "b2"]
    hearing.take_audio(named("odd"))
    assert kept.sources == ["a1", "b2", "b2"]


def test_of_a_mix_one_copy_is_heard_and_signs_tell_whose_it_is(kept: Kept) -> None:
    hearing = Hearing(ByMix(), Roster(), kept, always_read)
    hearing.still_outside(LOBBY_MS)
    hearing.admit()
    hearing.take_audio(named("main"))
    hearing.take_audio(named("copy"))
    hearing.take_news(News("ada"))
    assert kept.sources == []
    hearing.tick(LOBBY_MS + 2_000)
    assert kept.sources == ["ada"]


class ByLateMix(ByMix):
    """A platform whose signs are late."""

    speaking_late_ms = 1_000.0


class Timeline(Kept):
    """Streams that cut for real; `told` has what one of them was told."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.told = Told()
        self._cut = ParticipantStreams(lambda _key, _start_ms: self.told)

    def take(self, piece: AudioPiece) -> None:
        self._cut.take(piece)

    def tick(self, now_ms: float) -> None:
        self._cut.tick(now_ms)


class Told:
    """A stream's end that keeps the kinds of what comes."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def audio(self, samples: Samples) -> None:
        self.kinds.append("sound")

    def gap(self, samples: int) -> None:
        self.kinds.append("silence")

    def finish(self) -> None: ...


def test_silence_does_not_overtake_sound_that_is_held_back(tmp_path: Path) -> None:
    streams = Timeline(tmp_path)
    hearing = Hearing(ByLateMix(), Roster(), streams, always_read)
    hearing.admit()
    hearing.take_news(News("ada"))
    for at_ms in range(0, 3_000, 100):
        hearing.take_audio(replace(named("main"), at_ms=LOBBY_MS + at_ms))
        hearing.tick(LOBBY_MS + at_ms + 100)
    assert "sound" in streams.told.kinds
    assert "silence" not in streams.told.kinds


def test_unreadable_news_is_survived(hearing: Hearing) -> None:
    for data in (b"", b"\x00", b"{}", zlib.compress(b"\xff\xff\xff")):
        hearing.take_channel(ChannelMessage("collections", data, SEEN))


def played(at_ms: float) -> AudioPiece:
    return AudioPiece("sink", at_ms, None, 48_000, np.full(4_800, 8_000, np.int16))


def play(hearing: Hearing, begin_ms: float, length_ms: float) -> float:
    """Let the sink sound beside a silent page; return when that ends."""
    for at_ms in np.arange(begin_ms, begin_ms + length_ms, 100.0):
        hearing.take_sink(played(float(at_ms)))
        hearing.tick(float(at_ms) + 100)
    return begin_ms + length_ms


def test_the_sink_is_heard_where_no_track_sounds_and_only_after_admission(
    hearing: Hearing, kept: Kept
) -> None:
    play(hearing, time.time() * 1000 - 60_000, 30_000)
    hearing.admit()
    now_ms = time.time() * 1000
    play(hearing, now_ms - 2_000, 2_300)
    end_ms = play(hearing, now_ms + 1_000, 15_000)
    assert kept.times[0] + LOBBY_MS - now_ms == pytest.approx(1_000, abs=1)
    assert set(kept.sources) == {"sink"}
    told = [hearing.hears]
    loud = replace(piece(0), at_ms=end_ms, samples=np.full(4_800, 8_000, np.int16))
    hearing.take_audio(loud)
    hearing.tick(end_ms + 100)
    assert kept.sources[-1] == "7"
    assert [*told, hearing.hears] == [Hears.SINK, Hears.PAGE]


def test_the_sink_of_a_mix_is_named_by_signs(kept: Kept) -> None:
    hearing = Hearing(ByMix(), Roster(), kept, always_read)
    hearing.admit()
    begin_ms = time.time() * 1000 + 1_000
    hearing._apply(lambda: RosterChange(speaking=(Speaking("7", True, begin_ms),)))
    play(hearing, begin_ms, 15_000)
    assert set(kept.sources) == {"7"}


def test_a_bot_without_any_sound_says_so_and_not_too_soon(hearing: Hearing) -> None:
    hearing.admit()
    now_ms = time.time() * 1000
    hearing.tick(now_ms + 20_000)
    assert hearing.hears is None
    hearing.take_audio(replace(piece(0), at_ms=now_ms))
    hearing.tick(now_ms + 31_000)
    assert hearing.hears is Hears.NOTHING


def test_a_bot_that_hears_no_more_says_so_until_it_does(kept: Kept) -> None:
    unread_ms = 0.0
    hearing = Hearing(GoogleMeet(), Roster(), kept, lambda: unread_ms)
    hearing.admit()
    now_ms = time.time() * 1000
    loud = replace(piece(0), samples=np.full(4_800, 8_000, np.int16))
    said = []
    for at_ms, unread_ms in ((0, 0.0), (31_000, 31_000.0), (32_000, 0.0)):
        if not unread_ms:
            hearing.take_audio(replace(loud, at_ms=now_ms + at_ms))
        hearing.tick(now_ms + at_ms + 100)
        said.append(hearing.hears)
    assert said == [Hears.PAGE, Hears.NOTHING, Hears.PAGE]


def test_signs_without_sound_are_no_hearing(hearing: Hearing) -> None:
    now_ms = time.time() * 1000
    signs = tuple(Speaking("7", number % 2 == 0, now_ms + 7_000 * number) for number in range(5))
    hearing._apply(lambda: RosterChange(speaking=signs))
    hearing.admit()
    hearing.take_audio(replace(piece(0), at_ms=now_ms, samples=np.full(4_800, 8_000, np.int16)))
    hearing.tick(now_ms + 29_000)
    said = [hearing.hears]
    hearing._apply(lambda: RosterChange(speaking=signs))
    hearing.tick(now_ms + 29_100)
    assert [*said, hearing.hears] == [Hears.PAGE, Hears.NOTHING]


def test_silence_lasts_while_tracks_are_read(hearing: Hearing) -> None:
    hearing.admit()
    now_ms = time.time() * 1000
    hearing.tick(now_ms)
    loud = np.full(4_800, 8_000, np.int16)
    hearing.take_audio(replace(piece(0), at_ms=now_ms, samples=loud))
    for second in range(1, 31):
        hearing.tick(now_ms + second * 1000)
    assert hearing.silent_s == pytest.approx(30, abs=0.01)
    hearing.take_audio(replace(piece(0), at_ms=now_ms + 30_000, samples=loud))
    hearing.tick(now_ms + 31_000)
    assert hearing.silent_s == pytest.approx(1, abs=0.01)
