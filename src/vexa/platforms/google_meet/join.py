"""From a meeting's address to the press of the join button, as a signed-out guest."""

from __future__ import annotations

from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Entry, MeetingPage, PageView
from vexa.platforms.google_meet import selectors
from vexa.platforms.google_meet.address import join_url
from vexa.platforms.google_meet.admission import judge_refusal
from vexa.platforms.page_acts import click_first, type_first

#: Time that the page gets to show its name field; public bots allow 30 to 120 s (2026-09).
_NAME_FIELD_S = 60.0
_LOOK_EVERY_S = 0.4
#: A refusal is believed when so many looks in a row show it.
_SURE = 2
_TOGGLE_TRIES = 5
_PRESS_TRIES = 4
#: Time for the page to react to the press.
_AFTER_PRESS_S = 1.2


async def knock(page: MeetingPage, entry: Entry) -> None:
    """Open the address, name the bot, switch its devices off and ask to join.

    Raises:
        JoinError: the page refuses, cannot be read, or does not look as expected.
    """
    await page.open(join_url(entry.url))
    await _wait_for_name_field(page)
    if not await type_first(page, selectors.NAME_INPUTS, entry.bot_name):
        raise JoinError(Outcome.PAGE_CHANGED, "join: the name field cannot be typed into")
    await _switch_off(page, "microphone_on", selectors.MICROPHONE_ON)
    await _switch_off(page, "camera_on", selectors.CAMERA_ON)
    await _press_join(page)


async def _wait_for_name_field(page: MeetingPage) -> PageView:
    waited_s = 0.0
    refused = 0
    while waited_s < _NAME_FIELD_S:
        view = await page.look()
        refusal = judge_refusal(view)
        refused = refused + 1 if refusal else 0
        if refusal and refusal.outcome and refused >= _SURE:
            raise JoinError(refusal.outcome, refusal.reason)
        is_covered = await _dismiss(page, view)
        if view.has("name_input") and not refusal and not is_covered:
            return view
        await page.pause(_LOOK_EVERY_S)
        waited_s += _LOOK_EVERY_S
    raise JoinError(Outcome.PAGE_CHANGED, "join: no name field")


async def _dismiss(page: MeetingPage, view: PageView) -> bool:
    """Answer what lies over the page; tell whether something did."""
    if view.has("without_devices"):
        return await click_first(page, selectors.WITHOUT_DEVICES)
    if view.has("got_it"):
        return await click_first(page, selectors.GOT_IT)
    return False


async def _switch_off(page: MeetingPage, probe: str, toggles: tuple[str, ...]) -> None:
    for _ in range(_TOGGLE_TRIES):
        view = await page.look()
        if not view.has(probe):
            return
        await _dismiss(page, view)
        await click_first(page, toggles)
        await page.pause(_LOOK_EVERY_S)
    raise JoinError(Outcome.PAGE_CHANGED, f"join: {probe.removesuffix('_on')} cannot be turned off")


async def _press_join(page: MeetingPage) -> None:
    for _ in range(_PRESS_TRIES):
        await _dismiss(page, await page.look())
        pressed = await click_first(page, selectors.JOIN_BUTTONS)
        await page.pause(_AFTER_PRESS_S)
        view = await page.look()
        if not view.has("join_button") and (pressed or not view.has("name_input")):
            return
        refusal = judge_refusal(view)
        if refusal:
            return
    raise JoinError(Outcome.PAGE_CHANGED, "join: no join button that works")
