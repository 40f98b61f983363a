"""Zoom's web client as a `Platform`: one place that names which file does what."""

from __future__ import annotations

from collections.abc import Mapping

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import (
    Entry,
    Judgement,
    MeetingPage,
    PageView,
    Person,
    Probe,
    RosterChange,
    SoundBy,
    Stage,
    TrackNames,
)
from vexa.platforms.defaults import PlatformDefaults
from vexa.platforms.zoom import (
    account,
    admission,
    join,
    leave,
    news,
    page_code,
    people,
    removal,
    selectors,
    tracks,
)
from vexa.platforms.zoom.address import HOSTS
from vexa.platforms.zoom.company import TILE_MOST_LATE_MS, Company
from vexa.platforms.zoom.doorway import Doorway


class Zoom(PlatformDefaults):
    """zoom.us and its client hosts, one stay."""

    hosts: frozenset[str] = HOSTS
    probes: Mapping[str, Probe] = selectors.PROBES
    state_script: str = page_code.STATE
    client_frame: str = ", ".join(selectors.CLIENT_FRAMES)
    page_script: str = page_code.NEWS
    sound_by: SoundBy = SoundBy.PLAYED
    speaking_late_ms: float = TILE_MOST_LATE_MS

    def __init__(self) -> None:
        self._company = Company()
        self._tracks = tracks.TrackChoice()
        self._doorway: Doorway | None = None
        self._signed_in = False

    async def knock(self, page: MeetingPage, entry: Entry) -> None:
        """See `join.knock`; with an account, `account.prove` comes before."""
        self._signed_in = entry.signed_in
        if entry.signed_in:
            await account.prove(page, entry.url)
        self._doorway = Doorway(entry)
        await join.knock(page, self._doorway)

    @property
    def _shown_as(self) -> str:
        return self._doorway.shown_as if self._doorway is not None else ""

    def hears(self, names: TrackNames, at_ms: float, peak: int) -> bool:
        """See `tracks.TrackChoice.hears`."""
        return self._tracks.hears(names, peak)

    def owner_of(self, names: TrackNames) -> str | None:
        """See `tracks.owner_of`."""
        return tracks.owner_of(names)

    def judge_admission(self, view: PageView) -> Judgement:
        """See `admission.judge_admission`; a meeting that had not begun is asked for again."""
        if self._doorway is not None and self._doorway.opens_again(view):
            return Judgement(Stage.CONSENT, admission.NOT_STARTED, waited_out=Outcome.NOT_STARTED)
        return admission.judge_admission(view)

    def help_needed(self, view: PageView) -> Outcome | None:
        """See `admission.help_needed`."""
        return admission.help_needed(view, signed_in=self._signed_in)

    def judge_stay(self, view: PageView) -> Judgement:
        """See `removal.judge_stay`."""
        return removal.judge_stay(view)

    def people_shown(self, view: PageView) -> tuple[Person, ...]:
        """See `people.people_shown`."""
        return people.people_shown(view, self._shown_as)

    def decode_news(self, text: str) -> RosterChange:
        """See `news.decode_news`."""
        self._company.bot_name = self._shown_as
        told = news.decode_news(text, self._company)
        self.speaking_late_ms = self._company.late_ms
        return told

    async def tidy(self, page: MeetingPage, view: PageView) -> None:
        """See `doorway.Doorway.answer`."""
        if self._doorway is not None:
            await self._doorway.answer(page, view)

    async def post_chat(self, page: MeetingPage, text: str) -> bool:
        """See `page_acts.Chat`."""
        return await leave.CHAT.write(page, text)

    async def leave(self, page: MeetingPage) -> None:
        """See `leave.leave`."""
        await leave.leave(page)
