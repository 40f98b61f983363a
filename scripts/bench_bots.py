"""`make bench-bots`: what bots cost in simulated Google Meet meetings, and how they join.

1, 5 and 10 bots (`BOTS=1,5,10`), each in a meeting of its own with three people who talk and three
moving pictures (`CAMERAS=3`), over 60 s (`QUICK=1`: 15 s); then 20 joins in a row and 10 at once.
`PART=cost` or `PART=joins` does one of the two. The speech server only keeps what it hears. The
last line is one JSON object; the bare `pss_…` and `cpu_…` keys are of Chromium, those with `_all_`
count the Node driver and Python too.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.bench.bots.costs import CHROMIUM, PARTS
from tests.bench.bots.crowd import Figures, measure
from tests.bench.bots.joins import join_at_once, join_in_a_row
from tests.bench.bots.place import CAMERAS, open_place
from vexa.kit.report import Report

FULL_S, QUICK_S = 60.0, 15.0
IN_A_ROW, AT_ONCE = 20, 10
ROW = "{:>4} {:>6} " + " {:>9}" * 9


def percentile(values: list[float], share: float) -> float | None:
    """Return the value below which so many lie, with two digits; None of none."""
    ordered = sorted(values)
    if not ordered:
        return None
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)


def show(figures: Figures) -> None:
    """Print a row of the table; memory and processor time are for each bot that came."""
    n = max(1, figures.came)
    memory = [round(figures.pss_mib[part] / n) for part in PARTS]
    cpu = [round(figures.cpu_percent[part] / n, 1) for part in PARTS]
    load = f"{figures.load_before:.0f}-{figures.load_after:.0f}"
    row = (figures.bots, load, *memory, *cpu, round(figures.double_cpu_percent))
    print(ROW.format(*row), file=sys.stderr, flush=True)


def show_lost(figures: Figures) -> None:
    """Print what of the talk did not arrive."""
    late = "" if figures.talk_over else "; the talk had not ended"
    print(f"lost {figures.lost_s:.1f} s of {figures.said_s:.0f} s{late}", file=sys.stderr)


def cost_keys(figures: Figures) -> dict[str, Any]:
    """Return the keys of one number of bots."""
    n, came = figures.bots, max(1, figures.came)
    return {
        f"bots_in_{n}": figures.came,
        f"pss_mb_per_bot_{n}": round(figures.pss_mib[CHROMIUM] / came, 1),
        f"pss_mb_per_bot_all_{n}": round(sum(figures.pss_mib.values()) / came, 1),
        f"pss_mb_all_{n}": round(sum(figures.pss_mib.values())),
        f"cpu_pct_per_bot_{n}": round(figures.cpu_percent[CHROMIUM] / came, 1),
        f"cpu_pct_per_bot_all_{n}": round(sum(figures.cpu_percent.values()) / came, 1),
        f"pss_mb_by_part_{n}": {part: round(figures.pss_mib[part] / came, 1) for part in PARTS},
        f"cpu_pct_by_part_{n}": {
            part: round(figures.cpu_percent[part] / came, 1) for part in PARTS
        },
        f"double_cpu_pct_{n}": round(figures.double_cpu_percent, 1),
        f"speech_server_cpu_pct_{n}": round(figures.speech_cpu_percent, 1),
        f"audio_said_s_{n}": round(figures.said_s, 2),
        f"audio_lost_s_{n}": round(figures.lost_s, 2),
        f"talk_over_{n}": figures.talk_over,
        f"load_before_{n}": round(figures.load_before, 2),
        f"load_after_{n}": round(figures.load_after, 2),
    }


async def bench(
    folder: Path, parts: list[str], counts: list[int], seconds: float
) -> dict[str, Any]:
    """Measure what is asked for; return the keys of the report."""
    keys: dict[str, Any] = {"window_s": seconds, "cameras": CAMERAS}
    async with open_place(folder) as (place, control):
        if "cost" in parts:
            heads = [f"{part.split()[0]} {unit}" for unit in ("MiB", "%") for part in PARTS]
            print(ROW.format("bots", "load", *heads, "double %"), file=sys.stderr)
            lost_s = 0.0
            for count in counts:
                figures = await measure(place, control, count, seconds, show)
                show_lost(figures)
                keys |= cost_keys(figures)
                lost_s += figures.lost_s
            keys["audio_lost_s"] = round(lost_s, 2)
        if "joins" in parts:
            row = await join_in_a_row(place, control, IN_A_ROW)
            crowd = await join_at_once(place, control, AT_ONCE)
            keys |= {
                "join_s_p50": percentile(row.took_s, 0.5),
                "join_s_p95": percentile(row.took_s, 0.95),
                "join_at_once_s_p50": percentile(crowd.took_s, 0.5),
                "join_at_once_s_max": percentile(crowd.took_s, 1.0),
                "joins": row.sent + crowd.sent,
                "joins_active": len(row.took_s) + len(crowd.took_s),
            }
    left = place.leavings
    return {**keys, "swept": left.swept, "left_behind": left.processes + left.folders}


def main() -> int:
    """Measure and report; 0 when every bot came and nothing was left."""
    report = Report()
    parts = os.environ.get("PART", "cost,joins").split(",")
    counts = [int(number) for number in os.environ.get("BOTS", "1,5,10").split(",")]
    quick = os.environ.get("QUICK") == "1"
    with tempfile.TemporaryDirectory(prefix="vexa-bench-") as name:
        keys = asyncio.run(bench(Path(name), parts, counts, QUICK_S if quick else FULL_S))
    report.emit({"quick": quick, **keys})
    are_all_in = "cost" not in parts or all(keys[f"bots_in_{n}"] == n for n in counts)
    joined = keys.get("joins") == keys.get("joins_active")
    return 0 if keys["left_behind"] == 0 and are_all_in and joined else 1


if __name__ == "__main__":
    sys.exit(main())
