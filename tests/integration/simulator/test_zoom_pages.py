"""The Zoom pages in a real Chromium: what a bot may trip over, and where the sound is."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.integration.simulator.conftest import OpenPage
from tests.support.wait_until import wait_until
from vexa.simulator.client import ControlClient

MEETING = "82345678901"
URL = f"https://app.zoom.us/wc/{MEETING}/join"
JOIN = "button.preview-join-button"
AUDIO = "button.join-audio-container__btn"

#: Keeps what Workers post, the contexts that are made, and every connection's receivers.
WATCH = """
  window.posted = [];
  window.connections = [];
  const NativeWorker = Worker;
  window.Worker = class extends NativeWorker {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => window.posted.push(data));
    }
  };
  const NativeConnection = RTCPeerConnection;
  window.RTCPeerConnection = class extends NativeConnection {
    constructor(...args) {
      super(...args);
      window.connections.push(this);
    }
  };
  const NativeContext = AudioContext;
  window.AudioContext = class extends NativeContext {
    constructor(...args) {
      super(...args);
      window.context = this;
    }
  };
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (node, ...rest) {
    if (node === window.context?.destination) {
      window.meter = connect.call(this, new AnalyserNode(window.context));
    }
    return connect.call(this, node, ...rest);
  };
"""
LOUDEST = """() => {
  if (!window.meter) return 0;
  const samples = new Float32Array(window.meter.fftSize);
  window.meter.getFloatTimeDomainData(samples);
  return Math.max(...samples.map(Math.abs));
}"""


async def into_preview(page: Page, url: str = URL) -> None:
    await page.add_init_script(WATCH)
    await page.goto(url)
    for _ in range(2):
        await page.get_by_role("button", name="Allow", exact=True).click()


async def into_call(page: Page) -> None:
    await into_preview(page)
    await page.locator("#input-for-name").press_sequentially("Visitor")
    await page.evaluate(f"() => document.querySelector('{JOIN}').click()")


async def test_only_keys_enable_join_and_something_lies_over_it(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(MEETING, platform="zoom")
    page = await open_page()
    await into_preview(page)
    await page.fill("#input-for-name", "Visitor")
    await expect(page.locator(JOIN)).to_have_class("zm-btn preview-join-button disabled")
    await page.locator("#input-for-name").press_sequentially("!")
    await expect(page.locator(JOIN)).to_have_class("zm-btn preview-join-button")
    covering = await page.evaluate(
        f"""() => {{
          const box = document.querySelector('{JOIN}').getBoundingClientRect();
          return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2).className;
        }}"""
    )
    assert covering == "preview-meeting-info"


async def test_the_launch_page_leads_to_the_client_and_the_classic_one_is_covered(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(MEETING, platform="zoom", permission_dialogs=0)
    page = await open_page()
    await page.goto(f"https://zoom.us/j/{MEETING}")
    link = page.get_by_role("link", name="Join from Your Browser")
    await expect(link).to_have_count(0)
    await page.get_by_role("button", name="Launch Meeting").click()
    await link.click()
    await expect(page.locator("#input-for-name")).to_be_visible()
    await page.goto(f"https://acme.zoom.us/wc/join/{MEETING}")
    await expect(page.locator("#onetrust-accept-btn-handler")).to_be_visible()
    await page.click("#onetrust-reject-all-handler")
    await page.click("#inputname")


async def test_a_waiting_room_looks_like_the_meeting(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(MEETING, platform="zoom", access="ask", apostrophe="straight")
    page = await open_page()
    await into_call(page)
    await expect(page.locator(".meeting-app")).to_contain_text("host will let you in soon")
    await expect(page.locator('button[aria-label="Leave"]')).to_be_visible()
    await control.order(MEETING, "deny")
    await expect(page.locator(".zm-modal-body-title")).to_have_text("You have been removed")


async def test_sound_comes_by_web_audio_alone_and_only_once_it_is_joined(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(MEETING, platform="zoom", flicker_share=0)
    ada = await control.add_participant(
        MEETING, "Zoë", speech=[{"at_s": 0.2, "say": "Hello there, hello there."}]
    )
    page = await open_page()
    await into_call(page)
    await page.locator(AUDIO).click()
    assert await page.evaluate("() => typeof window.context") == "undefined"
    await page.get_by_role("button", name="Join with Computer Audio").click()
    await control.wait_for_event(MEETING, "sound", state="connected")
    await expect(page.locator(AUDIO)).to_have_attribute("aria-label", "unmute my microphone")
    await control.start_clock(MEETING)

    async def is_loud() -> bool:
        return bool(await page.evaluate(LOUDEST) > 0.02)

    await wait_until(is_loud, within_s=30, what="sound")
    found = await page.evaluate(
        """() => ({
          receivers: window.connections.flatMap((one) => one.getReceivers()).length,
          connections: window.connections.length,
          media: [...document.querySelectorAll('audio, video')].filter((x) => x.srcObject).length,
        })"""
    )
    assert found == {"receivers": 0, "connections": 2, "media": 0}
    await expect(page.locator(".video-avatar__avatar-footer span")).to_have_text("Zoë")
    told = await speakers(page)
    assert told
    assert all(one == {"asn1": int(ada["device_id"])} for one in told)


async def speakers(page: Page) -> list[Any]:
    """Check the roster that the Worker posted; return who it says speaks, without silence."""
    posted = await page.evaluate("() => window.posted.filter((one) => one.type === 'message')")
    messages = [json.loads(one["data"]) for one in posted]
    added = [one for m in messages if m["evt"] == 7937 for one in m["body"].get("add", [])]
    names = {base64.b64decode(one["dn2"] + "==").decode() for one in added}
    assert names == {"Zoë", "Visitor"}
    return [m["body"] for m in messages if m["evt"] == 12033 and m["body"]]


@pytest.mark.parametrize("order", ["remove", "end"])
async def test_an_end_is_a_dialog_and_then_another_page(
    order: str, control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(MEETING, platform="zoom", post_page_after_s=1)
    page = await open_page()
    await into_call(page)
    await page.locator(AUDIO).wait_for()
    await control.order(MEETING, order)
    said = {"remove": "You have been removed", "end": "This meeting has been ended by host"}
    await expect(page.locator(".zm-modal-body-title")).to_have_text(said[order])
    await page.wait_for_url("**/postattendee?*")
