"""The control API's refusals, its records, and how the process starts and stops."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.integration.simulator.conftest import CODE, OpenPage, join
from vexa.simulator.app import Simulator
from vexa.simulator.client import ControlClient
from vexa.simulator.process import SimulatorProcess

#: How long httpx keeps an idle connection, s.
CLIENTS_KEEP_S = 5.0


async def refused(control_url: str, method: str, path: str, body: object) -> tuple[int, str]:
    async with httpx2.AsyncClient(base_url=control_url) as http:
        response = await http.request(method, f"/control{path}", json=body)
        return response.status_code, response.text


@pytest.mark.parametrize(
    ("path", "body", "status", "named"),
    [
        ("/meetings", {"native_id": "abc-defg-hij", "acces": "ask"}, 422, "acces"),
        ("/meetings", {"native_id": "nonsense"}, 422, "native_id"),
        ("/meetings", {"native_id": "aaa-aaaa-aaa"}, 409, "aaa-aaaa-aaa"),
        ("/meetings/aaa-aaaa-aaa/participants", {"name": "A", "wav": "x"}, 422, "wav"),
        (
            "/meetings/aaa-aaaa-aaa/participants",
            {"name": "A", "speech": [{"at_s": 0, "file": "/nowhere.wav"}]},
            422,
            "nowhere.wav",
        ),
        ("/meetings/aaa-aaaa-aaa/participants", {"name": "A", "speech": [{"at_s": 0}]}, 422, "say"),
        ("/meetings/aaa-aaaa-aaa/admit", {}, 409, "knocking"),
        ("/meetings/aaa-aaaa-aaa/admit", {"visitor": "nobody"}, 404, "nobody"),
        ("/meetings/aaa-aaaa-aaa/toast", {"txt": "hi"}, 422, "txt"),
        ("/meetings/aaa-aaaa-aaa/dialog", {}, 422, "dialog"),
        ("/meetings/aaa-aaaa-aaa/layout", {"layout": "cinema"}, 409, "in_call"),
        ("/meetings/zzz-zzzz-zzz/clock", {}, 404, "zzz-zzzz-zzz"),
    ],
)
async def test_refusals_name_what_is_wrong(
    path: str, body: object, status: int, named: str, tmp_path: Path
) -> None:
    async with Simulator(tmp_path) as simulator, ControlClient(simulator.control_url) as control:
        await control.create_meeting("aaa-aaaa-aaa")
        got, text = await refused(simulator.control_url, "POST", path, body)
        assert (got, named in text) == (status, True), text


@pytest.mark.parametrize(("platform", "code"), [("jitsi", "standup"), ("teams", "245967981103")])
async def test_a_captcha_is_ordered_where_there_is_one_and_else_refused(
    platform: str, code: str, tmp_path: Path
) -> None:
    async with Simulator(tmp_path) as simulator, ControlClient(simulator.control_url) as control:
        await control.create_meeting(code, platform=platform)
        path = f"/meetings/{code}/captcha"
        got, text = await refused(simulator.control_url, "POST", path, {})
        # where it is known, nobody is there to be shown it
        assert got == (422 if platform == "jitsi" else 409), text
        named = all(word in text for word in ("platform", "google_meet, teams, zoom"))
        assert named is (platform == "jitsi"), text


async def test_a_connection_outlives_what_a_caller_keeps_idle(tmp_path: Path) -> None:
    request = b"GET /control/meetings HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with Simulator(tmp_path) as simulator:
        url = httpx2.URL(simulator.control_url)
        reader, writer = await asyncio.open_connection(url.host, url.port)
        for idle_s in (0.0, CLIENTS_KEEP_S + 1.0):
            await asyncio.sleep(idle_s)
            writer.write(request)
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(len(b"[]"))
        writer.close()


async def test_pages_are_served_with_the_throw_away_authority(tmp_path: Path) -> None:
    async with Simulator(tmp_path) as simulator:
        trust = ssl.create_default_context(cafile=str(simulator.ca_file))
        async with httpx2.AsyncClient(verify=trust) as http:
            url = f"https://127.0.0.1:{simulator.https_port}/"
            headers = {"Host": "meet.google.com"}
            names = {"sni_hostname": "meet.google.com"}
            response = await http.get(url, headers=headers, extensions=names)
        assert response.status_code == 200
        assert not (tmp_path / "tls" / "ca.key").exists()


async def test_process_says_where_it_is_and_ends_on_sigterm(tmp_path: Path) -> None:
    async with SimulatorProcess(tmp_path) as simulator:
        pid = simulator.pid
        async with ControlClient(simulator.control_url) as control:
            await control.create_meeting(CODE)
        rules = f"MAP meet.google.com 127.0.0.1:{simulator.https_port}"
        assert rules in simulator.host_rules
        assert pid != os.getpid()
    assert not psutil.pid_exists(pid)
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["meeting_created"]


#: A person who answers the microphone's question only after they pressed the join button.
SLOW_ANSWER_JS = """
const media = navigator.mediaDevices;
const ask = media.getUserMedia.bind(media);
media.getUserMedia = async (...wanted) => {
  await new Promise((resolve) => setTimeout(resolve, 4000));
  return ask(...wanted);
};
"""


@pytest.mark.parametrize("first_js", ["", SLOW_ANSWER_JS], ids=["at once", "after the join"])
async def test_a_person_in_their_own_browser_talks_and_listens(
    first_js: str, simulator: SimulatorProcess, control: ControlClient, open_page: OpenPage
) -> None:
    speech = [{"at_s": 1, "say": "Please check the spelling of the street names on the map."}]
    await control.create_meeting(CODE)
    ann = await control.add_participant(CODE, "Ann", speech=speech)
    listener = await open_page()
    listening = await join(listener, control, name="Notetaker")
    microphone = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    person = await open_page(*microphone)
    await person.add_init_script(first_js)
    talking = await join(person, control, name="Jo", url=simulator.person_url(CODE))
    people = (await control.meeting(CODE))["participants"]
    jo = next(item for item in people if item["name"] == "Jo")
    await control.wait_for_event(CODE, "slot", visitor=listening, stream_id=jo["stream_id"])
    await control.start_clock(CODE)
    await control.wait_for_event(CODE, "slot", visitor=talking, stream_id=ann["stream_id"])
    own = [
        e
        for e in await control.events(CODE)
        if e["event"] == "slot" and e["visitor"] == talking and e["stream_id"] == jo["stream_id"]
    ]
    assert own == []
