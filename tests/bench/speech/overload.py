"""More talkers than the machine can carry, for a while: what all get then, and afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.bench.speech.runs import Run, percentile
from tests.bench.speech.scores import StreamScore

#: Recovered within this time after the crowd has left, seconds.
RECOVERY_S = 10.0


@dataclass(frozen=True)
class Crowd:
    """Some talk all the time; the others come at `comes_s` and have left at `leaves_s`."""

    steady: int = 4
    extra: int = 16
    comes_s: float = 30.0
    stays_s: float = 60.0
    after_s: float = 60.0

    @property
    def leaves_s(self) -> float:
        """When the last of the crowd has said its last word, seconds."""
        return self.comes_s + self.stays_s

    @property
    def seconds(self) -> float:
        """How long the steady ones talk."""
        return self.leaves_s + self.after_s


def overload_keys(run: Run, crowd: Crowd) -> dict[str, Any]:
    """Say what an overload did; the steady talkers are the first streams of the run."""
    steady = run.scores[: crowd.steady]
    came = [score for score in run.scores[crowd.steady :] if score.final_s]
    during = [delay for score in came for delay in score.final_s]
    during += _between(steady, crowd.comes_s, crowd.leaves_s)
    return {
        "talkers": run.talkers,
        "refused": run.refused,
        "top_level": max(score.top_level for score in run.scores),
        "final_p50_s_before": _p50(_between(steady, 0.0, crowd.comes_s)),
        "final_p50_s_during": _p50(during),
        "final_max_s_during": round(max(during, default=float("inf")), 1),
        "final_p50_s_after": _p50(_between(steady, crowd.leaves_s + RECOVERY_S, crowd.seconds)),
        "final_p95_s_after": round(
            percentile(_between(steady, crowd.leaves_s + RECOVERY_S, crowd.seconds), 95), 1
        ),
        "steady_wer": round(
            100 * sum(score.errors for score in steady) / sum(score.said for score in steady), 1
        ),
    }


def _between(scores: Iterable[StreamScore], start_s: float, end_s: float) -> list[float]:
    return [
        delay
        for score in scores
        for delay, spoken_s in zip(score.final_s, score.spoken_at_s, strict=True)
        if start_s <= spoken_s < end_s
    ]


def _p50(delays: list[float]) -> float:
    return round(percentile(delays, 50), 1)
