"""The Teams pages in a real Chromium."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.integration.simulator.conftest import OpenPage
from vexa.simulator.client import ControlClient

CODE = "245967981103"
URL = f"https://teams.microsoft.com/meet/{CODE}?p=AbC123dE&anon=true"

#: Keeps what the page's connections and sockets say.
LISTEN = """() => {
  window.seen = { tracks: [], frames: [], channel: [] };
  const { RTCPeerConnection: Native, WebSocket: Socket } = window;
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      this.addEventListener('track', ({ streams }) => window.seen.tracks.push(streams[0].id));
    }
    createDataChannel(...args) {
      const channel = super.createDataChannel(...args);
      channel.binaryType = 'arraybuffer';
      channel.addEventListener('message', ({ data }) =>
        window.seen.channel.push([channel.label, [...new Uint8Array(data)]]));
      return channel;
    }
  };
  window.WebSocket = class extends Socket {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        if (data.startsWith('3:::')) window.seen.frames.push(data);
      });
    }
  };
}"""

CALL = """() => {
  const call = window.callingDebug?.observableCall
    ?? window.msteamscalling?.deref().callingService.getActiveCall();
  return call && {
    own: call.callerMri,
    people: call.participants.map((one) => [one.id, one.displayName, one.isServerMuted]),
  };
}"""
OWNER = """(source) => {
  const { participants } = window.callingDebug.observableCall;
  return participants.filter((one) => one.hasAudioSource(source)).map((one) => one.displayName);
}"""


def tid(name: str) -> str:
    return f'[data-tid="{name}"]'


async def go_in(page: Page, *, join: str = "Join now", asks: bool = True) -> None:
    await page.goto(URL)
    await page.get_by_role("button", name="Continue on this browser").click()
    await page.fill(tid("prejoin-display-name-input"), "Visitor")
    for toggle in ("toggle-mute", "toggle-video"):
        await page.click(tid(toggle))
        await expect(page.locator(tid(toggle))).to_have_attribute("aria-checked", "false")
    await page.click(tid("prejoin-join-button"))
    if asks:
        await expect(page.locator(tid("prejoin-join-button"))).to_be_visible()
        await page.get_by_role("button", name="Continue without audio or video").click()
        await page.click(tid("prejoin-join-button"))


def roster(frame: str) -> dict[str, Any]:
    body = json.loads(frame.removeprefix("3:::"))["body"]
    read: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(body)))
    return read


async def test_the_client_shows_its_call_in_every_way_that_teams_does(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE, platform="teams", flicker_share=0)
    ada = await control.add_participant(CODE, "Ada", speech=[{"at_s": 0, "say": "Hello there."}])
    await control.add_participant(CODE, "Recorder", hidden=True)
    page = await open_page()
    await page.add_init_script(f"({LISTEN})()")
    await go_in(page)
    assert "/light-meetings/launch" in page.url
    await control.wait_for_event(CODE, "connection", state="connected")
    call = await page.evaluate(CALL)
    assert call["people"] == [[ada["device_id"], "Ada", False]]
    assert await page.evaluate(OWNER, ada["stream_id"]) == ["Ada"]
    assert await page.evaluate(OWNER, 1) == []
    for mark in ("#hangup-button", "#chat-button", tid("modern-stage-wrapper"), tid("Ada")):
        await expect(page.locator(mark)).to_be_visible()
    await expect(page.locator(f"#roster-button {tid('toolbar-item-badge')}")).to_have_text("2")
    await control.start_clock(CODE)
    await expect(page.locator(f"{tid('Ada')} .vdi-frame-occlusion")).to_have_count(1)
    said = "() => window.seen.channel.filter(([label, bytes]) => bytes.length > 30)"
    await page.wait_for_function(f"{said.replace('filter', 'some')}")
    [label, sent], *_ = (await page.evaluate(said))[-1:]
    text = bytes(sent)
    assert (label, text.index(b"[") < text.index(b'[{"type"')) == ("main-channel", True)
    assert text.endswith(b'"history": [%d]}]' % ada["stream_id"])
    seen = await page.evaluate("() => window.seen")
    assert [name.startswith("mainAudio-") for name in seen["tracks"]] == [True, False]
    people = [roster(frame)["participants"] for frame in seen["frames"]]
    told = [one[ada["device_id"]]["details"]["displayName"] for one in people if len(one) > 1]
    assert told == ["Ada"]
    await control.order(CODE, "effect", effect="share", details={"duration_s": 60})
    await expect(page.locator(tid("toolbar-item-badge"))).to_be_hidden()
    await expect(page.locator('[data-stream-type="ScreenSharing"]')).to_be_visible()
    await control.order(CODE, "remove")
    await expect(page.locator("#calling-retry-screen-title")).to_contain_text("removed")
    await page.wait_for_function("() => window.seen.frames.some((one) => one.includes('5300'))")


async def test_the_lobby_has_the_toolbar_and_no_stage(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(
        CODE, platform="teams", access="ask", client="v2", devices_question="never"
    )
    await control.add_participant(CODE, "Ada")
    page = await open_page()
    await page.add_init_script(f"({LISTEN})()")
    await go_in(page, asks=False)
    await expect(page.get_by_text("Someone will let you in shortly")).to_be_visible()
    assert "/v2/" in page.url
    await expect(page.locator("#hangup-button")).to_be_visible()
    await expect(page.locator(tid("modern-stage-wrapper"))).to_have_count(0)
    assert await page.evaluate(CALL) in (None, {})
    await control.order(CODE, "expire")
    await page.click(tid("prejoin-join-button"))
    await control.wait_for_event(CODE, "knocked")
    await expect(page.get_by_text("Someone will let you in shortly")).to_be_visible()
    await control.order(CODE, "deny")
    await expect(page.locator(tid("calling-retry-cancelbutton"))).to_be_visible()
    await page.wait_for_function("() => window.seen.frames.length > 0")
    frames = await page.evaluate("() => window.seen.frames")
    ends = [json.loads(one.removeprefix("3:::")) for one in frames]
    assert [json.loads(one["body"])["subCode"] for one in ends] == [5854]


async def test_captions_come_by_the_channel_too(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE, platform="teams")
    ada = await control.add_participant(CODE, "Ada", speech=[{"at_s": 0, "say": "Hello there."}])
    page = await open_page()
    await page.add_init_script(f"({LISTEN})()")
    await go_in(page)
    await control.wait_for_event(CODE, "connection", state="connected")
    await page.click("#callingButtons-showMoreBtn")
    await page.click("#LanguageSpeechMenuControl-id")
    await page.click("#closed-captions-button")
    await control.wait_for_event(CODE, "captions", on=True)
    await control.start_clock(CODE)
    text = """() => window.seen.channel
      .map(([, bytes]) => new TextDecoder().decode(new Uint8Array(bytes)))
      .filter((one) => one.includes('recognitionResults'))"""
    await page.wait_for_function(f"() => ({text})().some((one) => one.includes('true'))")
    told = [json.loads(one[one.index("{") :]) for one in await page.evaluate(text)]
    results = [one for message in told for one in message["recognitionResults"]]
    assert {one["userId"] for one in results} == {ada["device_id"]}
    assert [one["isFinal"] for one in results] == [False] * (len(results) - 1) + [True]
    await expect(page.locator(tid("closed-caption-text"))).to_have_text(results[-1]["text"])


async def test_nobody_joins_past_a_captcha_that_was_ordered(
    control: ControlClient, open_page: OpenPage
) -> None:
    options = {"access": "ask", "devices_question": "never", "launcher": False}
    await control.create_meeting(CODE, platform="teams", **options)
    page = await open_page()
    await page.goto(URL)
    await page.fill(tid("prejoin-display-name-input"), "Visitor")
    await control.order(CODE, "captcha")
    challenge = page.locator(tid("HIP-Captcha-Image"))
    await expect(challenge).to_be_visible()
    # solved before anybody pressed Join, it knocks for nobody
    await control.order(CODE, "effect", effect="captcha_solved")
    await expect(challenge).to_have_count(0)
    await control.order(CODE, "captcha")
    await page.click(tid("prejoin-join-button"))
    await control.wait_for_event(CODE, "join_pressed")
    await expect(challenge).to_have_count(1)
    assert "knocked" not in [one["event"] for one in await control.events(CODE)]
    await control.order(CODE, "effect", effect="captcha_solved")
    await control.wait_for_event(CODE, "knocked")
    await expect(page.get_by_text("Someone will let you in shortly")).to_be_visible()
    # in the lobby it covers the page, and nobody knocks twice
    await control.order(CODE, "captcha")
    await expect(challenge).to_be_visible()
    await control.order(CODE, "effect", effect="captcha_solved")
    await expect(challenge).to_have_count(0)
    assert [one["event"] for one in await control.events(CODE)].count("knocked") == 1


@pytest.mark.parametrize(
    ("how", "shown"), [("form", "We need to verify your info"), ("redirect", "Sign in")]
)
async def test_guests_may_be_asked_to_sign_in(
    control: ControlClient, open_page: OpenPage, how: str, shown: str
) -> None:
    options = {"page": "sign_in", "sign_in_by": how, "launcher": False}
    await control.create_meeting(CODE, platform="teams", **options)
    page = await open_page()
    await page.goto(URL)
    await expect(page.get_by_text(shown)).to_be_visible()
    assert ("login.microsoftonline.com" in page.url) == (how == "redirect")
