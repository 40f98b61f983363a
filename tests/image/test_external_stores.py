"""The container with Postgres and Redis outside it, and two bots in meetings. Simulated Meet."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.image import double, promises
from tests.image.conftest import MODEL
from tests.image.engine import SHM_MB, Container, Docker
from tests.image.stores import AWKWARD, ExternalStores, external_stores
from tests.support.wait_until import wait_until
from vexa.demo.api_client import ApiClient
from vexa.demo.screenplay import Screenplay
from vexa.demo.speech import Recording
from vexa.simulator.process import SimulatorProcess

ROLE = "we/ird@role"
#: Redis's own file of accounts knows no spaces in a password.
REDIS_PASSWORD = AWKWARD.replace(" ", "")
TURNS = 4
IDLE_S = 20


@pytest.mark.timeout(580)
async def test_two_bots_every_command_and_a_stop_with_bots_inside(
    docker: Docker,
    models_volume: str,
    recordings: list[Recording],
    tmp_path: Path,
    measured: dict[str, Any],
) -> None:
    play = double.conversation(recordings, TURNS)
    with external_stores(tmp_path / "redis", {ROLE: (AWKWARD, "a b")}, [REDIS_PASSWORD]) as stores:
        async with SimulatorProcess(tmp_path / "simulator") as simulator:
            environment = {**_environment(stores), **double.double_environment(simulator)}
            volumes = (
                *("-v", models_volume, "-v", double.ca_mount(simulator, tmp_path / "double")),
                *("--add-host", "host:127.0.0.1"),
            )
            container = Container.start(docker, "vexa", environment, *volumes)
            try:
                measured["ready_s"] = round(promises.wait_until_ready(container), 1)
                await asyncio.sleep(IDLE_S)
                sizes = container.pss_mb()
                measured["idle_pss_mb"] = round(sum(sizes.values()))
                measured["idle_parts"] = {name: round(size) for name, size in sizes.items()}
                promises.check_status(container, stores=False)
                promises.check_health(container)
                codes, keys = await _hold_meetings(container, simulator, play, measured)
                promises.check_secrets(
                    container, [promises.ADMIN_TOKEN, AWKWARD, REDIS_PASSWORD, *keys]
                )
                measured["stop_s"] = round(container.stop(), 1)
                assert container.state()["ExitCode"] == 0, container.logs()[-3000:]
                again = Container.start(docker, "vexa", environment, *volumes)
                await _check_what_was_kept(again, codes, keys[0], play)
            finally:
                container.remove()


def _environment(stores: ExternalStores) -> dict[str, str]:
    return {
        "DATABASE_URL": stores.database_urls[ROLE],
        "REDIS_URL": stores.redis_url,
        "ADMIN_API_TOKEN": promises.ADMIN_TOKEN,
        "WHISPER_MODEL_SIZE": MODEL,
    }


async def _hold_meetings(
    container: Container, simulator: SimulatorProcess, play: Screenplay, measured: dict[str, Any]
) -> tuple[list[str], list[str]]:
    """Two meetings at once, two programs restarted in them, words until the end."""
    client = await promises.signed_up()
    async with AsyncExitStack() as stack:
        meetings = [
            await stack.enter_async_context(double.meeting_with_bot(simulator, client, play))
            for _ in range(2)
        ]
        for meeting in meetings:
            await wait_until(meeting.is_knocking, within_s=double.JOIN_S, what="knock")
            await meeting.admit()
        for meeting in meetings:
            body = await client.wait_for_status(meeting.code, {"active", "failed"}, double.JOIN_S)
            assert body["status"] == "active", container.logs()[-3000:]
        promises.check_accounts(container)
        bots = {bot["container_id"] for bot in await client.running_bots()}
        talking = [asyncio.create_task(meeting.start(play)) for meeting in meetings]
        for meeting in meetings:
            await wait_until(partial(_has_words, client, meeting.code), within_s=60, what="words")
        for program in ("whisperlive", "bot-manager"):
            result = await asyncio.to_thread(
                container.run, "supervisorctl", "restart", f"vexa-core:{program}"
            )
            assert result.stdout.endswith(f"vexa-core:{program}: started\n"), result.stdout
        await asyncio.gather(*talking)
        await wait_until(promises.is_bot_manager_up, within_s=60, what="bot-manager")
        assert {bot["container_id"] for bot in await client.running_bots()} == bots
        await asyncio.gather(*(meeting.wait_until_said() for meeting in meetings))
        measured["sandbox"] = _sandbox(container)
        measured["shm_mb"] = SHM_MB
        key = client.api_key
        await client.aclose()
        return [meeting.code for meeting in meetings], [key]


def _sandbox(container: Container) -> str:
    logs = container.run("sh", "-c", "cat /var/log/vexa-bots/*.log").stdout
    return "off" if "browser_not_sandboxed" in logs else "on"


async def _has_words(client: ApiClient, code: str) -> bool:
    return bool((await client.transcript(code))["segments"])


async def _check_what_was_kept(
    container: Container, codes: list[str], key: str, play: Screenplay
) -> None:
    promises.wait_until_ready(container)
    client = ApiClient(promises.GATEWAY, promises.ADMIN_TOKEN)
    await client.sign_up()
    for code in codes:
        body = await client.transcript(code)
        assert body["status"] == "completed", body
        shares = [promises.heard_share(body["segments"], play, n) for n in range(TURNS)]
        assert min(shares) >= 0.5, (
            shares,
            [(s["speaker"], s["text"][:30]) for s in body["segments"]],
        )
        assert {s["speaker"] for s in body["segments"]} == set(double.PEOPLE)
    await client.aclose()
