"""So many bots at once, each in a meeting of its own with talk and moving pictures."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from tests.bench.bots.costs import BotProcesses, CpuWindow, OtherWindow
from tests.bench.bots.lost_sound import LATEST_S, Said, compare
from tests.bench.bots.place import CAMERAS, HOLD_S, Place, SentBot, code, tell
from tests.support.fake_manager import FakeManager
from tests.support.wait_until import wait_until
from vexa.demo.speech import Recording
from vexa.simulator.client import ControlClient

PEOPLE = ("Ada", "Bob", "Chris")
#: From the first word to the window: the browser has warmed up, the tile of the bot is marked.
SETTLE_S = 15.0
#: Between two utterances; one person speaks at a time, nearly always.
PAUSE_S = 0.4
#: A talk that has not ended so late never will: the double is starved. What was said is compared.
TALK_OVER_WITHIN_S = 300.0
#: What is said last is with the speech server by then.
LAST_WORDS_S = 3.0


@dataclass
class Figures:
    """What so many bots cost: MiB and per cent of one core, of all bots together, by part.

    `came`: bots that got into their meetings and were there at the end of the window. Fewer than
    `bots` on a machine that is too busy; what those that left did not hear is lost.
    """

    bots: int
    load_before: float
    came: int = 0
    pss_mib: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    cpu_percent: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    double_cpu_percent: float = 0.0
    speech_cpu_percent: float = 0.0
    said_s: float = 0.0
    lost_s: float = 0.0
    talk_over: bool = True
    load_after: float = 0.0


def script(recordings: list[Recording], until_s: float, first: int) -> list[dict[str, Any]]:
    """Let voices say recordings in turn, starting with the first-th; the last one ends late."""
    lines: list[dict[str, Any]] = []
    at_s, number = 1.0, first
    while at_s < until_s:
        recording = recordings[number % len(recordings)]
        lines.append({"at_s": at_s, "file": str(recording.file), "text": recording.text})
        at_s += recording.duration_s + PAUSE_S
        number += 1
    return lines


async def prepare(place: Place, control: ControlClient, number: int, until_s: float) -> None:
    """Make the meeting that the next bot goes to."""
    native_id = place.next_code
    await control.create_meeting(native_id, cameras=CAMERAS)
    lines = script(place.recordings, until_s, 3 * number)
    for index, person in enumerate(PEOPLE):
        speech = lines[index :: len(PEOPLE)]
        await control.add_participant(native_id, person, speech=speech)


async def measure(
    place: Place,
    control: ControlClient,
    count: int,
    seconds: float,
    show_cost: Callable[[Figures], None],
) -> Figures:
    """Bring bots in one after the other, let people talk, measure, let the bots leave.

    Args:
        place: where they are run.
        control: of its simulator.
        count: bots; those that do not come are missing in the figures.
        seconds: length of the window.
        show_cost: told of memory and processor time before the sound is compared.
    """
    figures = Figures(count, os.getloadavg()[0])
    async with FakeManager(HOLD_S) as manager:
        bots: list[SentBot] = []
        missing: list[SentBot] = []
        try:
            for number in range(count):
                await prepare(place, control, number, SETTLE_S + seconds)
                bot = await place.send(manager)
                is_in = await place.until_active(bot) is not None
                (bots if is_in else missing).append(bot)
                tell(f"{count} bots: {len(bots)} in, {len(missing)} did not come")
            for bot in bots:
                await control.start_clock(code(bot.number))
            await measure_window(place, bots, seconds, figures)
            figures.came = sum(map(place.is_running, bots))
            figures.load_after = os.getloadavg()[0]
            show_cost(figures)
            await count_lost(place, control, bots, figures)
        finally:
            manager.leave.set()
            await asyncio.gather(*map(place.take_out, [*bots, *missing]))
    for bot in [*bots, *missing]:
        await control.order(code(bot.number), "end")
    return figures


async def measure_window(
    place: Place, bots: list[SentBot], seconds: float, figures: Figures
) -> None:
    """Settle, then measure bots together; fills in the figures."""
    await asyncio.sleep(SETTLE_S)
    found = [await asyncio.to_thread(BotProcesses.find, bot.handle) for bot in bots]
    windows = [CpuWindow(processes) for processes in found]
    double, speech = OtherWindow(place.simulator.pid), OtherWindow(os.getpid())
    await asyncio.sleep(seconds)
    figures.double_cpu_percent = double.percent()
    figures.speech_cpu_percent = speech.percent()
    for window in windows:
        _add(figures.cpu_percent, window.percent().items())
    for processes in found:
        _add(figures.pss_mib, (await asyncio.to_thread(processes.pss)).items())


def _add(total: dict[str, float], more: Iterable[tuple[str, float]]) -> None:
    for part, value in more:
        total[part] += value


async def count_lost(
    place: Place, control: ControlClient, bots: list[SentBot], figures: Figures
) -> None:
    """Wait for the end of the talk, then compare; fills in the figures."""
    until_s = time.monotonic() + TALK_OVER_WITHIN_S
    for bot in bots:
        native_id = code(bot.number)

        async def is_over(native_id: str = native_id) -> bool:
            return bool((await control.meeting(native_id))["speech_over"])

        with contextlib.suppress(AssertionError):
            await wait_until(is_over, within_s=max(0.0, until_s - time.monotonic()))
        figures.talk_over = figures.talk_over and await is_over()
    await asyncio.sleep(LAST_WORDS_S)
    for bot in bots:
        said = await _heard(place, control, code(bot.number), bot)
        figures.said_s += sum(item.said_s for item in said)
        figures.lost_s += sum(item.lost_s for item in said)


async def _heard(place: Place, control: ControlClient, native_id: str, bot: SentBot) -> list[Said]:
    """Return what of a meeting's talk, which is over, its bot sent on."""
    files = {recording.text: recording.file for recording in place.recordings}
    streams = [
        stream for stream in place.speech.streams.values() if stream.hello.meeting_id == bot.number
    ]
    found = []
    for line in await control.truth(native_id):
        start_s, end_s = line["start_epoch_s"], line["end_epoch_s"]
        length = round((end_s + LATEST_S - start_s) * 16_000)
        arrived = np.zeros(length, np.float32)
        for stream in streams:
            sound = stream.sound(start_s, end_s + LATEST_S)[:length]
            arrived[: len(sound)] += sound
        found.append(compare(read_sound(files[line["text"]]), arrived))
    return found


def read_sound(path: Path) -> NDArray[np.float32]:
    """Decode a sound file to float32[n], mono, 16 kHz, full scale 1."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=16_000)
        blocks = [
            out.to_ndarray()[0]
            for frame in container.decode(audio=0)
            for out in resampler.resample(frame)
        ]
        blocks += [out.to_ndarray()[0] for out in resampler.resample(None)]
    return np.concatenate(blocks).astype(np.float32)
