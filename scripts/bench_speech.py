"""`make bench-speech`: our speech server and the stock one, in turn, on the same clock and speech.

Environment: `SPEECH` names a folder of human speech (else flite speaks, and no accuracy is worth
quoting); `QUICK=1` ends within 10 minutes; `SEED` chooses who says what when; `ONLY=vexa` leaves
the stock server out; `BENCH_SECONDS`, `BENCH_RUNS` and `BENCH_OUT` override length, repeats at four
talkers, and where table and plot go; `PART=compare` ends after the comparison at four talkers.
Prints a table to stderr; the last line is one JSON object.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.bench.speech.material import (
    Stream,
    continuous_talkers,
    load_voices,
    meeting,
    plain_words,
)
from tests.bench.speech.noise import make_recordings
from tests.bench.speech.overload import Crowd, overload_keys
from tests.bench.speech.report import capacity, comparison, plot, table
from tests.bench.speech.runs import Run, drafts, finals, percentile, run_case
from tests.bench.speech.servers import PEER, Server, our_server, peer_python, peer_server
from tests.support.human_speech import Utterance
from vexa.kit.report import Report
from vexa.whisperlive.models import find_model

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    seconds: float
    runs: int
    others: tuple[int, ...]
    capacity_s: float
    capacity_base: tuple[int, ...]
    capacity_tiny_en: tuple[int, ...]
    meeting_s: float
    noise_s: float
    overload: Crowd


FULL = Plan(120, 3, (1, 2, 8, 12), 300, (4, 8, 12), (8, 12, 16, 20), 600, 60, Crowd())
QUICK = Plan(40, 1, (), 45, (8,), (12,), 60, 20, Crowd(2, 18, 10.0, 30.0, 25.0))


class Bench:
    """Runs the cases of a plan and keeps every run."""

    def __init__(self, plan: Plan, speech: Path | None, seed: int, *, with_peer: bool) -> None:
        self.runs: list[Run] = []
        self._plan = plan
        self._voices: list[list[Utterance]] = load_voices(speech)
        self._seed = seed
        self._with_peer = with_peer
        cache = ROOT / "build" / "bench-models"
        self._models = {name: find_model(name, cache, None).folder for name in ("base", "tiny.en")}

    def compare(self) -> dict[str, Any]:
        """Alternate the servers at four talkers, then at other numbers."""
        ours: list[Run] = []
        theirs: list[Run] = []
        for number in range(self._plan.runs):
            streams = self._talk(4, self._plan.seconds, self._seed + number)
            ours.append(self._run("talkers", "base", streams))
            if self._with_peer:
                theirs.append(self._run("talkers", "base", streams, peer=True))
        for count in self._plan.others:
            streams = self._talk(count, self._plan.seconds, self._seed)
            self._run("talkers", "base", streams)
            if self._with_peer:
                self._run("talkers", "base", streams, peer=True)
        return comparison(ours, theirs if self._with_peer else ours)

    def capacity(self, model: str, counts: tuple[int, ...]) -> int:
        """Add talkers until the server no longer keeps up."""
        done: list[Run] = []
        for count in counts:
            streams = self._talk(count, self._plan.capacity_s, self._seed)
            done.append(self._run(f"capacity {model}", model, streams))
            if not done[-1].keeps_up:
                break
        return capacity(done)

    def meeting(self) -> dict[str, Any]:
        """Eight people, one or two talking at a time."""
        streams = meeting(self._voices, 8, self._plan.meeting_s, self._seed)
        run = self._run("meeting of 8", "base", streams)
        return {
            "draft_p50_s": round(percentile(drafts([run]), 50), 2),
            "final_p95_s": round(percentile(finals([run]), 95), 2),
            "cpu_share": round(run.cpu_share, 3),
        }

    def noise(self) -> dict[str, float]:
        """False words in a minute of each recording without speech."""
        with tempfile.TemporaryDirectory() as name:
            recordings = make_recordings(Path(name), self._plan.noise_s)
        run = self._run("no speech", "base", list(recordings.values()))
        minutes = self._plan.noise_s / 60
        return {
            name: round(score.false_words / minutes, 2)
            for name, score in zip(recordings, run.scores, strict=True)
        }

    def overload(self, model: str) -> dict[str, Any]:
        """Let a crowd come to some who talk, and leave again."""
        crowd = self._plan.overload
        streams = self._talk(crowd.steady, crowd.seconds, self._seed)
        streams += self._talk(crowd.extra, crowd.stays_s, self._seed + 1)
        starts_s = [0.0] * crowd.steady + [crowd.comes_s] * crowd.extra
        run = self._run(f"overload {model}", model, streams, starts_s=starts_s)
        return overload_keys(run, crowd)

    def stock_client(self) -> dict[str, Any]:
        """Let whisper-live's own client talk to our server."""
        stream = self._talk(1, 12.0, self._seed)[0]
        with tempfile.TemporaryDirectory() as name, _server(self._models["base"]) as server:
            sound = Path(name) / "sound.raw"
            sound.write_bytes((stream.samples * 32767).astype("<i2").tobytes())
            command = [str(peer_python()), str(PEER / "talk.py"), server.url.rsplit(":")[-1]]
            told = subprocess.run(
                [*command, str(sound)], check=True, capture_output=True, text=True
            )
        answer = json.loads(told.stdout.splitlines()[-1])
        heard = set(plain_words(" ".join(answer["committed"])))
        said = [word.text for word in stream.words]
        return {
            "words_heard_share": round(sum(word in heard for word in said) / len(said), 3),
            "partials": answer["partials"],
            "errors": answer["errors"],
        }

    def _talk(self, count: int, seconds: float, seed: int) -> list[Stream]:
        return continuous_talkers(self._voices, count, seconds, seed)

    def _run(
        self,
        case: str,
        model: str,
        streams: list[Stream],
        *,
        peer: bool = False,
        starts_s: Sequence[float] = (),
    ) -> Run:
        with _server(self._models[model], peer=peer) as server:
            run = run_case(server, case, streams, starts_s)
        self.runs.append(run)
        print(table([run]).splitlines()[-1], file=sys.stderr, flush=True)
        return run


