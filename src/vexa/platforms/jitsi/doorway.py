"""What stands between the bot and a room, answered one thing at a time, each look anew.

A deployment may show a landing page, a prejoin page, a password dialog and a lobby, in any order
and some seconds apart. A password is given once: what asks again afterwards did not take it.
"""

from __future__ import annotations

from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Entry, MeetingPage, PageView
from vexa.platforms.jitsi import selectors
from vexa.platforms.page_acts import click_first

#: Looks for which a password field may stay after the password was given.
_SUBMIT_LOOKS = 15
#: Presses of the join button before it counts as broken.
_MOST_PRESSES = 4


class Doorway:
    """The way in of one stay."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self._submitted = False
        self._was_gone = False
        self._looks_after = 0
        self._presses = 0

    async def answer(self, page: MeetingPage, view: PageView) -> bool:
        """Answer the first thing that stands in the way; tell whether there was one.

        Raises:
            JoinError: a password is asked for that the bot does not have, or was not taken; or the
                join button does not work.
        """
        if view.state.get("joined") is True:
            return False
        asked = self._password_field(view)
        self._was_gone = self._was_gone or (self._submitted and asked is None)
        if asked is not None:
            await self._give_password(page, view, asked)
        elif view.has("guest_button"):
            await click_first(page, selectors.GUEST_BUTTONS)
        elif view.has("prejoin") or view.has("join_button"):
            await self._join(page, view)
        elif view.has("knock_button"):
            await self._knock(page, view)
        else:
            return False
        return True

    @staticmethod
    def _password_field(view: PageView) -> str | None:
        if view.has("password"):
            return selectors.PASSWORD_INPUT
        return selectors.LOBBY_PASSWORD_INPUT if view.has("lobby_password") else None

    async def _give_password(self, page: MeetingPage, view: PageView, field: str) -> None:
        if not self.entry.passcode:
            raise JoinError(Outcome.PASSCODE_WRONG, "join: a password is asked for, none was given")
        if self._submitted:
            self._looks_after += 1
            is_refused = self._was_gone or view.says(selectors.WRONG_PASSWORD_TEXTS) is not None
            if is_refused or self._looks_after > _SUBMIT_LOOKS:
                raise JoinError(Outcome.PASSCODE_WRONG, "join: the password was not taken")
            return
        if await page.type_text(field, self.entry.passcode):
            self._submitted = True
            if field != selectors.LOBBY_PASSWORD_INPUT or not await page.click(
                selectors.LOBBY_PASSWORD_BUTTON
            ):
                await page.press("Enter")

    async def _join(self, page: MeetingPage, view: PageView) -> None:
        if self._presses >= _MOST_PRESSES:
            said = "an error" if view.has("join_error") else "nothing"
            raise JoinError(Outcome.PAGE_CHANGED, f"join: the join button does {said}")
        if view.has("name_input") and self._presses == 0:
            await _write_name(page, selectors.NAME_INPUTS, self.entry.bot_name)
        if view.has("consent_box"):
            await click_first(page, selectors.CONSENT_BOXES)
        if await click_first(page, selectors.JOIN_BUTTONS):
            self._presses += 1

    async def _knock(self, page: MeetingPage, view: PageView) -> None:
        if self.entry.passcode and not self._submitted and view.has("lobby_has_password"):
            await page.click(selectors.LOBBY_HAS_PASSWORD)
            return
        if view.has("lobby_name"):
            await _write_name(page, selectors.LOBBY_NAME_INPUTS, self.entry.bot_name)
        await click_first(page, selectors.LOBBY_KNOCK_BUTTONS)


async def _write_name(page: MeetingPage, fields: tuple[str, ...], name: str) -> None:
    for field in fields:
        if await page.click(field):
            # the address may have filled it in already
            await page.press("Control+A")
            await page.press("Delete")
            await page.type_text(field, name)
            return
