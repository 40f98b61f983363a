"""Every meeting of the simulator, by code."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from vexa.contracts.errors import Conflict, NotFound
from vexa.simulator.live_meeting import LiveMeeting, Records
from vexa.simulator.meetings import MeetingOptions


class MeetingsIndex:
    """Creates, finds and closes meetings. Used from one event loop."""

    def __init__(self, records: Records, seed: int | None = None) -> None:
        self.records = records
        self._seed = seed
        self._meetings: dict[str, LiveMeeting] = {}

    def create(self, options: MeetingOptions) -> LiveMeeting:
        """Open a meeting and start its media. Raises Conflict when the code is in use."""
        if options.native_id in self._meetings:
            raise Conflict(f"meeting {options.native_id} exists")
        meeting = LiveMeeting(options, self.records, self._seed)
        self._meetings[options.native_id] = meeting
        meeting.start()
        meeting.record("meeting_created")
        return meeting

    def find(self, platform: str, code: str) -> LiveMeeting | None:
        """Return a platform's meeting, or None."""
        meeting = self._meetings.get(code)
        ours = meeting is not None and meeting.state.options.platform == platform
        return meeting if ours else None

    def get(self, code: str) -> LiveMeeting:
        """Return a meeting. Raises NotFound."""
        meeting = self._meetings.get(code)
        if meeting is None:
            raise NotFound(f"no meeting {code}")
        return meeting

    def all(self) -> list[LiveMeeting]:
        """Every meeting, oldest first."""
        return list(self._meetings.values())

    async def remove(self, code: str) -> None:
        """Close and forget a meeting. Raises NotFound."""
        meeting = self.get(code)
        del self._meetings[code]
        await meeting.aclose()

    async def aclose(self) -> None:
        """Close every meeting. Safe to call twice."""
        meetings = self.all()
        self._meetings.clear()
        await asyncio.gather(*(meeting.aclose() for meeting in meetings))


@dataclass(frozen=True, slots=True)
class PlatformMeetings:
    """One platform's meetings, as its pages know them: called with a code, it finds that one."""

    index: MeetingsIndex
    platform: str

    def __call__(self, code: str) -> LiveMeeting | None:
        """Return a meeting, or None."""
        return self.index.find(self.platform, code)

    def all(self) -> list[LiveMeeting]:
        """Every meeting of the platform, oldest first."""
        of = self.platform
        return [one for one in self.index.all() if one.state.options.platform == of]
