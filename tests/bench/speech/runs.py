"""One run: streams to a server, and what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.bench.speech.material import Stream
from tests.bench.speech.scores import StreamScore, score_stream
from tests.bench.speech.servers import ROOT, Server

#: A server keeps up when the last third of a run is no later than the first by more than this.
GROWTH_S = 1.0
REAL_TIME_S = 5.0


@dataclass(frozen=True)
class Run:
    """What one server did with one set of streams."""

    server: str
    case: str
    talkers: int
    audio_s: float
    scores: list[StreamScore]
    cpu_s: float
    rss_mib: float
    generator_cpu: float
    latest_send_s: float
    refused: int
    load_before: float
    took_s: float

    @property
    def cpu_s_per_audio_min(self) -> float:
        """Processor seconds of the server for a minute of one talker."""
        return 60 * self.cpu_s / self.audio_s

    @property
    def cpu_share(self) -> float:
        """Share of all cores that the server used."""
        return self.cpu_s / self.took_s / (os.cpu_count() or 1)

    @property
    def growth_s(self) -> float:
        """How much later finals came in the last third of the run than in the first."""
        pairs = sorted(
            pair
            for score in self.scores
            for pair in zip(score.spoken_at_s, score.final_s, strict=True)
        )
        third = len(pairs) // 3
        if not third:
            return 0.0
        first = np.median([delay for _, delay in pairs[:third]])
        return float(np.median([delay for _, delay in pairs[-third:]]) - first)

    @property
    def keeps_up(self) -> bool:
        """Whether this load is within the server's capacity."""
        late = percentile(finals([self]), 95) > REAL_TIME_S
        return not (self.refused or late or self.growth_s > GROWTH_S)


def run_case(
    server: Server, case: str, streams: list[Stream], starts_s: Sequence[float] = ()
) -> Run:
    """Play the streams to the server, each from its time in `starts_s` or at once.

    Returns the scores; times in them are seconds from the first sample of the stream.
    """
    with tempfile.TemporaryDirectory(prefix="vexa-bench-") as name:
        folder = Path(name)
        for number, stream in enumerate(streams):
            np.save(folder / f"stream-{number}.npy", stream.samples)
        plan = {
            "url": server.url,
            "hellos": server.hellos(len(streams)),
            "starts_s": list(starts_s) or [0.0] * len(streams),
            "gaps": server.gaps,
            "linger_s": server.linger_s,
            "goodbye_s": server.goodbye_s,
        }
        (folder / "plan.json").write_text(json.dumps(plan))
        load_before = os.getloadavg()[0]
        command = [sys.executable, "-m", "tests.bench.speech.load", str(folder)]
        with server.measured() as usage:
            subprocess.run(command, cwd=ROOT, check=True)
        heard = json.loads((folder / "heard.json").read_text())
    scores = [score_stream(s, m) for s, m in zip(streams, heard["heard"], strict=True)]
    return Run(
        server=server.name,
        case=case,
        talkers=len(streams),
        audio_s=sum(stream.duration_s for stream in streams),
        scores=scores,
        cpu_s=usage.cpu_s,
        rss_mib=usage.rss_mib,
        generator_cpu=heard["cpu_s"] / heard["took_s"],
        latest_send_s=heard["latest_send_s"],
        refused=sum(reason is not None for reason in heard["refused"]),
        load_before=load_before,
        took_s=heard["took_s"],
    )


def finals(runs: Iterable[Run]) -> list[float]:
    """Delays of all finals, pooled."""
    return [delay for run in runs for score in run.scores for delay in score.final_s]


def drafts(runs: Iterable[Run]) -> list[float]:
    """Delays of all first sights of words, pooled."""
    return [delay for run in runs for score in run.scores for delay in score.draft_s]


def percentile(values: list[float], share: float) -> float:
    """Return a percentile; infinity when nothing ever came."""
    return float(np.percentile(values, share)) if values else float("inf")


def word_error_rate(runs: Iterable[Run]) -> float:
    """Errors over reference words, pooled; in percent."""
    scores = [score for run in runs for score in run.scores]
    return 100 * sum(s.errors for s in scores) / max(sum(s.said for s in scores), 1)


def difference_interval(ours: list[Run], theirs: list[Run], seed: int = 1) -> tuple[float, float]:
    """95 % interval of our word error rate minus theirs, percent; bootstrap over paired streams."""
    pairs = [
        (a.errors, b.errors, a.said)
        for run, peer in zip(ours, theirs, strict=True)
        for a, b in zip(run.scores, peer.scores, strict=True)
    ]
    table = np.array(pairs, dtype=float)
    rng = np.random.default_rng(seed)
    picks = rng.integers(0, len(table), size=(4000, len(table)))
    sums = table[picks].sum(axis=1)
    differences = 100 * (sums[:, 0] - sums[:, 1]) / sums[:, 2]
    low, high = np.percentile(differences, [2.5, 97.5])
    return float(low), float(high)
