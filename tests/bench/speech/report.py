"""The table of a bench, its plot, and the keys of its last line."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from tests.bench.speech.runs import (
    Run,
    difference_interval,
    drafts,
    finals,
    percentile,
    word_error_rate,
)

_HEAD = (
    "| server | case | talkers | draft p50 / p95 / p99 s | final p50 / p95 / p99 s | WER % | ins. "
    "| never final % | uncovered % | changed | CPU-s/audio min | of all cores % | RSS MiB "
    "| growth s | load before |\n|" + "---|" * 15
)


def table(runs: list[Run]) -> str:
    """One row a run, as Markdown."""
    return "\n".join([_HEAD, *(_row(run) for run in runs)])


def _row(run: Run) -> str:
    said = max(sum(score.said for score in run.scores), 1)
    cells = [
        run.server,
        run.case,
        str(run.talkers) + (f" ({run.refused} refused)" if run.refused else ""),
        _spread(drafts([run])),
        _spread(finals([run])),
        f"{word_error_rate([run]):.1f}",
        f"{100 * sum(s.insertions for s in run.scores) / said:.1f}",
        f"{100 * sum(s.never_final for s in run.scores) / said:.1f}",
        f"{100 * uncovered([run]):.1f}",
        str(sum(s.settled_changed for s in run.scores)),
        f"{run.cpu_s_per_audio_min:.1f}",
        f"{100 * run.cpu_share:.0f}",
        f"{run.rss_mib:.0f}",
        f"{run.growth_s:+.1f}",
        f"{run.load_before:.1f}",
    ]
    return "| " + " | ".join(cells) + " |"


def _spread(values: list[float]) -> str:
    return " / ".join(f"{percentile(values, share):.1f}" for share in (50, 95, 99))


def uncovered(runs: list[Run]) -> float:
    """Share of the reference's time that no final covers."""
    scores = [score for run in runs for score in run.scores]
    return sum(s.uncovered_s for s in scores) / max(sum(s.timed_s for s in scores), 1e-9)


def capacity(runs: list[Run]) -> int:
    """The most talkers that were kept up with, counted up to the first that were not."""
    kept = 0
    for run in sorted(runs, key=lambda run: run.talkers):
        if not run.keeps_up:
            break
        kept = run.talkers
    return kept


def comparison(ours: list[Run], theirs: list[Run]) -> dict[str, Any]:
    """Keys that compare the two servers at four talkers."""

    def ratio(mine: list[float], other: list[float]) -> float | None:
        value = percentile(other, 50) / percentile(mine, 50)
        return round(value, 2) if math.isfinite(value) else None

    low, high = difference_interval(ours, theirs)
    return {
        "ratio_at_4": {
            "draft_p50": ratio(drafts(ours), drafts(theirs)),
            "final_p50": ratio(finals(ours), finals(theirs)),
        },
        "wer_at_4": round(word_error_rate(ours), 2),
        "peer_wer_at_4": round(word_error_rate(theirs), 2),
        "wer_diff_ci95": [round(low, 2), round(high, 2)],
        "draft_p50_s_at_4": round(percentile(drafts(ours), 50), 2),
        "final_p50_s_at_4": round(percentile(finals(ours), 50), 2),
        "final_p95_s_at_4": round(percentile(finals(ours), 95), 2),
        "settled_changed": sum(s.settled_changed for run in ours for s in run.scores),
        "uncovered_share": round(uncovered(ours), 4),
        "generator_cpu": round(max(run.generator_cpu for run in ours), 3),
        "cpu_s_per_audio_min": round(sum(r.cpu_s_per_audio_min for r in ours) / len(ours), 2),
        "peer_cpu_s_per_audio_min": round(
            sum(r.cpu_s_per_audio_min for r in theirs) / len(theirs), 2
        ),
        "load_before": [round(run.load_before, 1) for run in ours],
    }


_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 640, 360, 56, 40
_COLOURS = {"vexa": "#1a7f5a", "whisper-live": "#b3541e"}


def plot(runs: list[Run], target: Path) -> None:
    """Draw the delay of finals, p50 and p95, over the number of talkers, as SVG."""
    shown = [run for run in runs if run.case.startswith("talkers") and finals([run])]
    if not shown:
        return
    most = max(run.talkers for run in shown)
    latest = max(percentile(finals([run]), 95) for run in shown)

    def at(talkers: float, delay_s: float) -> str:
        x = _LEFT + (_WIDTH - _LEFT - 20) * talkers / most
        y = _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - 20) * delay_s / latest
        return f"{x:.1f},{y:.1f}"

    parts = [
        _line(f"{at(0, 0)} {at(most, 0)}", "#444"),
        _line(f"{at(0, 0)} {at(0, latest)}", "#444"),
    ]
    for talkers in sorted({run.talkers for run in shown}):
        x, _ = at(talkers, 0).split(",")
        parts.append(_text(x, str(_HEIGHT - 22), str(talkers), "middle"))
    for tick in range(0, math.ceil(latest) + 1, max(1, math.ceil(latest / 6))):
        _, y = at(0, min(tick, latest)).split(",")
        parts.append(_text(str(_LEFT - 6), y, f"{tick} s", "end"))
    for server, colour in _COLOURS.items():
        mine = [run for run in shown if run.server == server]
        counts = sorted({run.talkers for run in mine})
        delays = {count: finals(run for run in mine if run.talkers == count) for count in counts}
        for share, dash in ((50, ""), (95, "6 4")):
            points = " ".join(at(count, percentile(delays[count], share)) for count in counts)
            parts.append(_line(points, colour, dash))
        row = str(16 + 16 * list(_COLOURS).index(server))
        label = f"{server}: finals p50 (line), p95 (dashes)"
        parts.append(_text(str(_LEFT + 12), row, label, "start", colour))
    parts.append(_text(str(_WIDTH // 2), str(_HEIGHT - 6), "continuous talkers", "middle"))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">'
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join([head, *parts, "</svg>"]) + "\n")


def _line(points: str, colour: str, dash: str = "") -> str:
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" '
        f'stroke-dasharray="{dash}"/>'
    )


def _text(x: str, y: str, text: str, anchor: str, colour: str = "#222") -> str:
    return (
        f'<text x="{x}" y="{y}" font-family="sans-serif" font-size="12" fill="{colour}" '
        f'text-anchor="{anchor}">{text}</text>'
    )
