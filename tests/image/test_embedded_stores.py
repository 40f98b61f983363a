"""The container that keeps its stores itself, on a mount, under a profile like Docker's."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from tests.image import double, promises
from tests.image.conftest import MODEL
from tests.image.engine import Container, Docker
from tests.support.wait_until import wait_until
from vexa.demo.api_client import ApiClient
from vexa.demo.speech import Recording
from vexa.simulator.process import SimulatorProcess

#: The port that a host may hand out although a program here has it.
PORT = "8080"


@pytest.mark.timeout(400)
async def test_what_was_said_outlives_the_container(
    docker: Docker,
    models_volume: str,
    recordings: list[Recording],
    like_docker: str,
    tmp_path: Path,
) -> None:
    play = double.conversation(recordings, 2)
    async with SimulatorProcess(tmp_path / "simulator") as simulator:
        state = tmp_path / "state"
        state.mkdir()
        environment = {
            "ADMIN_API_TOKEN": promises.ADMIN_TOKEN,
            "WHISPER_MODEL_SIZE": MODEL,
            "PORT": PORT,
            **double.double_environment(simulator),
        }
        flags = (
            *("-v", f"{state}:/var/lib/vexa", "-v", models_volume),
            *("-v", double.ca_mount(simulator, tmp_path / "double")),
            *("--security-opt", like_docker),
        )
        container = Container.start(docker, "vexa", environment, *flags)
        try:
            promises.wait_until_ready(container)
            promises.check_status(container, stores=True)
            _answers_on_both_ports()
            client = await promises.signed_up()
            async with double.meeting_with_bot(simulator, client, play) as meeting:
                await wait_until(meeting.is_knocking, within_s=double.JOIN_S, what="knock")
                await meeting.admit()
                await client.wait_for_status(meeting.code, {"active", "failed"}, double.JOIN_S)
                bot_logs = container.run("sh", "-c", "cat /var/log/vexa-bots/*.log").stdout
                assert "browser_not_sandboxed" in bot_logs
                assert "this host refuses user namespaces" in bot_logs
                await meeting.start(play)
                await meeting.wait_until_said()
                container.stop()
            container = Container.start(docker, "vexa", environment, *flags)
            promises.wait_until_ready(container)
            again = ApiClient(promises.GATEWAY, promises.ADMIN_TOKEN)
            await again.sign_up()
            body = await again.transcript(meeting.code)
            assert body["status"] == "completed", body
            shares = [promises.heard_share(body["segments"], play, n) for n in range(2)]
            assert min(shares) >= 0.5, shares
            await again.aclose()
            await client.aclose()
        finally:
            container.remove()


def _answers_on_both_ports() -> None:
    for host in ("127.0.0.1", "[::1]"):
        for port in ("8056", PORT):
            answer = httpx2.get(f"http://{host}:{port}/", trust_env=False)
            assert answer.json() == {"message": "Welcome to the Vexa API Gateway"}
