"""On every platform pages arrange their tiles anew or in another way, and hide their toolbar."""

from __future__ import annotations

import httpx2
import pytest
from playwright.async_api import Page, expect

from tests.integration.simulator.conftest import OpenPage
from tests.integration.simulator.visits import NAME, VISITS, Visit
from tests.support.wait_until import wait_until
from vexa.simulator.client import ControlClient

#: Platform → its toolbar's way out, and the tiles of people, the visitor's own left out.
LEAVE = {
    "google_meet": 'button[aria-label="Leave call"]',
    "teams": "#hangup-button",
    "zoom": 'button[aria-label="Leave"]',
    "jitsi": '[aria-label="Leave the meeting"]',
}
TILES = {
    "google_meet": ".tiles [data-participant-id]:not(:has([data-self-name]))",
    "teams": '[data-stream-type="Video"]',
    "zoom": ".video-avatar__avatar-footer",
    "jitsi": f'.videocontainer:not(:has-text("{NAME}"))',
}
#: Layout in which one tile shows who spoke last, and where that tile is.
ONE = {
    "google_meet": ("spotlight", TILES["google_meet"]),
    "teams": ("speaker", TILES["teams"]),
    "zoom": ("sharing", ".speaker-bar-container__video-frame--active"),
    "jitsi": ("stage", TILES["jitsi"]),
}


async def come_in(platform: str, control: ControlClient, page: Page, **options: object) -> Visit:
    """Join a meeting of two others, who are silent."""
    visit = VISITS[platform]
    if platform == "google_meet":
        options["self_tile_delay_s"] = 0
    await control.create_meeting(visit.code, platform=platform, flicker_share=0, **options)
    for name in ("Ada", "Bob"):
        await control.add_participant(visit.code, name)
    await page.goto(visit.url)
    await visit.go_in(page)
    await control.wait_for_event(visit.code, "joined", name=NAME)
    return visit


async def speak(control: ControlClient, visit: Visit, name: str) -> None:
    people = (await control.meeting(visit.code))["participants"]
    speaker = next(one["id"] for one in people if one["name"] == name)
    await control.speak(visit.code, speaker, [{"at_s": 0, "say": "The quick brown fox jumps."}])


@pytest.mark.parametrize("platform", VISITS)
async def test_every_tile_is_another_element_in_a_storm_and_people_stay(
    platform: str, control: ControlClient, open_page: OpenPage
) -> None:
    page = await open_page()
    visit = await come_in(platform, control, page)
    count = 1 if platform == "zoom" else 2
    tiles = page.locator(TILES[platform])
    await expect(tiles).to_have_count(count)
    first = await tiles.first.element_handle()
    assert first is not None
    await control.order(visit.code, "relayout", every_ms=50, duration_s=3)

    async def is_gone() -> bool:
        return not await first.evaluate("(tile) => tile.isConnected")

    await wait_until(is_gone, within_s=20, what="another tile")
    await expect(tiles).to_have_count(count)
    await control.start_clock(visit.code)
    await speak(control, visit, "Bob")
    lit = page.locator(f"{TILES[platform]}:has-text('Bob')")
    await expect(lit).to_have_count(1)


@pytest.mark.parametrize("platform", VISITS)
async def test_a_layout_of_one_tile_shows_who_spoke_last(
    platform: str, control: ControlClient, open_page: OpenPage
) -> None:
    page = await open_page()
    visit = await come_in(platform, control, page)
    layout, tile = ONE[platform]
    with pytest.raises(httpx2.HTTPStatusError, match="422"):
        await control.order(visit.code, "layout", layout="cinema")
    await control.order(visit.code, "layout", layout=layout)
    await control.start_clock(visit.code)
    for name in ("Bob", "Ada"):
        await speak(control, visit, name)
        await expect(page.locator(tile)).to_contain_text(name, timeout=20_000)
        await expect(page.locator(tile)).to_have_count(1)


@pytest.mark.parametrize("platform", VISITS)
async def test_a_hidden_toolbar_comes_back_with_the_mouse(
    platform: str, control: ControlClient, open_page: OpenPage
) -> None:
    page = await open_page()
    hides = {"google_meet": "toolbar_hides_after_s", "zoom": "footer_hides_after_s"}
    options = {hides[platform]: 600} if platform in hides else {}
    visit = await come_in(platform, control, page, **options)
    await page.mouse.move(30, 30)
    await expect(page.locator(LEAVE[platform])).to_be_visible()
    await control.order(visit.code, "hide_toolbar")
    await expect(page.locator(LEAVE[platform])).to_be_hidden()
    await page.mouse.move(60, 60)
    await expect(page.locator(LEAVE[platform])).to_be_visible()
