"""A network that is gone is silent both ways, as the page's own browser finds out."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.integration.simulator.conftest import OpenPage
from tests.integration.simulator.visits import NAME, VISITS
from tests.support.wait_until import wait_until
from vexa.simulator.client import ControlClient

#: Counts the page's connections, and keeps the states that ICE was in: number, state.
WATCH = """
  window.states = [];
  window.made = 0;
  const Native = RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      window.made += 1;
      const number = window.made;
      this.addEventListener('iceconnectionstatechange', () =>
        window.states.push([number, this.iceConnectionState]));
    }
  };
"""
GOOD = {"connected", "completed"}
#: Longer than a browser needs to see that nothing comes, shorter than until it gives up, seconds.
GAP_S = 12
#: Longer than either side holds on to a connection (RFC 7675: 30 s).
LONG_GAP_S = 50


async def states(page: Page, above: int = 0) -> list[str]:
    """States of connections with a number above this, in order."""
    found: list[tuple[int, str]] = await page.evaluate("() => window.states")
    return [state for number, state in found if number > above]


async def made(page: Page) -> int:
    """Number of the page's newest connection."""
    return int(await page.evaluate("() => window.made"))


@pytest.mark.parametrize("platform", ["google_meet", "teams", "jitsi"])
async def test_a_gap_is_seen_by_the_browser_and_passes(
    platform: str, control: ControlClient, open_page: OpenPage
) -> None:
    visit = VISITS[platform]
    await control.create_meeting(visit.code, platform=platform)
    ann = await control.add_participant(visit.code, "Ann")
    page = await open_page()
    await page.add_init_script(WATCH)
    await page.goto(visit.url)
    await visit.go_in(page)
    joined = await control.wait_for_event(visit.code, "joined", name=NAME)
    visitor = joined["visitor"]
    await control.wait_for_event(visit.code, "connection", visitor=visitor, state="connected")
    await control.wait_for_event(visit.code, "media_answered", visitor=visitor)
    await control.order(visit.code, "drop_network", duration_s=GAP_S)
    await expect(page.get_by_text("Reconnecting")).to_be_visible()
    cut = (await control.events(visit.code))[-1]["seq"]
    await control.order(visit.code, "chat", participant=ann["id"], text="Are you there?")
    await page.mouse.click(5, 5)

    async def is_cut_off() -> bool:
        return (await states(page))[-1] not in GOOD

    await wait_until(is_cut_off, within_s=GAP_S, what="a connection that is cut off")
    assert await page.get_by_text("Are you there?").count() == 0
    assert [one["event"] for one in await control.events(visit.code, after=cut)] == ["chat"]

    async def is_back() -> bool:
        return (await states(page))[-1] in GOOD

    await wait_until(is_back, within_s=60, what="a connection that is back")
    await expect(page.get_by_text("Are you there?")).to_have_count(1)
    await control.wait_for_event(visit.code, "click", after=cut, visitor=visitor)
    speech = [{"at_s": 0, "say": "Hello there."}]
    await control.speak(visit.code, ann["id"], speech)
    await control.start_clock(visit.code)

    async def is_said() -> bool:
        return bool(await control.truth(visit.code))

    await wait_until(is_said, within_s=30, what="words")
    [line] = await control.truth(visit.code)
    assert line["carried"] == {visitor: 1.0}


async def test_a_mix_by_a_socket_loses_what_is_said_in_a_gap(
    control: ControlClient, open_page: OpenPage
) -> None:
    visit = VISITS["zoom"]
    await control.create_meeting(visit.code, platform="zoom")
    speech = [{"at_s": 0, "say": "Nobody hears this."}]
    ann = await control.add_participant(visit.code, "Ann", speech=speech)
    page = await open_page()
    await page.goto(visit.url)
    await visit.go_in(page)
    joined = await control.wait_for_event(visit.code, "joined", name=NAME)
    await visit.talk(page)
    await control.wait_for_event(visit.code, "sound", state="connected")
    await control.order(visit.code, "drop_network", duration_s=6)
    await control.start_clock(visit.code)
    tile = page.locator(".video-avatar__avatar-footer span")
    await wait_until(lambda: _said(control, visit.code, 1), within_s=30, what="the first words")
    await expect(tile).to_have_text("")
    await expect(tile).to_have_text("Ann", timeout=30_000)
    await control.speak(visit.code, ann["id"], [{"at_s": 0, "say": "This is heard."}])
    await wait_until(lambda: _said(control, visit.code, 2), within_s=30, what="more words")
    first, second = await control.truth(visit.code)
    assert first["carried"] == {}
    assert second["carried"] == {joined["visitor"]: 1.0}


async def _said(control: ControlClient, code: str, lines: int) -> bool:
    return len(await control.truth(code)) == lines


async def _until_given_up(
    platform: str, control: ControlClient, page: Page, **options: object
) -> tuple[str, int]:
    """Join on one platform and wait until the page has given its connection up.

    Returns:
        Who the page is, and the number of that connection.
    """
    visit = VISITS[platform]
    await control.create_meeting(visit.code, platform=platform, **options)
    await control.add_participant(visit.code, "Ann")
    await page.add_init_script(WATCH)
    await page.goto(visit.url)
    await visit.go_in(page)
    joined = await control.wait_for_event(visit.code, "joined", name=NAME)
    await visit.talk(page)

    async def is_connected() -> bool:
        return bool(GOOD & set(await states(page)))

    await wait_until(is_connected, within_s=60, what=f"a connection on {platform}")
    await control.wait_for_event(visit.code, "media_answered", visitor=joined["visitor"])
    before = await made(page)
    await control.order(visit.code, "drop_network", duration_s=LONG_GAP_S)

    async def is_given_up() -> bool:
        # Jitsi's server makes the offer, once it hears of it
        return await made(page) > before or platform == "jitsi"

    await wait_until(is_given_up, within_s=LONG_GAP_S, what=f"the end of it on {platform}")
    return str(joined["visitor"]), before


async def _is_heard_again(
    platform: str, control: ControlClient, page: Page, who: str, before: int
) -> None:
    """Check that a page makes another connection by itself, and is sent what is said then."""
    visit = VISITS[platform]

    async def is_back() -> bool:
        return (await states(page, above=before))[-1:] in [[state] for state in GOOD]

    await wait_until(is_back, within_s=120, what=f"another connection on {platform}")
    people = (await control.meeting(visit.code))["participants"]
    ann = next(one["id"] for one in people if one["name"] == "Ann")
    await control.speak(visit.code, ann, [{"at_s": 0, "say": "Hello there."}])
    await control.start_clock(visit.code)
    await wait_until(lambda: _said(control, visit.code, 1), within_s=30, what="words")
    [line] = await control.truth(visit.code)
    assert line["carried"] == {who: 1.0}, platform


async def test_a_connection_that_was_given_up_is_made_anew_by_the_page(
    control: ControlClient, open_page: OpenPage
) -> None:
    places: dict[str, dict[str, object]] = {
        "google_meet": {},
        "teams": {},
        "jitsi": {},
        "zoom": {"plays": "tracks"},
    }
    pages = {platform: await open_page() for platform in places}
    given_up = await asyncio.gather(
        *(
            _until_given_up(platform, control, pages[platform], **options)
            for platform, options in places.items()
        )
    )
    await asyncio.gather(
        *(
            _is_heard_again(platform, control, pages[platform], *who)
            for platform, who in zip(places, given_up, strict=True)
        )
    )
