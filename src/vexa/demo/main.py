"""`vexa demo`: from nothing to a transcript on screen, and how right it is.

Order: speech, simulator, server, user, meeting, bot, talk, scores. The last line on standard
output is one JSON object; everything else goes to standard error.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx2

from vexa.contracts.errors import VexaError
from vexa.demo.api_client import ApiClient, Frame
from vexa.demo.heard import read_frames
from vexa.demo.live_view import LiveView
from vexa.demo.scores import score
from vexa.demo.screenplay import Screenplay, compose
from vexa.demo.settings import DemoSettings
from vexa.demo.simulated_meeting import (
    SimulatedMeeting,
    SimulatorProcess,
    random_code,
    said_words,
)
from vexa.demo.speech import read_recordings
from vexa.kit.report import Report
from vexa.kit.settings import load_settings
from vexa.kit.tasks import BackgroundTasks
from vexa.simulator.flite import write_flite_speech
from vexa.supervision.ports import settings_with_free_ports
from vexa.supervision.up import Server

#: The bot opens a browser, waits to be let in, and is let in.
JOIN_S = 90.0
#: No frame for this long after the last word means that everything is final.
QUIET_S = 6.0
#: After this the scores are made with what there is.
LAST_WORDS_S = 60.0


class DemoFailed(VexaError):
    """The demo did not come to its end."""

    code = "demo_failed"


class Demo:
    """One run."""

    def __init__(self, settings: DemoSettings, view: LiveView) -> None:
        self._settings = settings
        self._view = view
        self._home = settings.vexa_home.resolve() / "demo"
        self._frames: list[Frame] = []
        self._tasks = BackgroundTasks()

    async def run(self, report: Report) -> None:
        """Run all of it. Raises VexaError when a step fails."""
        play = await asyncio.to_thread(self._compose)
        simulator = SimulatorProcess(self._home / "simulator")
        await simulator.start()
        server = self._make_server(simulator.addresses)
        try:
            self._view.say("starting the server")
            await asyncio.to_thread(server.start)
            await self._hold_meeting(server, simulator, play, report)
        finally:
            await self._tasks.aclose()
            self._view.say("ending the server and its bots")
            await asyncio.to_thread(server.stop)
            await simulator.stop()

    def _compose(self) -> Screenplay:
        folder = self._settings.speech
        if folder is None:
            folder = self._home / "speech"
            write_flite_speech(folder)
        return compose(read_recordings(folder), self._settings.seed)

    def _make_server(self, addresses: dict[str, Any]) -> Server:
        browser = {
            "BOT_BROWSER_HOST_RULES": addresses["host_rules"],
            "BOT_BROWSER_CA_FILE": addresses["ca_file"],
            "BOT_BROWSER_LOOPBACK_MEDIA": "1",
            "WHISPER_MODEL_SIZE": self._settings.whisper_model_size,
        }
        settings = settings_with_free_ports(vexa_home=self._home)
        return Server(lambda line: self._view.say(line), settings, browser)

    async def _hold_meeting(
        self, server: Server, simulator: SimulatorProcess, play: Screenplay, report: Report
    ) -> None:
        ports = server.settings
        gateway_url = f"http://127.0.0.1:{ports.api_gateway_port}"
        client = ApiClient(gateway_url, server.admin_api_token)
        meeting = SimulatedMeeting(simulator.addresses["control_url"], random_code())
        try:
            await client.sign_up()
            await self._wait_for_model(ports.whisper_live_health_port)
            await meeting.create()
            await meeting.join_early(play)
            await self._bring_bot_in(client, meeting)
            await self._talk(meeting, play)
            scores = await self._finish(client, meeting, play, ports.whisper_live_health_port)
            report.emit(scores)
            if not self._settings.demo_exit:
                await self._stay(simulator, meeting, gateway_url)
            await client.stop_bot(meeting.code)
            await client.wait_for_status(meeting.code, {"completed", "failed"}, 30.0)
        finally:
            await client.aclose()
            await meeting.aclose()

    async def _wait_for_model(self, port: int) -> None:
        url = f"http://127.0.0.1:{port}/readyz"
        async with httpx2.AsyncClient(trust_env=False) as http:
            for _ in range(120):
                answer = await http.get(url)
                if answer.status_code == 200:
                    return
                await asyncio.sleep(0.5)
        raise DemoFailed(f"no speech model: {answer.text}")

    async def _bring_bot_in(self, client: ApiClient, meeting: SimulatedMeeting) -> None:
        self._view.say(f"sending a bot into the simulated Google Meet {meeting.code}")
        await client.send_bot(meeting.code)
        self._tasks.spawn("live-feed", self._watch(client, meeting.code))
        if not await meeting.wait_for_knock(JOIN_S):
            body = await client.transcript(meeting.code)
            raise DemoFailed(f"the bot did not knock; its meeting is {body['status']}")
        await meeting.admit()
        body = await client.wait_for_status(meeting.code, {"active", "failed"}, JOIN_S)
        if body["status"] != "active":
            raise DemoFailed(f"the bot did not get in: {body['data'].get('outcome_message')}")

    async def _watch(self, client: ApiClient, code: str) -> None:
        async for arrived_s, frame in client.frames(code):
            self._frames.append((arrived_s, frame))
            self._view.show(frame)

    async def _talk(self, meeting: SimulatedMeeting, play: Screenplay) -> None:
        self._view.say(f"{len(play.joins_s)} people talk for {play.end_s:.0f} s")
        await meeting.start(play)
        await meeting.wait_until_said()

    async def _finish(
        self, client: ApiClient, meeting: SimulatedMeeting, play: Screenplay, health_port: int
    ) -> dict[str, Any]:
        await self._wait_for_last_words()
        truth, transcript = await meeting.truth(), await client.transcript(meeting.code)
        scores = score(said_words(truth), read_frames(self._frames))
        self._keep(truth, transcript)
        async with httpx2.AsyncClient(trust_env=False) as http:
            health = (await http.get(f"http://127.0.0.1:{health_port}/health")).json()
        figures: dict[str, Any] = {
            **asdict(scores),
            "segments": sum(segment["completed"] for segment in transcript["segments"]),
            "participants": len(play.joins_s),
            "overlap_share": round(play.overlap_share, 3),
            "speech": "human" if self._settings.speech else "flite",
            "engine": health.get("engine"),
            "model_sha256": health.get("model_sha256"),
            "simulated": True,
        }
        for key, value in figures.items():
            self._view.say(f"  {key:18} {value}")
        return figures

    async def _wait_for_last_words(self) -> None:
        loop = asyncio.get_running_loop()
        deadline_s, seen, quiet_from_s = loop.time() + LAST_WORDS_S, -1, loop.time()
        while loop.time() < deadline_s and loop.time() - quiet_from_s < QUIET_S:
            if len(self._frames) != seen:
                seen, quiet_from_s = len(self._frames), loop.time()
            await asyncio.sleep(0.25)

    def _keep(self, truth: list[dict[str, Any]], transcript: dict[str, Any]) -> None:
        folder = self._settings.demo_out
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        frames = [{"arrived_s": arrived_s, **frame} for arrived_s, frame in self._frames]
        _write_lines(folder / "frames.jsonl", frames)
        _write_lines(folder / "truth.jsonl", truth)
        (folder / "transcript.json").write_text(json.dumps(transcript, indent=1))

    async def _stay(
        self, simulator: SimulatorProcess, meeting: SimulatedMeeting, gateway_url: str
    ) -> None:
        port = simulator.addresses["https_port"]
        own_page = simulator.addresses.get("browser_url", f"http://localhost:{port}")
        self._view.say("The bot stays in the meeting. Join it in a browser on this machine,")
        self._view.say(
            f"speak under your own name, and read yourself here: {own_page}/{meeting.code}"
        )
        self._view.say(f"Let people in at {simulator.addresses['control_url']}/host/{meeting.code}")
        self._view.say(f"The server's own pages: {gateway_url}/docs. Ctrl-C ends everything.")
        await asyncio.Event().wait()


def _write_lines(path: Path, lines: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


async def _run_until_signal(demo: Demo, report: Report) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await demo.run(report)


def run_demo() -> None:
    """Run the demo as the settings say."""
    report = Report()
    with LiveView() as view:
        asyncio.run(_run_until_signal(Demo(load_settings(DemoSettings), view), report))
