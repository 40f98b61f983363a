"""What stands between the bot and the meeting with its sound, answered one thing each look.

Zoom shows a launch page, a cookie banner, terms, a question about devices and a preview in any
order, and asks for sound once more after the admission. A passcode is given once: what asks again
afterwards did not take it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Entry, MeetingPage, PageView, plain
from vexa.platforms.menu_choice import MenuChoice
from vexa.platforms.page_acts import AFTER_CLICK_S, click_first
from vexa.platforms.told_ends import told_end
from vexa.platforms.zoom import selectors
from vexa.platforms.zoom.account import signed_out
from vexa.platforms.zoom.admission import (
    dialog_text,
    has_audio,
    is_not_started,
    shows_meeting,
    shows_prejoin,
)
from vexa.platforms.zoom.removal import ENDS

#: A page that says "invalid" is opened again this often: the host may have begun meanwhile.
_OPEN_AGAIN_S = 15.0
#: Openings after "your network connection has timed out".
_MOST_CONNECTS = 3
#: Presses of one button before it counts as broken, and the time between two.
_MOST_PRESSES = 4
_PRESS_AGAIN_S = 5.0
_TOGGLE_TRIES = 5
#: A device is switched off so often at most while the bot is in: somebody else may want it on.
_MOST_MUTES = 3
#: A signed-in preview may ask for a name for so long while it loads: our own choice, as on Meet.
_ASKED_S = 5.0


class Doorway:
    """The way in of one stay. `now_s`: a monotonic clock."""

    def __init__(self, entry: Entry, now_s: Callable[[], float] = time.monotonic) -> None:
        self.entry = entry
        self._now_s = now_s
        #: What the others see the bot as; empty while that is not known of an account.
        self.shown_as = "" if entry.signed_in else entry.bot_name
        self._asked_from_s: float | None = None
        self._opened_s = now_s()
        self._connects = 0
        self._launches = 0
        self._passcode_given = False
        self._presses: dict[str, int] = {}
        self._pressed_s: dict[str, float] = {}
        self._mutes = 0
        self._is_silent = False
        self._pictures = MenuChoice(selectors.MORE_BUTTONS, selectors.PICTURES_OFF, now_s)

    async def open(self, page: MeetingPage) -> None:
        """Load the meeting's address, whatever was before."""
        self._opened_s = self._now_s()
        self._launches = 0
        self._passcode_given = False
        await page.open(self.entry.url)

    def opens_again(self, view: PageView) -> bool:
        """Tell whether it is time to ask anew for a meeting that had not begun.

        A waiting room is never loaded anew: the bot would lose its place.
        """
        is_error = bool(view.state.get("title")) and view.says(selectors.INVALID_TEXTS) is not None
        waited_s = self._now_s() - self._opened_s
        return is_error and is_not_started(view) and waited_s >= _OPEN_AGAIN_S

    async def answer(self, page: MeetingPage, view: PageView) -> None:
        """Answer the first thing that stands in the way.

        Raises:
            JoinError: a passcode is asked for that the bot does not have, or a button does nothing.
        """
        if told_end(dialog_text(view), ENDS) is not None:
            # its button would take the only word of how it ended off the page
            return
        if self.opens_again(view):
            await self.open(page)
        elif view.says(selectors.RETRY_TEXTS) and not shows_meeting(view):
            await self._connect_again(page)
        elif shows_meeting(view):
            await self._settle_in(page, view)
        else:
            await self._pass(page, view)

    async def _connect_again(self, page: MeetingPage) -> None:
        self._connects += 1
        if self._connects > _MOST_CONNECTS:
            raise JoinError(Outcome.NETWORK_LOST, "join: the client cannot connect")
        await self.open(page)

    async def _pass(self, page: MeetingPage, view: PageView) -> None:
        if view.has("cookies"):
            await click_first(page, selectors.COOKIE_BUTTONS)
        elif view.has("allow"):
            await click_first(page, selectors.ALLOW_BUTTONS)
        elif view.has("terms"):
            await click_first(page, selectors.TERMS_BUTTONS)
        elif shows_prejoin(view) or view.has("passcode_input"):
            await self._join(page, view)
        elif view.has("launch_link"):
            await click_first(page, selectors.LAUNCH_LINKS)
        elif view.has("launch_button") and self._launches < _MOST_PRESSES:
            self._launches += await click_first(page, selectors.LAUNCH_BUTTONS)

    async def _join(self, page: MeetingPage, view: PageView) -> None:
        await self._give_passcode(page, view)
        if self.entry.signed_in:
            self._check_account(view)
        elif view.has("name_input") and not _can_join(view):
            await _write(page, selectors.NAME_INPUTS, self.entry.bot_name)
        await _switch_off(page, "preview_microphone", selectors.PREVIEW_MICROPHONE)
        await _switch_off(page, "preview_camera", selectors.PREVIEW_CAMERA)
        if self._may_press("join") and await page.run(selectors.PRESS_JOIN):
            self._count("join", "the join button does nothing")
            await page.pause(AFTER_CLICK_S)

    def _check_account(self, view: PageView) -> None:
        """Note the account's name. Raises JoinError when the preview keeps asking for one."""
        names = [field.mark for field in view.elements("name_input") if field.mark]
        self.shown_as = names[0] if names else self.shown_as
        if not view.has("name_input") or _can_join(view):
            self._asked_from_s = None
        elif self._asked_from_s is None:
            self._asked_from_s = self._now_s()
        elif self._now_s() - self._asked_from_s >= _ASKED_S:
            raise signed_out("the preview asks for a name")

    async def _give_passcode(self, page: MeetingPage, view: PageView) -> None:
        if not view.has("passcode_input"):
            return
        if not self.entry.passcode:
            raise JoinError(Outcome.PASSCODE_WRONG, "join: a passcode is asked for, none was given")
        if not self._passcode_given:
            self._passcode_given = await _write(
                page, selectors.PASSCODE_INPUTS, self.entry.passcode
            )

    async def _settle_in(self, page: MeetingPage, view: PageView) -> None:
        """Close what lies over the meeting, join its sound, stay silent, refuse pictures."""
        if view.has("popup_button"):
            await click_first(page, selectors.POPUP_BUTTONS)
        elif view.has("computer_audio"):
            await click_first(page, selectors.COMPUTER_AUDIO_BUTTONS)
        elif has_audio(view) is False:
            if self._may_press("audio") and await click_first(page, selectors.AUDIO_BUTTONS):
                self._count("audio", "the sound cannot be joined")
        elif _is_live(view, "audio_button"):
            if self._mutes < _MOST_MUTES:
                self._mutes += await click_first(page, selectors.AUDIO_BUTTONS)
        elif has_audio(view):
            self._is_silent = True
            await self._pictures.make(page)
        elif not self._is_silent:
            # the button hides itself; whether the bot is heard has to be seen once
            await page.stir()

    def _may_press(self, button: str) -> bool:
        pressed_s = self._pressed_s.get(button)
        return pressed_s is None or self._now_s() - pressed_s >= _PRESS_AGAIN_S

    def _count(self, button: str, failing: str) -> None:
        self._pressed_s[button] = self._now_s()
        self._presses[button] = self._presses.get(button, 0) + 1
        if self._presses[button] > _MOST_PRESSES:
            raise JoinError(Outcome.PAGE_CHANGED, f"join: {failing}")


def _can_join(view: PageView) -> bool:
    return any(
        button.enabled and "disabled" not in button.mark.split()
        for button in view.elements("join_button")
    )


def _is_live(view: PageView, probe: str) -> bool:
    live = {plain(label) for label in selectors.LIVE_LABELS}
    return any(plain(one.label or one.text) in live for one in view.elements(probe))


async def _switch_off(page: MeetingPage, probe: str, toggle: str) -> None:
    for _ in range(_TOGGLE_TRIES):
        view = await page.look()
        if not _is_live(view, probe) or view.has("allow"):
            return
        await page.click(toggle)
        await page.pause(AFTER_CLICK_S)
    raise JoinError(Outcome.PAGE_CHANGED, f"join: {probe} cannot be turned off")


async def _write(page: MeetingPage, fields: tuple[str, ...], text: str) -> bool:
    """Type into the first field there is, in place of what it holds; tell whether one was."""
    for field in fields:
        if await page.click(field):
            await page.press("Control+A")
            await page.press("Delete")
            return await page.type_text(field, text)
    return False
