"""The program with a real model on real speech, over real sockets."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx2
import huggingface_hub
import numpy as np
import pytest

from tests.integration.whisperlive_process import Whisperlive
from tests.support.human_speech import load_utterances
from tests.support.speech_client import ResumingClient, SpeechClient, meeting_hello
from tests.support.speech_stream import SpeechStream
from tests.support.wait_until import wait_until
from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.contracts.errors import EngineUnavailable
from vexa.whisperlive import models
from vexa.whisperlive.engines.base import Samples


@pytest.fixture(scope="module")
def speech(speech_dir: Path) -> tuple[Samples, list[str]]:
    """Four utterances of one person with pauses, and their words."""
    everyone = load_utterances(speech_dir)
    person = [item for item in everyone if item.speaker == everyone[0].speaker]
    chosen = sorted(person, key=lambda item: item.duration_s)[:4]
    pause = np.zeros(int(1.2 * SAMPLE_RATE_HZ), dtype=np.float32)
    samples = np.concatenate([part for item in chosen for part in (pause, item.samples)])
    return np.concatenate([samples, pause]), [word for item in chosen for word in item.words]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared by the tests here, so that a model is put together once."""
    return tmp_path_factory.mktemp("whisperlive")


@pytest.fixture
def whisperlive(redis_url: str, home: Path) -> Iterator[Whisperlive]:
    env = {"WHISPER_ENGINE": "faster_whisper", "WHISPER_MODEL_SIZE": "tiny.en"}
    server = Whisperlive(redis_url, home, **env, WL_RESUME_WINDOW_S="1")
    server.start()
    yield server
    server.stop()


def share_heard(words: list[str], text: str) -> float:
    """Return the share of the words that occur in the text."""
    heard = set(re.findall(r"[\w']+", text.lower()))
    return sum(word in heard for word in words) / len(words)


async def test_a_client_gets_the_words_of_the_speech(
    whisperlive: Whisperlive, redis_url: str, speech: tuple[Samples, list[str]]
) -> None:
    samples, words = speech
    client = await SpeechClient.open(whisperlive.url, meeting_hello("human"))
    await wait_until(lambda: client.find(message="SERVER_READY"), within_s=30)
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"{whisperlive.health_url}/readyz")
    assert answer.json() == {"ready": True, "problems": {}, "languages": ["en"]}
    await client.send(samples)
    await client.end()
    finals = SpeechStream(redis_url).finals("human")
    assert [final["seq"] for final in finals] == list(range(len(finals)))
    assert share_heard(words, " ".join(final["text"] for final in finals)) > 0.7
    spans = [(float(final["start"]), float(final["end"])) for final in finals]
    assert spans == sorted(spans)
    assert 0.8 < spans[0][0] < 3.0
    assert spans[-1][1] <= len(samples) / SAMPLE_RATE_HZ


async def test_a_kill_in_the_middle_of_human_speech_loses_and_doubles_nothing(
    whisperlive: Whisperlive, redis_url: str, speech: tuple[Samples, list[str]]
) -> None:
    samples, words = speech
    stream = SpeechStream(redis_url)
    client = ResumingClient(lambda: whisperlive.url, "killed", samples, 7)
    running = client.start()
    await wait_until(lambda: stream.finals("killed"), within_s=30)
    whisperlive.kill()
    before = stream.finals("killed")
    whisperlive.start()
    async with asyncio.timeout(60):
        await running
    finals = stream.finals("killed")
    assert finals[: len(before)] == before
    assert len(finals) > len(before)
    assert [final["seq"] for final in finals] == list(range(len(finals)))
    text = " ".join(final["text"] for final in finals)
    assert share_heard(words, text) > 0.7
    assert len(text.split()) <= 1.2 * len(words)


