"""`vexa demo`: from nothing to a transcript on screen, and how right it is.

Order: speech, simulator, server, user, meeting, bot, talk, scores. The last line on standard
output is one JSON object; everything else goes to standard error.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vexa.demo.api_client import Frame
from vexa.demo.heard import read_frames
from vexa.demo.live_view import LiveView
from vexa.demo.scores import score
from vexa.demo.screenplay import Screenplay, compose
from vexa.demo.settings import DemoSettings
from vexa.demo.simulated_meeting import said_words
from vexa.demo.speech import read_recordings
from vexa.demo.stage import Stage, open_stage
from vexa.kit.report import Report
from vexa.kit.settings import load_settings
from vexa.simulator.flite import write_flite_speech

#: No frame for this long after the last word means that everything is final.
QUIET_S = 6.0
#: After this the scores are made with what there is.
LAST_WORDS_S = 60.0


def _compose(settings: DemoSettings, home: Path) -> Screenplay:
    folder = settings.speech
    if folder is None:
        folder = home / "speech"
        write_flite_speech(folder)
    return compose(read_recordings(folder), settings.seed)


async def _demo(settings: DemoSettings, view: LiveView, report: Report) -> None:
    home = settings.vexa_home.resolve() / "demo"
    play = await asyncio.to_thread(_compose, settings, home)
    async with open_stage(home, view.say, model=settings.whisper_model_size) as stage:
        await stage.meeting.join_early(play)
        view.say(f"sending a bot into the simulated Google Meet {stage.meeting.code}")
        await stage.bring_bot_in()
        stage.watch(view.show)
        view.say(f"{len(play.joins_s)} people talk for {play.end_s:.0f} s")
        await stage.talk(play)
        await _wait_for_last_words(stage.frames)
        figures = await _score(settings, stage, play)
        for key, value in figures.items():
            view.say(f"  {key:18} {value}")
        report.emit(figures)
        if not settings.demo_exit:
            await _stay(stage)
        await stage.client.stop_bot(stage.meeting.code)
        await stage.client.wait_for_status(stage.meeting.code, {"completed", "failed"}, 30.0)


async def _wait_for_last_words(frames: list[Frame]) -> None:
    loop = asyncio.get_running_loop()
    deadline_s, seen, quiet_from_s = loop.time() + LAST_WORDS_S, -1, loop.time()
    while loop.time() < deadline_s and loop.time() - quiet_from_s < QUIET_S:
        if len(frames) != seen:
            seen, quiet_from_s = len(frames), loop.time()
        await asyncio.sleep(0.25)


async def _score(settings: DemoSettings, stage: Stage, play: Screenplay) -> dict[str, Any]:
    truth = await stage.meeting.truth()
    transcript = await stage.client.transcript(stage.meeting.code)
    health = await stage.whisperlive_health()
    if settings.demo_out is not None:
        _keep(settings.demo_out, stage.frames, truth, transcript)
    return {
        **asdict(score(said_words(truth), read_frames(stage.frames))),
        "segments": sum(segment["completed"] for segment in transcript["segments"]),
        "participants": len(play.joins_s),
        "overlap_share": round(play.overlap_share, 3),
        "speech": "human" if settings.speech else "flite",
        "engine": health.get("engine"),
        "model_sha256": health.get("model_sha256"),
        "simulated": True,
    }


def _keep(
    folder: Path, frames: list[Frame], truth: list[dict[str, Any]], transcript: dict[str, Any]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    arrived = [{"arrived_s": arrived_s, **frame} for arrived_s, frame in frames]
    _write_lines(folder / "frames.jsonl", arrived)
    _write_lines(folder / "truth.jsonl", truth)
    (folder / "transcript.json").write_text(json.dumps(transcript, indent=1))


def _write_lines(path: Path, lines: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


async def _stay(stage: Stage) -> None:
    code = stage.meeting.code
    stage.say("The bot stays in the meeting. Join it in a browser on this machine, speak under")
    stage.say(f"your own name, and read here what you say: {stage.simulator.person_url(code)}")
    stage.say(f"Let yourself in at {stage.simulator.host_url(code)}")
    stage.say(f"The server's own pages: {stage.gateway_url}/docs. Ctrl-C ends everything.")
    await asyncio.Event().wait()


async def _run_until_signal(view: LiveView, report: Report) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await _demo(load_settings(DemoSettings), view, report)


def run_demo() -> None:
    """Run the demo as the settings say."""
    report = Report()
    with LiveView() as view:
        asyncio.run(_run_until_signal(view, report))
