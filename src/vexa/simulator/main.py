"""`python -m vexa.simulator --home DIR`: the simulator as a process of its own.

Prints one JSON line with its addresses on standard output when ready, logs to standard error,
stops on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

import structlog

from vexa.kit.logs import LEVELS
from vexa.kit.settings import load_settings
from vexa.simulator.app import Simulator
from vexa.simulator.settings import SimulatorSettings


async def _serve(settings: SimulatorSettings, home: Path, seed: int | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Simulator(
        home,
        https_port=settings.simulator_https_port,
        control_port=settings.simulator_control_port,
        seed=seed,
    ) as simulator:
        sys.stdout.write(json.dumps(simulator.addresses()) + "\n")
        sys.stdout.flush()
        await stop.wait()


def log_to_stderr(level: str) -> None:
    """Standard output belongs to the line of addresses."""
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
    )


def run() -> None:
    """Run until told to stop. Raises ConfigurationError for a wrong setting."""
    parser = argparse.ArgumentParser(prog="python -m vexa.simulator", description=__doc__)
    parser.add_argument("--home", type=Path, help="folder for certificates, events and truth")
    parser.add_argument("--seed", type=int, help="repeatable ids and flickers")
    arguments = parser.parse_args()
    settings = load_settings(SimulatorSettings)
    log_to_stderr(settings.log_level)
    seed = settings.simulator_seed if arguments.seed is None else arguments.seed
    asyncio.run(_serve(settings, arguments.home or settings.home, seed))
