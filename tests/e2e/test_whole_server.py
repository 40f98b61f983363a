"""One server, started as `vexa up` starts it, and one simulated meeting through all of it."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.wait_until import wait_until
from vexa.demo.screenplay import Screenplay, Turn
from vexa.demo.speech import read_recordings
from vexa.demo.stage import Stage, open_stage
from vexa.simulator.flite import say, write_flite_speech

#: Names and words that occur nowhere else, so that finding them in a log means a leak.
NAMES = ("Quillon Vasterby", "Ottoline Grumbach")
SENTENCES = (
    "The zebra and the elephant walked across the frozen lake.",
    "Our submarine carries seventeen violins and a trumpet.",
)
MARKERS = ("zebra", "elephant", "submarine", "violins", "trumpet", "Quillon", "Grumbach")


def two_people(folder: Path) -> Screenplay:
    turns = []
    at_s = 1.0
    write_flite_speech(folder)
    voices = read_recordings(folder)
    for name, sentence, voice in zip(NAMES, SENTENCES, ("slt", "rms"), strict=True):
        file = folder / f"marker-{voice}.wav"
        duration_s = say(voice, sentence, file)
        template = next(r for r in voices if r.voice == voice)
        recording = type(template)(file, voice, duration_s, sentence, ())
        turns.append(Turn(name, at_s, recording))
        at_s += duration_s + 1.0
    return Screenplay(dict.fromkeys(NAMES, 0.0), tuple(turns))


def log_texts(home: Path) -> Iterator[tuple[Path, str]]:
    for path in (home / "logs").rglob("*"):
        if path.is_file():
            yield path, path.read_text(errors="replace")


def secrets_of(stage: Stage) -> list[str]:
    home = stage.home
    kept = [path.read_text().strip() for path in (home / "secrets").iterdir()]
    return [*kept, stage.client.api_key]


async def hold_meeting(stage: Stage, play: Screenplay) -> dict[str, Any]:
    await stage.meeting.join_early(play)
    await stage.bring_bot_in()
    stage.watch(lambda _frame: None)
    await stage.talk(play)

    async def finals() -> list[dict[str, Any]]:
        body = await stage.client.transcript(stage.meeting.code)
        found = [segment for segment in body["segments"] if segment["completed"]]
        return found if {segment["speaker"] for segment in found} == set(NAMES) else []

    await wait_until(finals, within_s=40, what="finals of both speakers")
    await stage.client.stop_bot(stage.meeting.code)
    return await stage.client.wait_for_status(stage.meeting.code, {"completed", "failed"}, 40)


def processes_of(home: Path) -> list[str]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = " ".join(process.info["cmdline"] or [])
        if str(home) in words:
            found.append(words[:120])
    return found


@pytest.mark.timeout(280)
async def test_a_meeting_through_the_whole_server(tmp_path: Path) -> None:
    home = tmp_path / "vexa"
    play = two_people(tmp_path / "speech")
    async with open_stage(home, lambda _line: None, model="tiny.en") as stage:
        body = await hold_meeting(stage, play)
        secrets = secrets_of(stage)
        frames = [frame for _arrived_s, frame in stage.frames]
    assert (body["status"], body["data"]["outcome"]) == ("completed", "stopped_by_user")
    by_name = {
        name: " ".join(s["text"].lower() for s in body["segments"] if s["speaker"] == name)
        for name in NAMES
    }
    assert "elephant" in by_name[NAMES[0]]
    assert "seventeen" in by_name[NAMES[1]] or "17" in by_name[NAMES[1]]
    assert {frame["type"] for frame in frames} >= {"transcript.mutable", "subscribed"}
    await asyncio.to_thread(look_for_leaks, home, secrets)
    assert processes_of(home) == []


def look_for_leaks(home: Path, secrets: list[str]) -> None:
    looked_at = []
    for path, text in log_texts(home):
        looked_at.append(path.name)
        for marker in (*MARKERS, *secrets):
            assert marker.lower() not in text.lower(), f"{path.name} holds a marker"
        assert not re.search(r"eyJ[A-Za-z0-9_-]{10,}\.", text), f"{path.name} holds a JWT"
    assert {"bot-manager.log", "whisperlive.log", "api-gateway.log"} <= set(looked_at)
    assert any(name.startswith("vexa-bot-") for name in looked_at)
