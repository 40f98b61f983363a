"""From a meeting's address to the press of the join button, as a guest or with an account.

A signed-in page never has a name field, in any language; one that has it is signed out.
"""

from __future__ import annotations

from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Entry, MeetingPage, PageView
from vexa.platforms.google_meet import selectors
from vexa.platforms.google_meet.address import join_url
from vexa.platforms.google_meet.admission import judge_refusal
from vexa.platforms.page_acts import click_first, type_first

#: From June 2026 on Meet refuses knocks whose press was the browser's own (public bots, 2026-09).
WANTS_POINTER = True
#: Time that the page gets to show its name field; public bots allow 30 to 120 s (2026-09).
_NAME_FIELD_S = 60.0
_LOOK_EVERY_S = 0.4
#: A signed-in page may have a name field for so long while it loads (public bots, 2026-09).
_SIGNED_IN_BY_S = 5.0
#: A refusal, or a page that asks for no name, is believed when so many looks in a row show it.
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
    if entry.signed_in:
        await _wait_for_signed_in_page(page)
    else:
        await _wait_for_name_field(page)
        await _give_name(page, entry.bot_name)
    await _switch_off(page, "microphone_on", selectors.MICROPHONE_ON)
    await _switch_off(page, "camera_on", selectors.CAMERA_ON)
    await _press_join(page, signed_in=entry.signed_in)


async def _give_name(page: MeetingPage, name: str) -> None:
    if not await type_first(page, selectors.NAME_INPUTS, name):
        raise JoinError(Outcome.PAGE_CHANGED, "join: the name field cannot be typed into")


class _Refusals:
    """Ends the way in once enough looks in a row show that the page refuses."""

    def __init__(self) -> None:
        self._looks = 0

    def take(self, view: PageView) -> bool:
        """Take one look; tell whether it shows a refusal. Raises JoinError."""
        refusal = judge_refusal(view)
        self._looks = self._looks + 1 if refusal else 0
        if refusal and refusal.outcome and self._looks >= _SURE:
            raise JoinError(refusal.outcome, refusal.reason)
        return refusal is not None


async def _wait_for_name_field(page: MeetingPage) -> PageView:
    waited_s = 0.0
    refusals = _Refusals()
    while waited_s < _NAME_FIELD_S:
        view = await page.look()
        is_refused = refusals.take(view)
        is_covered = await _dismiss(page, view)
        if view.has("name_input") and not is_refused and not is_covered:
            return view
        await page.pause(_LOOK_EVERY_S)
        waited_s += _LOOK_EVERY_S
    raise JoinError(Outcome.PAGE_CHANGED, "join: no name field")


async def _wait_for_signed_in_page(page: MeetingPage) -> None:
    waited_s = named_s = 0.0
    ready = 0
    refusals = _Refusals()
    while waited_s < _NAME_FIELD_S:
        view = await page.look()
        is_refused = refusals.take(view)
        is_covered = await _dismiss(page, view)
        named_s = named_s + _LOOK_EVERY_S if view.has("name_input") else 0.0
        if named_s >= _SIGNED_IN_BY_S:
            raise _signed_out()
        is_ready = view.has("join_button") and not view.has("name_input") and not is_covered
        ready = ready + 1 if is_ready and not is_refused else 0
        if ready >= _SURE:
            return
        await page.pause(_LOOK_EVERY_S)
        waited_s += _LOOK_EVERY_S
    raise JoinError(Outcome.PAGE_CHANGED, "join: no join button")


def _signed_out() -> JoinError:
    return JoinError(Outcome.ACCOUNT_SIGNED_OUT, "join: the page asks for a name")


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
        # a look that shows nothing of this page proves nothing of the device
        is_here = view.has("join_button") or view.has("name_input")
        if is_here and not view.has(probe):
            return
        await _dismiss(page, view)
        await click_first(page, toggles)
        await page.pause(_LOOK_EVERY_S)
    raise JoinError(Outcome.PAGE_CHANGED, f"join: {probe.removesuffix('_on')} cannot be turned off")


async def _press_join(page: MeetingPage, *, signed_in: bool) -> None:
    for _ in range(_PRESS_TRIES):
        view = await page.look()
        if signed_in and view.has("name_input"):
            raise _signed_out()
        await _dismiss(page, view)
        pressed = await click_first(page, selectors.JOIN_BUTTONS)
        if not pressed:
            await page.click(selectors.ONLY_TEXT_BUTTON)
        await page.pause(_AFTER_PRESS_S)
        view = await page.look()
        if not view.has("join_button") and (pressed or not view.has("name_input")):
            return
        refusal = judge_refusal(view)
        if refusal:
            return
    raise JoinError(Outcome.PAGE_CHANGED, "join: no join button that works")
