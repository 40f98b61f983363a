"""Word error rate and delay of the speech server: people talking at once, over real sockets.

Run: `SPEECH=DIR python -m tests.bench.bench_speech_policy [streams] [seconds] [VARIABLE=value …]`.
Starts whisperlive and Redis of its own; further variables go to whisperlive. Prints a table.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from whisper_normalizer.english import EnglishTextNormalizer

from tests.integration.whisperlive_process import Whisperlive
from tests.support.human_speech import Utterance, load_utterances
from tests.support.speech_client import BLOCK, meeting_hello
from tests.support.stores import redis_server
from tests.support.wait_until import wait_until
from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.contracts.whisper_protocol import END_OF_AUDIO
from vexa.whisperlive.engines.base import Samples

#: Pauses between utterances of one person, seconds: people who hardly stop.
PAUSES_S = (0.3, 1.5)
_normalise = EnglishTextNormalizer()  # type: ignore[no-untyped-call]


def _plain(text: str) -> list[str]:
    words: list[str] = _normalise(text).split()
    return words


@dataclass
class Stream:
    """One person's audio, what was said when, and what came back when."""

    samples: Samples
    text: str
    word_ends: list[tuple[str, float]]
    arrivals: list[tuple[float, list[dict[str, Any]]]] = field(default_factory=list)
    finals: dict[int, tuple[float, str]] = field(default_factory=dict)


def compose(utterances: list[Utterance], seconds: float, rng: random.Random) -> Stream:
    """Put one person's utterances after each other with short pauses."""
    parts = [np.zeros(int(0.5 * SAMPLE_RATE_HZ), dtype=np.float32)]
    texts: list[str] = []
    ends: list[tuple[str, float]] = []
    length = len(parts[0])
    for item in rng.sample(utterances, len(utterances)):
        if length / SAMPLE_RATE_HZ > seconds:
            break
        offset_s = length / SAMPLE_RATE_HZ
        times = [(plain, offset_s + end) for word, _, end in item.times for plain in _plain(word)]
        ends += times or [(word, float("nan")) for word in _plain(item.text)]
        texts.append(item.text)
        pause = np.zeros(int(rng.uniform(*PAUSES_S) * SAMPLE_RATE_HZ), dtype=np.float32)
        parts += [item.samples, pause]
        length += len(item.samples) + len(pause)
    return Stream(np.concatenate(parts), " ".join(texts), ends)


async def _play(url: str, uid: str, stream: Stream) -> None:
    async with connect(url, max_size=None) as socket:
        await socket.send(json.dumps(meeting_hello(uid)))
        started_s = time.monotonic()
        reader = asyncio.get_running_loop().create_task(_read(socket, stream, started_s))
        for position in range(0, len(stream.samples), BLOCK):
            await socket.send(stream.samples[position : position + BLOCK].astype("<f4").tobytes())
            ahead_s = started_s + (position + BLOCK) / SAMPLE_RATE_HZ - time.monotonic()
            await asyncio.sleep(max(ahead_s, 0))
        await socket.send(END_OF_AUDIO)
        await reader


async def _read(socket: ClientConnection, stream: Stream, started_s: float) -> None:
    async for text in socket:
        message = json.loads(text)
        now_s = time.monotonic() - started_s
        segments = message.get("segments")
        if segments is None:
            continue
        for segment in segments:
            if segment["completed"]:
                before = stream.finals.setdefault(segment["seq"], (now_s, segment["text"]))
                assert before[1] == segment["text"], "a final changed"
        stream.arrivals.append((now_s, segments))


def _delays(stream: Stream) -> tuple[list[float], list[float], int]:
    """Return delays of final and of first shown words, and how many words were never right."""
    said = [word for word, _ in stream.word_ends]
    heard: list[tuple[str, float]] = [
        (word, arrived)
        for _, (arrived, text) in sorted(stream.finals.items())
        for word in _plain(text)
    ]
    shown = _first_shown([word for word, _ in heard], stream)
    aligned = jiwer.process_words(" ".join(said), " ".join(word for word, _ in heard))
    final_s: list[float] = []
    draft_s: list[float] = []
    missed = len(said)
    for chunk in aligned.alignments[0]:
        if chunk.type != "equal":
            continue
        for step in range(chunk.ref_end_idx - chunk.ref_start_idx):
            missed -= 1
            end_s = stream.word_ends[chunk.ref_start_idx + step][1]
            if end_s == end_s:
                index = chunk.hyp_start_idx + step
                final_s.append(heard[index][1] - end_s)
                draft_s.append(shown[index] - end_s)
    return final_s, draft_s, missed


