"""Jitsi Meet as a `Platform`: one place that names which file does what."""

from __future__ import annotations

from collections.abc import Mapping

from vexa.platforms.base import (
    Entry,
    Judgement,
    MeetingPage,
    PageView,
    Probe,
    RosterChange,
    SoundBy,
    TrackNames,
)
from vexa.platforms.defaults import PlatformDefaults
from vexa.platforms.jitsi import (
    admission,
    join,
    leave,
    page_code,
    people,
    removal,
    selectors,
)
from vexa.platforms.jitsi.address import HOSTS
from vexa.platforms.jitsi.doorway import Doorway

#: Times that pictures are refused; the application may ask for them again as its page changes.
_PICTURE_TRIES = 20


class Jitsi(PlatformDefaults):
    """meet.jit.si, 8x8.vc, and deployments that an operator named."""

    hosts: frozenset[str] = HOSTS
    probes: Mapping[str, Probe] = selectors.PROBES
    state_script: str = page_code.STATE
    page_script: str = page_code.NEWS
    sound_by: SoundBy = SoundBy.TRACK

    def __init__(self) -> None:
        self._doorway: Doorway | None = None
        self._picture_tries = _PICTURE_TRIES
        self._kick: removal.Kick | None = None

    async def knock(self, page: MeetingPage, entry: Entry) -> None:
        """See `join.knock`."""
        self._doorway = Doorway(entry)
        await join.knock(page, self._doorway)

    def judge_admission(self, view: PageView) -> Judgement:
        """See `admission.judge_admission`."""
        return admission.judge_admission(view, self._kick)

    def judge_stay(self, view: PageView) -> Judgement:
        """See `removal.judge_stay`."""
        return removal.judge_stay(view, self._kick)

    def owner_of(self, names: TrackNames) -> str | None:
        """See `people.owner_of`."""
        return people.owner_of(names)

    def decode_news(self, text: str) -> RosterChange:
        """See `people.decode_news`; a kick is kept for the judgements."""
        kick = removal.decode_kick(text)
        if kick is not None:
            self._kick = kick
            return RosterChange()
        return people.decode_news(text)

    async def tidy(self, page: MeetingPage, view: PageView) -> None:
        """See `doorway.Doorway.answer`; in the room, see to it that no pictures are sent."""
        if self._doorway is not None:
            await self._doorway.answer(page, view)
        last_n = view.state.get("last_n")
        is_sent_pictures = isinstance(last_n, int | float) and last_n != 0
        if view.state.get("joined") is True and is_sent_pictures and self._picture_tries:
            self._picture_tries -= 1
            await page.run(page_code.NO_PICTURES)

    async def post_chat(self, page: MeetingPage, text: str) -> bool | None:
        """See `leave.post_chat`."""
        return await leave.post_chat(page, text)

    async def leave(self, page: MeetingPage) -> None:
        """See `leave.leave`."""
        await leave.leave(page)
