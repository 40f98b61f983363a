"""PUT /bots/…/config: from the user's request to the words of a meeting that goes on."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from pydantic import SecretStr

from tests.integration.whisperlive_server import speech_server
from tests.support.bot_manager import MEETING, SECRET, BotManager, bot_manager
from tests.support.coded_stream import say
from tests.support.speech_stream import SpeechStream
from tests.support.wait_until import wait_until
from vexa.bot.heart import Heart, Signs
from vexa.bot.page_messages import AudioPiece
from vexa.bot.reporter import ManagerClient
from vexa.bot.roster import Roster
from vexa.bot.speech_streams import SpeechStreams
from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.contracts.bot import BotLaunch, StatusReport
from vexa.contracts.meeting import MeetingStatus
from vexa.kit.tasks import BackgroundTasks

CONFIG = f"/bots/google_meet/{MEETING}/config"
ACCEPTED = "Reconfiguration request accepted and sent to the bot."


@dataclass
class BotWithoutBrowser:
    """The parts of a bot behind its browser, by a launch that a real manager wrote."""

    launch: BotLaunch
    streams: SpeechStreams
    now_ms: float

    @property
    def uid(self) -> str:
        """The session of the one who speaks."""
        return f"{self.launch.connection_id}-1"

    def hear(self, codes: list[int]) -> None:
        """Let one participant say words, and a pause behind them."""
        samples = (say(codes, 1.2) * 32768).astype(np.int16)
        for start in range(0, len(samples), SAMPLE_RATE_HZ // 10):
            piece = samples[start : start + SAMPLE_RATE_HZ // 10]
            self.streams.take(AudioPiece("t", self.now_ms, "7", SAMPLE_RATE_HZ, piece))
            self.now_ms += 100


@asynccontextmanager
async def in_meeting(
    manager: BotManager, meeting: dict[str, Any]
) -> AsyncIterator[BotWithoutBrowser]:
    """Be the bot of a meeting whose process only keeps its launch."""
    row = await manager.row(meeting["id"])
    kept = manager.home / "bots" / row.connection_id / "launch.json"
    await wait_until(kept.exists, within_s=60, what="a launch")
    launch = BotLaunch.model_validate_json(kept.read_text())
    client, streams = ManagerClient(launch), SpeechStreams(launch, Roster())
    for status in (MeetingStatus.JOINING, MeetingStatus.ACTIVE):
        assert await client.report(StatusReport(connection_id=launch.connection_id, status=status))
    tasks = BackgroundTasks()
    heart = Heart(client, lambda: Signs("active", 1, 1, 0.0), lambda: None, streams.listen_anew)
    tasks.spawn("heartbeat", heart.run())
    try:
        yield BotWithoutBrowser(launch, streams, time.time() * 1000)
    finally:
        await streams.finish(20.0)
        await tasks.aclose()
        await client.aclose()


@pytest.fixture
async def speech_url(redis_url: str, tmp_path: Path) -> AsyncIterator[str]:
    settings = {"internal_api_secret": SecretStr(SECRET), "wl_resume_window_s": 20.0}
    async with speech_server(redis_url, tmp_path / "speech", **settings) as (url, _program):
        yield url


@pytest.fixture
async def manager(
    tmp_path: Path, database_url: str, redis_url: str, speech_url: str
) -> AsyncIterator[BotManager]:
    home = tmp_path / "manager"
    home.mkdir()
    async with bot_manager(home, database_url, redis_url, WHISPER_LIVE_URL=speech_url) as running:
        yield running


def _said(response: httpx2.Response) -> tuple[int, Any]:
    return response.status_code, response.json()["detail"]


async def test_a_running_bot_goes_on_in_another_language_and_loses_no_word(
    manager: BotManager, redis_url: str
) -> None:
    stream = SpeechStream(redis_url)
    wanted: dict[str, Any] = {"language": "en", "hotwords": "Vexa", "retention_days": 7}
    meeting = await manager.send_ok("stand-in", **wanted)
    assert meeting["retention_days"] == 7

    async def has_said(words: list[str]) -> None:
        await wait_until(lambda: stream.words(bot.uid) == words, within_s=60, what=f"{words}")

    async with in_meeting(manager, meeting) as bot:
        assert bot.launch.speech.hotwords == "Vexa"
        bot.hear([1, 2, 3])
        await has_said(["w1", "w2", "w3"])
        changed = await manager.client.put(CONFIG, json={"language": "de", "task": "translate"})
        assert (changed.status_code, changed.json()) == (202, {"message": ACCEPTED})
        # the manager dies with the order in its hands, and another one gives it
        manager.kill()
        manager.start()
        await wait_until(
            lambda: bot.streams.speech.language == "de", within_s=60, what="the order at the bot"
        )
        bot.hear([4, 5])
        await has_said(["w1", "w2", "w3", "t4", "t5"])
        row = await manager.row(meeting["id"])
        assert (row.data["language"], row.data["task"]) == ("de", "translate")
        assert row.data["hotwords"] == "Vexa"
    finals = stream.finals(bot.uid)
    assert [final["seq"] for final in finals] == list(range(len(finals)))
    assert [final["language"] for final in finals] == ["en", "de"]
    starts = [float(final["start"]) for final in finals]
    assert starts == sorted(starts)
    assert stream.kinds(bot.uid).count("session_start") == 1
    (await manager.stop_bot()).raise_for_status()


async def test_what_cannot_be_changed_is_said_in_the_wires_words(manager: BotManager) -> None:
    put = manager.client.put
    assert _said(await put(CONFIG, json={"language": "de"})) == (
        404,
        f"No active meeting found for platform google_meet and meeting ID {MEETING}.",
    )
    meeting = await manager.send_ok("early")
    early = await put(CONFIG, json={"language": "de"})
    assert early.status_code == 409
    assert early.json() == {
        "detail": "Meeting found but is not active (status: 'requested'). Cannot reconfigure.",
        "code": "meeting_not_active",
        "meeting_id": meeting["id"],
    }
    (await manager.stop_bot()).raise_for_status()
    await manager.row_with(meeting["id"], "completed", within_s=60)
    ended = await put(CONFIG, json={"language": "de"})
    assert _said(ended)[0] == 409
    assert "(status: 'completed')" in _said(ended)[1]


async def test_bad_values_name_the_field_and_change_nothing(manager: BotManager) -> None:
    meeting = await manager.send_ok("normal", language="en")
    await manager.row_with(meeting["id"], "active", within_s=60)
    for body, field in (
        ({"language": "klingon"}, "language"),
        ({"task": "summarise"}, "task"),
        ({"allowed_languages": ["xx"]}, "allowed_languages"),
        ({"language": "de", "allowed_languages": ["en", "fr"]}, "language"),
        ({"hotwords": "two\nlines"}, "hotwords"),
    ):
        refused = await manager.client.put(CONFIG, json=body)
        assert refused.status_code == 422, body
        assert field in json.dumps(refused.json()["detail"])
    row = await manager.row(meeting["id"])
    assert "config_revision" not in row.data
    manager.client.headers["X-API-Key"] = "vx_wrong"
    assert (await manager.client.put(CONFIG, json={"language": "de"})).status_code == 403
    owner = manager.user_id
    await manager.add_user("b@example.com")
    assert (await manager.client.put(CONFIG, json={"language": "de"})).status_code == 404
    assert manager.user_id != owner
    assert (await manager.row(meeting["id"])).data == row.data


async def test_each_change_reaches_the_bot_once(manager: BotManager) -> None:
    meeting = await manager.send_ok("normal")
    row = await manager.row_with(meeting["id"], "active", within_s=60)
    orders = manager.home / "bots" / row.connection_id / "orders.jsonl"

    async def change(number: int, **body: Any) -> dict[str, Any]:
        answer = await manager.client.put(CONFIG, json=body)
        assert answer.status_code == 202, answer.text
        await wait_until(
            lambda: orders.exists() and len(orders.read_text().splitlines()) == number,
            within_s=60,
            what=f"order {number}",
        )
        speech: dict[str, Any] = json.loads(orders.read_text().splitlines()[-1])["speech"]
        return speech

    assert (await change(1, allowed_languages=["en", "de"]))["allowed_languages"] == ["en", "de"]
    assert (await change(1, allowed_languages=["en", "de"]))["allowed_languages"] == ["en", "de"]
    assert await change(2, language="de", hotwords="Ada") == {
        **{"language": "de", "task": "transcribe", "allowed_languages": None},
        "hotwords": "Ada",
    }
    assert (await change(3, language=""))["language"] is None
    (await manager.stop_bot()).raise_for_status()
