"""The sound that arrives in a real browser is the sound that was sent, under the right source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.integration.simulator.captured_audio import CapturedAudio, Match
from tests.integration.simulator.conftest import CODE, OpenPage, join
from tests.support.wait_until import wait_until
from vexa.simulator.client import ControlClient
from vexa.simulator.process import SimulatorProcess
from vexa.simulator.sfu.speech_source import read_sound

#: Each starts when this share of the one before is over, so that two or three overlap.
STEP_SHARE = 0.6


def script(speech_dir: Path, speakers: int) -> list[dict[str, Any]]:
    """Give each speaker one utterance, overlapping, and the first one a second."""
    clips = json.loads((speech_dir / "manifest.json").read_text())
    clips = sorted(clips, key=lambda clip: clip["duration_s"])[: speakers + 1]
    at_s = 0.5
    plan = []
    for index, clip in enumerate(clips):
        path = str(speech_dir / clip["file"])
        plan.append({"speaker": index % speakers, "at_s": at_s, "file": path, "text": clip["id"]})
        at_s += clip["duration_s"] * STEP_SHARE
    return plan


async def hear(
    control: ControlClient,
    open_page: OpenPage,
    plan: list[dict[str, Any]],
    *arguments: str,
    stalls: bool = False,
) -> tuple[CapturedAudio, list[dict[str, Any]]]:
    """Play a plan to a page; return what it heard and what was sent."""
    await control.create_meeting(CODE)
    for speaker in range(max(entry["speaker"] for entry in plan) + 1):
        speech = [
            {key: entry[key] for key in ("at_s", "file", "text")}
            for entry in plan
            if entry["speaker"] == speaker
        ]
        await control.add_participant(CODE, f"Speaker {speaker}", speech=speech)
    page = await open_page(*arguments)
    heard = CapturedAudio()
    await heard.listen(page)
    await join(page, control)
    if stalls:
        await control.order(CODE, "stall", duration_s=120)
    await wait_until(lambda: len(heard.slots()) == 3, what="three slots of sound")
    await control.start_clock(CODE)

    async def is_over() -> bool:
        return bool((await control.meeting(CODE))["speech_over"])

    await wait_until(is_over, within_s=120, what="end of the speech")
    truth = await control.truth(CODE)
    end_s = max(line["end_epoch_s"] for line in truth)
    await wait_until(lambda: heard.last_epoch_s() > end_s + 1.5, within_s=20, what="last sound")
    return heard, truth


def check(
    heard: CapturedAudio, truth: list[dict[str, Any]], plan: list[dict[str, Any]]
) -> list[Match]:
    """Every utterance is there, whole, in time, and carried by its own source alone."""
    files = {entry["text"]: Path(entry["file"]) for entry in plan}
    assert len(truth) == len(plan)
    matches = []
    for line in truth:
        assert set(line["carried"].values()) == {1.0}
        found = heard.match(read_sound(files[line["text"]]).astype(float), line["start_epoch_s"])
        assert found.share_right >= 0.7, (line, found)
        assert 0 < found.delay_s < 0.6, (line, found)
        sources = heard.sources(found.slot, line["start_epoch_s"] + 0.3, line["end_epoch_s"])
        assert sources == {line["stream_id"]}, (line, found)
        matches.append(found)
    assert np.mean([found.share_right for found in matches]) >= 0.85, matches
    return matches


@pytest.mark.parametrize("speakers", [2, 3, 5, 8])
async def test_speech_arrives_whole_under_its_source(
    speakers: int, speech_dir: Path, control: ControlClient, open_page: OpenPage
) -> None:
    plan = script(speech_dir, speakers)
    heard, truth = await hear(control, open_page, plan)
    matches = check(heard, truth, plan)
    used = {found.slot for found in matches}
    assert len(used) == min(3, speakers)


async def test_public_page_with_a_stalled_main_thread_hears_the_same(
    speech_dir: Path, simulator: SimulatorProcess, control: ControlClient, open_page: OpenPage
) -> None:
    plan = script(speech_dir, 3)
    public = f"--ip-address-space-overrides=127.0.0.1:{simulator.https_port}=public"
    heard, truth = await hear(control, open_page, plan, public, stalls=True)
    check(heard, truth, plan)


async def test_of_four_at_once_the_quietest_is_lost(
    speech_dir: Path, control: ControlClient, open_page: OpenPage
) -> None:
    clips = json.loads((speech_dir / "manifest.json").read_text())
    clip = max(clips, key=lambda item: min(item["duration_s"], 6.0))
    plan = [
        {"speaker": n, "at_s": 0.5 + n, "file": str(speech_dir / clip["file"]), "text": str(n)}
        for n in range(4)
    ]
    for entry, gain in zip(plan, (1.0, 0.1, 1.0, 1.0), strict=True):
        entry["gain"] = gain
    await control.create_meeting(CODE)
    for entry in plan:
        speech = {key: entry[key] for key in ("at_s", "file", "text", "gain")}
        await control.add_participant(CODE, f"Speaker {entry['speaker']}", speech=[speech])
    page = await open_page()
    visitor = await join(page, control)
    await control.start_clock(CODE)

    async def all_said() -> bool:
        return len(await control.truth(CODE)) == 4

    await wait_until(all_said, within_s=60, what="four utterances")
    carried = {line["text"]: line["carried"][visitor] for line in await control.truth(CODE)}
    assert carried["0"] == carried["2"] == 1.0
    assert carried["1"] < 1.0
    assert carried["3"] > 0.5
    streams = [p["stream_id"] for p in (await control.meeting(CODE))["participants"]]
    changes = [e for e in await control.events(CODE) if e["event"] == "slot"]
    first = next(e for e in changes if e["stream_id"] == streams[3])
    before = [e for e in changes if e["seq"] < first["seq"] and e["slot"] == first["slot"]]
    assert before[-1]["stream_id"] == streams[1]