async def test_health_names_the_model_and_ready_follows_it(whisperlive: Whisperlive) -> None:
    async with httpx2.AsyncClient(base_url=whisperlive.health_url) as http:

        async def is_ready() -> bool:
            return (await http.get("/readyz")).status_code == 200

        await wait_until(is_ready, within_s=30)
        health = (await http.get("/health")).json()
        assert health["status"] == "healthy"
        assert health["engine"] == "faster_whisper"
        assert health["model_sha256"] == models.TINY_EN_SHA256
        assert health["redis"] == "healthy"
        metrics = (await http.get("/metrics")).text
        for name in ("queue_wait_seconds", "sessions", "backoff_level", "finals", "decode_seconds"):
            assert f"vexa_speech_{name}" in metrics


async def test_without_a_model_the_server_stays_up_and_says_why(
    redis_url: str, tmp_path: Path
) -> None:
    env = {"WHISPER_ENGINE": "faster_whisper", "WHISPER_MODEL_SIZE": "tiny"}
    server = Whisperlive(
        redis_url, tmp_path, **env, WHISPER_DOWNLOAD="false", HF_HOME=str(tmp_path)
    )
    server.start()
    try:
        async with httpx2.AsyncClient(base_url=server.health_url) as http:

            async def problem() -> str | None:
                response = await http.get("/readyz")
                assert response.status_code == 503
                told: str = response.json()["problems"]["model"]
                return told if "'tiny'" in told else None

            await wait_until(problem, within_s=30)
            health = (await http.get("/health")).json()
            assert health["status"] == "unhealthy"
            assert health["model_sha256"] is None
        client = await SpeechClient.open(server.url, {"uid": "early"})
        await wait_until(lambda: client.find(status="SERVER_READY"))
        assert client.find(message="SERVER_READY") is None
        await client.aclose()
    finally:
        server.stop()


def test_the_packaged_model_in_parts_is_joined_once_and_checked(tmp_path: Path) -> None:
    found = models.find_model("base", tmp_path, None, may_download=False)
    assert found.sha256 == models.BASE_SHA256
    made = (found.folder / "model.bin").stat()
    again = models.find_model("base", tmp_path, None, may_download=False)
    assert (again.folder / "model.bin").stat().st_mtime_ns == made.st_mtime_ns
    assert [entry.name for entry in tmp_path.iterdir()] == [found.folder.name]
    with (found.folder / "model.bin").open("r+b") as weights:
        weights.write(b"spoilt")
    with pytest.raises(EngineUnavailable):
        models.find_model("base", tmp_path, None, may_download=False)


def test_a_folder_is_taken_as_it_is_and_no_size_stands_in_for_another(tmp_path: Path) -> None:
    base = models.find_model("base", tmp_path, None, may_download=False)
    assert models.find_model(str(base.folder), tmp_path, None).folder == base.folder
    for name in ("tiny", "no-such-model"):
        with pytest.raises(EngineUnavailable, match=name):
            models.find_model(name, tmp_path, None, may_download=False)


def test_a_model_fetched_before_is_taken_without_asking_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packaged = models.find_model("tiny.en", tmp_path, None).folder
    hub = tmp_path / "hub"
    monkeypatch.setattr(models, "HF_HUB_CACHE", str(hub))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(hub))
    monkeypatch.setattr(models, "_PACKAGED", {})
    # an address that refuses: asking it would fail
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    folder = hub_folder(hub, "tiny.en")
    shutil.copytree(packaged, folder)
    assert models.find_model("tiny.en", tmp_path, None) == models.ModelFolder(
        folder, models.TINY_EN_SHA256
    )
    (folder / "model.bin").unlink()
    assert models._kept("tiny.en", models._REVISIONS["tiny.en"]) is None
    with pytest.raises(EngineUnavailable, match=r"model\.bin"):
        models.find_model("tiny.en", tmp_path, None, may_download=False)


def hub_folder(hub: Path, name: str) -> Path:
    """Where the hub's client keeps the pinned commit of a model."""
    return hub / f"models--Systran--faster-whisper-{name}" / "snapshots" / models._REVISIONS[name]
