"""From a meeting's address to the press of "Join now", in every client Teams serves.

A guest gives a name; an account is proved to be signed in, or nothing is pressed.
"""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Entry, MeetingPage, PageView
from vexa.platforms.page_acts import click_first, type_first
from vexa.platforms.teams import selectors
from vexa.platforms.teams.account import Proof, asks_guests, signed_out
from vexa.platforms.teams.admission import judge_refusal
from vexa.platforms.teams.page_code import ASK_FOR_DEVICES

#: Time that the page gets to show its name field, launcher and splash included.
_NAME_FIELD_S = 90.0
#: A splash may stand for ever: after so long the address is opened once more.
_SPLASH_S = 30.0
_LOOK_EVERY_S = 0.4
#: A refusal is believed when so many looks in a row show it.
_SURE = 2
_LAUNCHER_CLICKS = 2
_TOGGLE_TRIES = 5
_PRESS_TRIES = 4
#: Time for the page to react to the press.
_AFTER_PRESS_S = 1.2


def guest_url(url: str) -> str:
    """Return the address with `anon=true`, which skips some builds' question about the app."""
    parts = urlsplit(url)
    if "anon=" in parts.query:
        return url
    return urlunsplit(parts._replace(query=f"{parts.query}&anon=true".lstrip("&")))


async def knock(page: MeetingPage, entry: Entry) -> None:
    """Open the address, name the bot, switch its devices off and ask to join.

    Raises:
        JoinError: the page refuses, cannot be read, or does not look as expected.
    """
    url = entry.url if entry.signed_in else guest_url(entry.url)
    await page.open(url)
    approach = _Approach(page, url, Proof(_LOOK_EVERY_S) if entry.signed_in else None)
    await approach.wait()
    if not entry.signed_in and not await type_first(page, selectors.NAME_INPUTS, entry.bot_name):
        raise JoinError(Outcome.PAGE_CHANGED, "join: the name field cannot be typed into")
    await _switch_off(page, "microphone_on", selectors.MICROPHONE_ON)
    await _switch_off(page, "camera_on", selectors.CAMERA_ON)
    await _choose_sound(page)
    await _press_join(page, signed_in=entry.signed_in)


class _Approach:
    """Everything between the address and the name field, or the proof of the account."""

    def __init__(self, page: MeetingPage, url: str, proof: Proof | None) -> None:
        self._page = page
        self._url = url
        self._proof = proof
        self._launched = 0
        self._asked_for_devices = False
        self._splash_s = 0.0
        self._reopened = False

    async def wait(self) -> None:
        waited_s = 0.0
        refused = 0
        while waited_s < _NAME_FIELD_S:
            view = await self._page.look()
            is_passing = self._proof is not None and self._proof.is_passing(view)
            refusal = None if is_passing else judge_refusal(view)
            refused = refused + 1 if refusal else 0
            if refusal and refusal.outcome and refused >= _SURE:
                raise JoinError(refusal.outcome, refusal.reason)
            is_covered = await self._pass(view)
            if self._is_ready(view) and not refusal and not is_covered:
                return
            await self._page.pause(_LOOK_EVERY_S)
            waited_s += _LOOK_EVERY_S
        missing = "name field" if self._proof is None else "page that shows the account"
        raise JoinError(Outcome.PAGE_CHANGED, f"join: no {missing}")

    def _is_ready(self, view: PageView) -> bool:
        if self._proof is not None:
            return self._proof.is_proved(view)
        return view.has("name_input")

    async def _pass(self, view: PageView) -> bool:
        """Do what this page asks for; tell whether something lay over the name field."""
        if view.has("without_devices"):
            return await click_first(self._page, selectors.WITHOUT_DEVICES)
        if view.says(selectors.PERMISSION_TEXTS) and not self._asked_for_devices:
            self._asked_for_devices = True
            return await self._page.run(ASK_FOR_DEVICES)
        if not view.has("name_input") and self._launched < _LAUNCHER_CLICKS:
            self._launched += await click_first(self._page, selectors.LAUNCHER_BUTTONS)
        self._splash_s = self._splash_s + _LOOK_EVERY_S if view.has("splash") else 0.0
        if self._splash_s >= _SPLASH_S and not self._reopened:
            self._reopened, self._launched = True, 0
            await self._page.open(self._url)
        return False


async def _switch_off(page: MeetingPage, probe: str, toggles: tuple[str, ...]) -> None:
    for _ in range(_TOGGLE_TRIES):
        view = await page.look()
        if not view.has(probe):
            return
        if view.has("without_devices"):
            await click_first(page, selectors.WITHOUT_DEVICES)
        await click_first(page, toggles)
        await page.pause(_LOOK_EVERY_S)
    raise JoinError(Outcome.PAGE_CHANGED, f"join: {probe.removesuffix('_on')} cannot be turned off")


async def _choose_sound(page: MeetingPage) -> None:
    """Take the choice with which there is sound; a page without the choice has it anyway."""
    for _ in range(_TOGGLE_TRIES):
        if not (await page.look()).has("other_audio"):
            break
        await click_first(page, selectors.COMPUTER_AUDIO)
        await page.pause(_LOOK_EVERY_S)
    else:
        raise JoinError(Outcome.PAGE_CHANGED, "join: computer audio cannot be chosen")
    if (await page.look()).has("speaker_off"):
        await click_first(page, selectors.SPEAKER_OFF)


async def _press_join(page: MeetingPage, *, signed_in: bool) -> None:
    for _ in range(_PRESS_TRIES):
        if signed_in and asks_guests(await page.look()):
            raise signed_out("the page asks for a name")
        pressed = await click_first(page, selectors.JOIN_BUTTONS)
        await page.pause(_AFTER_PRESS_S)
        view = await page.look()
        if view.has("without_devices"):
            # the page keeps its join button, and wants it pressed again
            await click_first(page, selectors.WITHOUT_DEVICES)
            await page.pause(_LOOK_EVERY_S)
            view = await page.look()
        is_there = view.has("join_button") or view.has("join_text_button")
        if not is_there and (pressed or not view.has("name_input")):
            return
        if judge_refusal(view):
            return
    raise JoinError(Outcome.PAGE_CHANGED, "join: no join button that works")
