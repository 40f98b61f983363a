"""The Jitsi pages in a real Chromium, and which host shows whose meetings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.async_api import Page, expect

from tests.integration.simulator.conftest import OpenPage
from vexa.simulator.app import Simulator
from vexa.simulator.client import ControlClient
from vexa.simulator.doubles import person_host

ROOM = "standup"
URL = f"https://meet.jit.si/{ROOM}"
SKIPS = (
    '#config.prejoinConfig.enabled=false&config.p2p.enabled=false&userInfo.displayName="Visitor"'
)

SEEN = """() => {
  const { conference, store } = window.APP;
  const state = store.getState();
  const { local, remote, dominantSpeaker } = state['features/base/participants'];
  return {
    joined: conference.isJoined(),
    connection: conference.getConnectionState(),
    own: local.name,
    shown: [...remote.values()].map((one) => one.name),
    members: conference._room.getParticipants().map(
      (one) => [one.getDisplayName(), one.isHidden()],
    ),
    tracks: state['features/base/tracks'].map((one) => [
      one.participantId, one.jitsiTrack.getParticipantId(), one.jitsiTrack.getOriginalStream().id,
    ]),
    audios: document.querySelectorAll('audio[id^="remoteAudio_"][autoplay]').length,
    dominant: remote.get(dominantSpeaker)?.name,
  };
}"""


def mark(name: str) -> str:
    return f'[data-testid="{name}"]'


async def seen(page: Page) -> dict[str, Any]:
    shown: dict[str, Any] = await page.evaluate(SEEN)
    return shown


async def test_the_application_is_as_open_as_jitsis(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(ROOM, platform="jitsi")
    ada = await control.add_participant(ROOM, "Ada", speech=[{"at_s": 0, "say": "Hello there."}])
    await control.add_participant(ROOM, "Recorder", hidden=True)
    page = await open_page()
    await page.goto(URL + SKIPS)
    await control.wait_for_event(ROOM, "session", p2p=False)
    inside = await seen(page)
    assert (inside["joined"], inside["own"]) == (True, "Visitor")
    assert inside["connection"] in {"connected", "completed"}
    assert inside["shown"] == ["Ada"]
    assert inside["members"] == [["Ada", False], ["Recorder", True]]
    assert inside["audios"] == len(inside["tracks"]) == 2
    for owner, same, stream in inside["tracks"]:
        assert owner == same
        assert re.fullmatch(rf"{owner}-audio-0-\d+", stream)
    await control.start_clock(ROOM)
    await expect(page.locator(".dominant-speaker .displayname")).to_have_text("Ada")
    await control.rename(ROOM, ada["id"], "Ada Lovelace")
    await expect(page.locator(".displayname").nth(1)).to_have_text("Ada Lovelace")
    await control.remove_participant(ROOM, ada["id"])
    await expect(page.locator('audio[id^="remoteAudio_"]')).to_have_count(1)
    await page.evaluate("() => window.APP.conference._room.sendTextMessage('Hi')")
    assert (await control.wait_for_event(ROOM, "chat"))["text"] == "Hi"
    await page.evaluate("() => window.APP.conference.hangup()")
    await control.wait_for_event(ROOM, "left")
    await expect(page.get_by_text("Thank you for using Jitsi Meet!")).to_be_visible()
    assert not (await seen(page))["joined"]


async def test_prejoin_lobby_and_their_passwords_have_jitsis_marks(
    control: ControlClient, open_page: OpenPage
) -> None:
    doors = {"access": "ask", "password": "s3cret", "unsafe_room": True, "locale": "de"}
    await control.create_meeting(ROOM, platform="jitsi", **doors)
    page = await open_page()
    await page.goto(URL)
    join = page.locator(mark("prejoin.joinMeeting"))
    await expect(join).to_be_disabled()
    await page.check(f'{mark("prejoin.screen")} input[type="checkbox"]')
    await join.click()
    await expect(page.locator(mark("prejoin.errorMessage"))).to_be_visible()
    await page.fill("#premeeting-name-input", "Visitor")
    await join.click()
    await expect(page.locator(f".lobby-screen {mark('lobby.knockButton')}")).to_be_visible()
    await page.click(mark("lobby.enterPasswordButton"))
    await page.fill(mark("lobby.password"), "guess")
    await page.click(mark("lobby.passwordJoinButton"))
    await expect(page.get_by_text("Falsches Passwort")).to_be_visible()
    assert not await page.evaluate("() => window.APP.conference.isJoined()")
    await page.fill(mark("lobby.password"), "s3cret")
    await page.click(mark("lobby.passwordJoinButton"))
    await control.wait_for_event(ROOM, "admitted", name="Visitor")
    await page.wait_for_function("() => window.APP.conference.isJoined()")
    await control.order(ROOM, "remove")
    await expect(page.get_by_text("Sie wurden aus der Konferenz entfernt")).to_be_visible()


async def test_a_persons_microphone_is_heard_by_the_others(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(ROOM, platform="jitsi")
    beeps = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    speaker, listener = await open_page(*beeps), await open_page()
    await speaker.goto(URL + SKIPS)
    joined = await control.wait_for_event(ROOM, "joined")
    await listener.goto(URL + SKIPS.replace("Visitor", "Listener"))
    second = await control.wait_for_event(ROOM, "joined", name="Listener")
    state = await control.meeting(ROOM)
    own = next(one for one in state["participants"] if one["visitor"] == joined["visitor"])
    carried = await control.wait_for_event(
        ROOM, "slot", visitor=second["visitor"], stream_id=own["stream_id"]
    )
    assert carried["slot"] == 0


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"native_id": ROOM, "platform": "skype"}, "skype"),
        ({"native_id": ROOM, "platform": "jitsi", "interstitial": True}, "interstitial"),
        ({"native_id": "UPPER", "platform": "jitsi"}, "native_id"),
        ({"native_id": "abc-defg-hij", "gate": "moderator"}, "gate"),
    ],
)
async def test_each_platform_takes_its_own_options_only(
    body: dict[str, object], named: str, tmp_path: Path
) -> None:
    async with Simulator(tmp_path) as simulator, httpx2.AsyncClient() as http:
        answer = await http.post(f"{simulator.control_url}/control/meetings", json=body)
        assert (answer.status_code, named in answer.text) == (422, True), answer.text


async def test_a_host_shows_the_meetings_of_its_platform_only(tmp_path: Path) -> None:
    async with Simulator(tmp_path) as simulator, ControlClient(simulator.control_url) as control:
        await control.create_meeting(ROOM, platform="jitsi")
        await control.create_meeting("abc-defg-hij")
        async with httpx2.AsyncClient(base_url=simulator.control_url) as http:

            async def title(host: str, path: str) -> str:
                page = await http.get(path, headers={"Host": f"{host}:1"})
                found = re.search("<title>(.*)</title>", page.text)
                return found[1] if found else ""

            assert await title(person_host("jitsi"), f"/{ROOM}") == f"{ROOM} | Jitsi Meet"
            assert await title(person_host("jitsi"), "/abc-defg-hij") == "Jitsi Meet"
            assert await title("localhost", "/abc-defg-hij") == "Meet – abc-defg-hij"
            assert "abc" not in await title("localhost", f"/{ROOM}")
            orders = await http.post(
                f"/control/meetings/{ROOM}/effect", json={"effect": "disconnected"}
            )
            assert orders.status_code == 409
        port = simulator.control_url.rsplit(":", 1)[1]
        assert simulator.person_url(ROOM, "jitsi") == f"http://jitsi.localhost:{port}/{ROOM}"
        assert "MAP meet.jit.si 127.0.0.1" in simulator.host_rules
