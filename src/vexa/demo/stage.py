"""Everything a simulated meeting needs, up and running: simulator, server, user, meeting, bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from vexa.contracts.errors import VexaError
from vexa.demo.api_client import ApiClient, Frame
from vexa.demo.screenplay import Screenplay
from vexa.demo.simulated_meeting import SimulatedMeeting, random_code
from vexa.kit.tasks import BackgroundTasks
from vexa.simulator.client import ControlClient
from vexa.simulator.process import SimulatorProcess
from vexa.supervision.ports import settings_with_free_ports
from vexa.supervision.up import Server

#: The bot opens a browser, waits to be let in, and is let in.
JOIN_S = 90.0
#: A model is joined from its package, checked and loaded.
MODEL_S = 120.0

Say = Callable[[str], None]
OnFrame = Callable[[dict[str, Any]], None]


class StageFailed(VexaError):
    """The simulated meeting could not be set up."""

    code = "stage_failed"


@dataclass
class Stage:
    """One server, one simulated meeting, and the client that watches it."""

    home: Path
    say: Say
    server: Server
    simulator: SimulatorProcess
    client: ApiClient
    meeting: SimulatedMeeting
    tasks: BackgroundTasks = field(default_factory=BackgroundTasks)
    frames: list[Frame] = field(default_factory=list)

    @property
    def gateway_url(self) -> str:
        """Where the server's public interface is."""
        return f"http://127.0.0.1:{self.server.settings.api_gateway_port}"

    async def whisperlive_health(self) -> dict[str, Any]:
        """What the speech server says of itself."""
        port = self.server.settings.whisper_live_health_port
        async with httpx2.AsyncClient(trust_env=False) as http:
            health: dict[str, Any] = (await http.get(f"http://127.0.0.1:{port}/health")).json()
            return health

    async def wait_for_model(self) -> None:
        """Return when speech can be transcribed. Raises StageFailed."""
        port = self.server.settings.whisper_live_health_port
        deadline_s = asyncio.get_running_loop().time() + MODEL_S
        async with httpx2.AsyncClient(trust_env=False) as http:
            while True:
                answer = await http.get(f"http://127.0.0.1:{port}/readyz")
                if answer.status_code == 200:
                    return
                if asyncio.get_running_loop().time() > deadline_s:
                    raise StageFailed(f"no speech model: {answer.text}")
                await asyncio.sleep(0.5)

    async def bring_bot_in(self) -> None:
        """Send a bot, let it in, return when it is active. Raises StageFailed."""
        code = self.meeting.code
        await self.client.send_bot(code)
        await self._wait_for_knock()
        await self.meeting.admit()
        body = await self.client.wait_for_status(code, {"active", "failed"}, JOIN_S)
        if body["status"] != "active":
            raise StageFailed(f"the bot did not get in: {body['data'].get('outcome_message')}")

    async def _wait_for_knock(self) -> None:
        deadline_s = asyncio.get_running_loop().time() + JOIN_S
        while not await self.meeting.is_knocking():
            body = await self.client.transcript(self.meeting.code)
            is_late = asyncio.get_running_loop().time() > deadline_s
            if is_late or body["status"] in {"failed", "completed"}:
                why = body["data"].get("outcome_message", "")
                raise StageFailed(f"the bot did not knock; its meeting is {body['status']}. {why}")
            await asyncio.sleep(0.3)

    def watch(self, on_frame: OnFrame) -> None:
        """Keep every frame of the live feed from now on, and pass it on."""
        self.tasks.spawn("live-feed", self._watch(on_frame))

    def watch_again(self) -> None:
        """Watch the newest bot of the meeting, besides those before it."""
        self.watch(lambda _frame: None)

    async def _watch(self, on_frame: OnFrame) -> None:
        async for arrived_s, frame in self.client.frames(self.meeting.code):
            self.frames.append((arrived_s, frame))
            on_frame(frame)

    async def talk(self, play: Screenplay) -> None:
        """Start the meeting's clock; return when everything has been said."""
        await self.meeting.start(play)
        await self.meeting.wait_until_said()


def _environment(simulator: SimulatorProcess, model: str) -> dict[str, str]:
    return {
        "BOT_BROWSER_HOST_RULES": simulator.host_rules,
        "BOT_BROWSER_CA_FILE": str(simulator.ca_file),
        "BOT_BROWSER_LOOPBACK_MEDIA": "1",
        "WHISPER_MODEL_SIZE": model,
    }


@asynccontextmanager
async def _running(server: Server, say: Say) -> AsyncIterator[None]:
    try:
        say("starting the server")
        await asyncio.to_thread(server.start)
        yield
    finally:
        say("ending the server and its bots")
        await asyncio.to_thread(server.stop)


@asynccontextmanager
async def open_stage(
    home: Path, say: Say, *, model: str, extra_environment: dict[str, str] | None = None
) -> AsyncIterator[Stage]:
    """Set everything up to the point where a bot can be sent; end all of it afterwards.

    Raises:
        VexaError: a port, tool, model or program is in the way.
    """
    async with (
        SimulatorProcess(home / "simulator") as simulator,
        ControlClient(simulator.control_url) as control,
    ):
        environment = {**_environment(simulator, model), **(extra_environment or {})}
        server = Server(say, settings_with_free_ports(vexa_home=home), environment)
        async with _running(server, say):
            gateway_url = f"http://127.0.0.1:{server.settings.api_gateway_port}"
            client = ApiClient(gateway_url, server.admin_api_token)
            meeting = SimulatedMeeting(control, random_code())
            stage = Stage(home, say, server, simulator, client, meeting)
            try:
                await stage.wait_for_model()
                await client.sign_up()
                await meeting.create()
                yield stage
            finally:
                await stage.tasks.aclose()
                await client.aclose()
