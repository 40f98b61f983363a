"""`make scorecard`: what bots report of simulated meetings, against what was true of them.

Each case (docs/benchmarks/scorecard.md) is run with `SCORECARD_MEETINGS` seeds (20), `SEED` being
the first; `QUICK=1` runs one of each. `ONLY` restricts to platforms or `platform/case`, with
commas. `SPEECH` names a folder of human speech, else flite speaks, and no accuracy is worth
quoting; `WHISPER_MODEL_SIZE` names the model (base). `SCORECARD_SILENCE_S` is the length of the
silent meetings (600; QUICK 60), `SCORECARD_TALK_S` that of talks (60; QUICK 30),
`SCORECARD_AT_ONCE` the number of meetings at a time (2).
The table goes to `build/scorecard/` (`SCORECARD_OUT`), and each result to `results.jsonl` beside it
as soon as it is there: `RESUME=1` goes on with what such a file lacks, and tells of all of it. The
last line is one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.bench.scorecard.cases import Case, UnknownCase, choose
from tests.bench.scorecard.client import ScorecardClient
from tests.bench.scorecard.kept import KeptResults
from tests.bench.scorecard.meeting import OneMeeting, World
from tests.bench.scorecard.results import Result, confusion, figures
from tests.bench.scorecard.table import PLATFORMS, SESSION, all_cases
from tests.bench.scorecard.tables import markdown
from tests.support.lent_accounts import LENT
from vexa.demo.settings import DemoSettings
from vexa.demo.speech import read_recordings
from vexa.demo.stage import open_stage
from vexa.kit.report import Report, current_commit
from vexa.kit.settings import load_settings
from vexa.simulator.client import ControlClient
from vexa.simulator.flite import write_flite_speech

ROOT = Path(__file__).parent.parent
KEPT = "results.jsonl"
#: Limits that a row of meetings would meet, and a deployment that the double serves.
ENVIRONMENT = {
    "DEFAULT_MAX_CONCURRENT_BOTS": "20",
    "MAX_BOTS": "20",
    "RATE_LIMIT_RPM": "0",
    "RATE_LIMIT_WS_RPM": "0",
    "JITSI_HOSTS": "jitsi.example.org",
}


def say(line: str) -> None:
    """Progress goes to stderr."""
    print(f"scorecard: {line}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Plan:
    """How much is run. Lengths in seconds."""

    first_seed: int
    meetings: int
    at_once: int
    talk_s: float
    silence_s: float
    resumes: bool

    def seeds(self, case: Case) -> range:
        """Seeds of one case."""
        return range(self.first_seed, self.first_seed + (1 if case.once else self.meetings))


def read_plan(seed: int, environment: dict[str, str]) -> Plan:
    """Read how much is wanted."""
    quick = environment.get("QUICK") == "1"
    return Plan(
        first_seed=seed,
        meetings=1 if quick else int(environment.get("SCORECARD_MEETINGS", "20")),
        at_once=int(environment.get("SCORECARD_AT_ONCE", "2")),
        talk_s=float(environment.get("SCORECARD_TALK_S", "30" if quick else "60")),
        silence_s=float(environment.get("SCORECARD_SILENCE_S", "60" if quick else "600")),
        resumes=environment.get("RESUME") == "1",
    )


async def run_cases(world: World, plan: Plan, cases: list[Case], kept: KeptResults) -> None:
    """Run every meeting of every case that is not kept yet, some at a time."""
    free = asyncio.Semaphore(plan.at_once)
    # seed by seed, so that a round that is broken off has something of every case
    wanted = [
        (case, seed)
        for seed in range(plan.first_seed, plan.first_seed + plan.meetings)
        for case in cases
        if seed in plan.seeds(case) and not kept.has(case, seed)
    ]
    done, commit = 0, (current_commit(ROOT) or "unknown")[:12]

    async def run(case: Case, seed: int) -> None:
        nonlocal done
        async with free:
            result = await OneMeeting(world, case, seed).run()
        kept.add(result, commit)
        done += 1
        told = "true" if result.is_true else f"UNTRUE: {result.told.outcome} {result.untrue}"
        say(f"{done}/{len(wanted)} {case.key} seed {seed}: {told}")

    await asyncio.gather(*(run(case, seed) for case, seed in wanted))


def lend_accounts(folder: Path) -> Path:
    """Write the accounts that bots may ask for into a new folder; return the folder."""
    folder.mkdir()
    for platform, account in LENT.items():
        (folder / f"{platform}.json").write_text(json.dumps(account(SESSION)))
    return folder


async def measure(
    settings: DemoSettings, home: Path, plan: Plan, cases: list[Case], kept: KeptResults
) -> None:
    """Start simulator and server, run the cases, end everything."""
    folder = settings.speech or home / "speech"
    if settings.speech is None:
        write_flite_speech(folder)
    model = settings.whisper_model_size
    environment = {**ENVIRONMENT, "BOT_ACCOUNTS_DIR": str(lend_accounts(home / "accounts"))}
    async with (
        open_stage(home, say, model=model, extra_environment=environment) as stage,
        ControlClient(stage.simulator.control_url) as control,
    ):
        client = ScorecardClient(stage.gateway_url, stage.server.admin_api_token)
        try:
            await client.sign_up()
            recordings = read_recordings(folder)
            world = World(client, control, recordings, home, plan.talk_s, plan.silence_s)
            await run_cases(world, plan, cases, kept)
        finally:
            await client.aclose()


def report_keys(results: list[Result]) -> dict[str, Any]:
    """Return the keys of the last line."""
    by_platform = {
        name: figures(members)
        for name in PLATFORMS
        if (members := [one for one in results if one.case.platform == name])
    }
    return {
        **figures(results),
        "platforms": by_platform,
        "confusion": {true: dict(told) for true, told in confusion(results).items()},
        "untrue": [f"{one.case.key}/{one.seed}" for one in results if not one.is_true],
    }


def main() -> int:
    """0 when every outcome was told true and no name was wrong; 2 for a wrong `ONLY`."""
    report = Report()
    # ended by a plain kill too, it ends its server and bots
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    settings = load_settings(DemoSettings)
    try:
        cases = choose(all_cases(), os.environ.get("ONLY"))
    except UnknownCase as exc:
        say(str(exc))
        return 2
    plan = read_plan(settings.seed, dict(os.environ))
    out = Path(os.environ.get("SCORECARD_OUT", ROOT / "build" / "scorecard"))
    if not plan.resumes:
        (out / KEPT).unlink(missing_ok=True)
    kept = KeptResults(out / KEPT, cases)
    load = [round(os.getloadavg()[0], 1)]
    with tempfile.TemporaryDirectory(prefix="vexa-scorecard-") as folder:
        asyncio.run(measure(settings, Path(folder), plan, cases, kept))
    load.append(round(os.getloadavg()[0], 1))
    results = sorted(kept.results, key=lambda one: (cases.index(one.case), one.seed))
    speech = "human" if settings.speech else "flite"
    conditions = (
        f"Simulated. {len(cases)} cases; seeds from {plan.first_seed}, {plan.meetings} a case; "
        f"{plan.at_once} at a time; talks {plan.talk_s:.0f} s; silence {plan.silence_s:.0f} s; "
        f"speech {speech}; model "
        f"{settings.whisper_model_size}; load average {load[0]} before, {load[1]} after."
    )
    (out / "scorecard.md").write_text(markdown(results, conditions))
    keys = report_keys(results)
    facts = {"speech": speech, "simulated": True, "load": load, "seeds": plan.meetings}
    report.emit({**keys, **facts, "model": settings.whisper_model_size})
    return 0 if keys["outcome_truth"] == 1 and not keys["named_wrong_words"] else 1


if __name__ == "__main__":
    sys.exit(main())
