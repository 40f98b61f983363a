"""How a person joins and leaves a meeting on each platform's pages, by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Page

NAME = "Visitor"


@dataclass(frozen=True)
class Visit:
    """One platform: a meeting there, and what a person does.

    Attributes:
        go_in: open the page, type `NAME`, join.
        talk: what is left to do so that the microphone is on.
        leave: press what leaves.
        bar: the toolbar's place on the page.
        tiles: the places on the page where people stand.
    """

    platform: str
    code: str
    url: str
    go_in: Callable[[Page], Awaitable[None]]
    talk: Callable[[Page], Awaitable[None]]
    leave: Callable[[Page], Awaitable[None]]


async def _nothing(_page: Page) -> None:
    pass


async def _into_meet(page: Page) -> None:
    await page.locator('input[type="text"]').press_sequentially(NAME)
    await page.click('//button[.//span[text()="Join now"]]')


async def _out_of_meet(page: Page) -> None:
    await page.mouse.move(40, 40)
    await page.click('button[aria-label="Leave call"]')


async def _into_teams(page: Page) -> None:
    await page.get_by_role("button", name="Continue on this browser").click()
    await page.locator('[data-tid="prejoin-display-name-input"]').press_sequentially(NAME)
    await page.click('[data-tid="prejoin-join-button"]')


async def _out_of_teams(page: Page) -> None:
    await page.mouse.move(40, 40)
    await page.click("#hangup-button")


async def _into_zoom(page: Page) -> None:
    for _ in range(2):
        await page.get_by_role("button", name="Allow", exact=True).click()
    await page.locator("#input-for-name").press_sequentially(NAME)
    # something lies over it
    await page.locator("button.preview-join-button").focus()
    await page.keyboard.press("Enter")


async def _talk_on_zoom(page: Page) -> None:
    await page.mouse.move(40, 40)
    await page.click("button.join-audio-container__btn")
    await page.get_by_role("button", name="Join with Computer Audio").click()
    await page.click('button[aria-label="unmute my microphone"]')


async def _out_of_zoom(page: Page) -> None:
    await page.mouse.move(40, 40)
    await page.click('button[aria-label="Leave"]')
    await page.click("button.leave-meeting-options__btn--danger")


async def _into_jitsi(page: Page) -> None:
    await page.locator("#premeeting-name-input").press_sequentially(NAME)
    await page.click('[data-testid="prejoin.joinMeeting"]')


async def _out_of_jitsi(page: Page) -> None:
    await page.mouse.move(40, 40)
    await page.click('[aria-label="Leave the meeting"]')
    await page.get_by_role("button", name="Leave meeting").click()


VISITS = {
    visit.platform: visit
    for visit in (
        Visit(
            "google_meet",
            "abc-defg-hij",
            "https://meet.google.com/abc-defg-hij?hl=en",
            _into_meet,
            _nothing,
            _out_of_meet,
        ),
        Visit(
            "teams",
            "245967981103",
            "https://teams.microsoft.com/meet/245967981103?anon=true",
            _into_teams,
            _nothing,
            _out_of_teams,
        ),
        Visit(
            "zoom",
            "82345678901",
            "https://app.zoom.us/wc/82345678901/join",
            _into_zoom,
            _talk_on_zoom,
            _out_of_zoom,
        ),
        Visit(
            "jitsi", "standup", "https://meet.jit.si/standup", _into_jitsi, _nothing, _out_of_jitsi
        ),
    )
}