@contextmanager
def _server(model: Path, *, peer: bool = False) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="vexa-bench-") as name:
        start = peer_server if peer else our_server
        with start(Path(name), model) as server:
            yield server


PARTS = ("compare", "client", "meeting", "noise", "capacity", "overload")


def measure(bench: Bench, plan: Plan, parts: Sequence[str], *, with_peer: bool) -> dict[str, Any]:
    """Measure the parts; return their keys."""
    keys: dict[str, Any] = {}
    if "compare" in parts:
        keys |= bench.compare()
    if "client" in parts and with_peer:
        keys["stock_client"] = bench.stock_client()
    if "meeting" in parts:
        keys["meeting_of_8"] = bench.meeting()
    if "noise" in parts:
        false_words = bench.noise()
        keys["false_words_per_min"] = round(sum(false_words.values()) / len(false_words), 2)
        keys["false_words_per_min_by_recording"] = false_words
    if "capacity" in parts:
        keys["capacity_base"] = bench.capacity("base", plan.capacity_base)
        keys["capacity_tiny_en"] = bench.capacity("tiny.en", plan.capacity_tiny_en)
    if "overload" in parts:
        keys["overload"] = {model: bench.overload(model) for model in ("tiny.en", "base")}
    return keys


def chosen_parts() -> list[str]:
    """Read `PART`; exit with status 2 when it names what there is not."""
    parts = os.environ.get("PART", ",".join(PARTS)).split(",")
    if unknown := set(parts) - set(PARTS):
        print(f"PART: {', '.join(unknown)}: allowed are {', '.join(PARTS)}", file=sys.stderr)
        raise SystemExit(2)
    return parts


def main() -> None:
    """Measure, print the table, and the report as the last line."""
    report = Report()
    parts = chosen_parts()
    quick = os.environ.get("QUICK") == "1"
    plan = QUICK if quick else FULL
    plan = replace(
        plan,
        seconds=float(os.environ.get("BENCH_SECONDS", plan.seconds)),
        runs=int(os.environ.get("BENCH_RUNS", plan.runs)),
    )
    speech = os.environ.get("SPEECH")
    with_peer = os.environ.get("ONLY") != "vexa"
    if with_peer and {"compare", "client"} & set(parts):
        peer_python()
    seed = int(os.environ.get("SEED", "1"))
    bench = Bench(plan, Path(speech) if speech else None, seed, with_peer=with_peer)
    keys = measure(bench, plan, parts, with_peer=with_peer)
    out = Path(os.environ.get("BENCH_OUT", ROOT / "build" / "bench-speech"))
    out.mkdir(parents=True, exist_ok=True)
    (out / "speech.md").write_text(table(bench.runs) + "\n")
    plot(bench.runs, out / "speech.svg")
    print(table(bench.runs), file=sys.stderr)
    report.emit({"quick": quick, "speech": "human" if speech else "flite", **keys})


if __name__ == "__main__":
    main()
