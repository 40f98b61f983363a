"""Google Meet as a `Platform`: one place that names which file does what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import (
    PAGE_MIX,
    Entry,
    Judgement,
    MeetingPage,
    PageView,
    Person,
    Probe,
    RosterChange,
    SoundBy,
    TrackNames,
)
from vexa.platforms.defaults import PlatformDefaults
from vexa.platforms.google_meet import (
    activity_messages,
    admission,
    glow,
    join,
    leave,
    page_code,
    people,
    removal,
    roster_messages,
    selectors,
)
from vexa.platforms.google_meet.address import HOST
from vexa.platforms.google_meet.second_knock import SecondKnock
from vexa.platforms.stalls import Seen


class GoogleMeet(PlatformDefaults):
    """meet.google.com."""

    hosts: frozenset[str] = frozenset({HOST}) | selectors.SIGN_IN_HOSTS
    probes: Mapping[str, Probe] = selectors.PROBES
    roster_channels: frozenset[str] = frozenset(
        {roster_messages.CHANNEL, activity_messages.CHANNEL}
    )
    roster_path: str = roster_messages.SYNC_PATH
    taps_page: bool = True
    wants_pointer: bool = join.WANTS_POINTER
    page_script: str = f"(tell) => {{ ({page_code.AUDIO_ONLY})(); ({glow.NEWS})(tell); }}"

    def __init__(self) -> None:
        self._glow = glow.Glow()
        self._activity = activity_messages.Activity()
        self._has_receivers = False
        self._has_roster = False
        self._second_knock = SecondKnock()
        self._signed_in = False

    async def knock(self, page: MeetingPage, entry: Entry) -> None:
        """See `join.knock`."""
        self._second_knock.remember(entry)
        self._signed_in = entry.signed_in
        await join.knock(page, entry)

    def judge_admission(self, view: PageView) -> Judgement:
        """See `admission.judge_admission` and `SecondKnock.judge`."""
        return self._second_knock.judge(admission.judge_admission(view))

    def help_needed(self, view: PageView) -> Outcome | None:
        """See `admission.help_needed`."""
        return admission.help_needed(view, signed_in=self._signed_in)

    def judge_stay(self, view: PageView) -> Judgement:
        """See `removal.judge_stay`."""
        return removal.judge_stay(view)

    def people_shown(self, view: PageView) -> tuple[Person, ...]:
        """See `people.people_shown`."""
        return people.people_shown(view)

    def hears(self, names: TrackNames, at_ms: float, peak: int) -> bool:
        """Every track counts; sound of a receiver's means that the session has receivers."""
        if names != PAGE_MIX:
            self._has_receivers = True
            if self.sound_by is SoundBy.PLAYED:
                self.sound_by = SoundBy.CONTRIBUTOR
        return True

    def decode_channel(self, label: str, message: bytes, seen: Seen) -> RosterChange:
        """See `roster_messages.decode_channel` and `activity_messages.Activity.decode`."""
        if label == activity_messages.CHANNEL:
            return self._heed_activity(self._activity.decode(message, seen))
        return self._noted(roster_messages.decode_channel(message))

    def _heed_activity(self, change: RosterChange) -> RosterChange:
        if self._has_receivers or not self._activity.is_told:
            return RosterChange()
        self.sound_by, self.speaking_late_ms = SoundBy.PLAYED, activity_messages.LATE_MS
        return change

    def decode_answer(self, body: bytes) -> RosterChange:
        """See `roster_messages.decode_answer`."""
        return self._noted(roster_messages.decode_answer(body))

    def _noted(self, change: RosterChange) -> RosterChange:
        self._has_roster = self._has_roster or bool(change.people)
        return change

    def decode_news(self, text: str) -> RosterChange:
        """See `glow.Glow.decode`. A tile's name counts while the roster has told nobody's."""
        change = self._glow.decode(text)
        if self.sound_by is SoundBy.PLAYED:
            # lit tiles are later than what the activity's channel tells
            change = replace(change, speaking=())
        if not self._has_roster:
            return change
        return replace(change, people=tuple(one for one in change.people if not one.name))

    async def tidy(self, page: MeetingPage, view: PageView) -> None:
        """See `leave.tidy`; a withdrawn knock is made again."""
        if self._second_knock.is_due:
            await self._second_knock.make(page)
        else:
            await leave.tidy(page, view)

    async def post_chat(self, page: MeetingPage, text: str) -> bool:
        """See `page_acts.Chat`."""
        return await leave.CHAT.write(page, text)

    async def leave(self, page: MeetingPage) -> None:
        """See `leave.leave`."""
        await leave.leave(page)