def _first_shown(words: list[str], stream: Stream) -> list[float]:
    """Return when each final word was first seen at its place, draft or final."""
    first = [float("inf")] * len(words)
    lengths = {seq: len(_plain(text)) for seq, (_, text) in stream.finals.items()}
    for arrived, segments in stream.arrivals:
        for segment in segments:
            offset = sum(length for seq, length in lengths.items() if seq < segment["seq"])
            for step, word in enumerate(_plain(segment["text"])):
                index = offset + step
                if index < len(words) and words[index] == word:
                    first[index] = min(first[index], arrived)
    return first


def _row(name: str, values: list[float]) -> str:
    p50, p95, p99 = np.percentile(values, [50, 95, 99])
    return (
        f"{name:<8} p50 {p50:5.2f} s   p95 {p95:5.2f} s   p99 {p99:5.2f} s   ({len(values)} words)"
    )


async def measure(count: int, seconds: float, env: dict[str, str]) -> None:
    """Run one meeting of `count` talkers and print what came of it."""
    rng = random.Random(int(env.pop("SEED", "1")))
    utterances = load_utterances(Path(env.pop("SPEECH")))
    speakers = sorted({item.speaker for item in utterances})
    streams = [
        compose([i for i in utterances if i.speaker == speakers[n % len(speakers)]], seconds, rng)
        for n in range(count)
    ]
    folder = Path(tempfile.mkdtemp(prefix="vexa-bench-"))
    with redis_server(folder) as (_redis, redis_url):
        options = {"WHISPER_ENGINE": "faster_whisper", "WHISPER_MODEL_SIZE": "base", **env}
        server = Whisperlive(redis_url, folder, **options)
        server.start()
        try:
            await _until_ready(server)
            load = os.getloadavg()[0]
            await asyncio.gather(
                *(_play(server.url, f"s{n}", stream) for n, stream in enumerate(streams))
            )
        finally:
            server.stop()
    cpu_s = resource.getrusage(resource.RUSAGE_CHILDREN)
    audio_s = sum(len(stream.samples) for stream in streams) / SAMPLE_RATE_HZ
    _report(streams, options, load, (cpu_s.ru_utime + cpu_s.ru_stime) / audio_s)


async def _until_ready(server: Whisperlive) -> None:
    import httpx2

    async with httpx2.AsyncClient() as http:

        async def ready() -> bool:
            return (await http.get(server.health_url + "/readyz")).status_code == 200

        await wait_until(ready, within_s=60)


def _report(streams: list[Stream], options: dict[str, str], load: float, cpu: float) -> None:
    said = [" ".join(_plain(stream.text)) for stream in streams]
    heard = [
        " ".join(w for _, (_, text) in sorted(s.finals.items()) for w in _plain(text))
        for s in streams
    ]
    errors = jiwer.process_words(said, heard)
    measured = [_delays(stream) for stream in streams]
    lines = [
        f"streams {len(streams)}   {options}   load before {load:.1f}",
        f"WER {100 * errors.wer:.1f} %   substitutions {errors.substitutions}   "
        f"deletions {errors.deletions}   insertions {errors.insertions}   "
        f"of {sum(len(text.split()) for text in said)} words   CPU {cpu:.2f} s per audio second",
        _row("final", [delay for final, _, _ in measured for delay in final]),
        _row("draft", [delay for _, draft, _ in measured for delay in draft]),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def main() -> None:
    """Read the command line and measure."""
    numbers = [item for item in sys.argv[1:] if "=" not in item]
    env = dict(item.split("=", 1) for item in sys.argv[1:] if "=" in item)
    speech = {"SPEECH": os.environ["SPEECH"]}
    count = int(numbers[0]) if numbers else 4
    seconds = float(numbers[1]) if len(numbers) > 1 else 40.0
    asyncio.run(measure(count, seconds, {**speech, **env}))


if __name__ == "__main__":
    main()
