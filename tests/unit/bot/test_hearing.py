"""What is heard before, at and after the admission."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest

from vexa.bot.hearing import Hearing
from vexa.bot.page_messages import AudioPiece, ChannelMessage
from vexa.bot.roster import Roster
from vexa.bot.speech_streams import SpeechStreams
from vexa.contracts.bot import BotLaunch
from vexa.platforms.google_meet.platform import GOOGLE_MEET

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

    def take(self, piece: AudioPiece) -> None:
        self.times.append(piece.at_ms - LOBBY_MS)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


@pytest.fixture
def hearing(kept: Kept) -> Hearing:
    return Hearing(GOOGLE_MEET, Roster(), kept)


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


def test_unreadable_news_is_survived(hearing: Hearing) -> None:
    for data in (b"", b"\x00", b"{}", zlib.compress(b"\xff\xff\xff")):
        hearing.take_channel(ChannelMessage("collections", data))
