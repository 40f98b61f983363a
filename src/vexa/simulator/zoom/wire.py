"""A Zoom meeting's own half: the signalling's roster and speakers, the active tile, the mixes."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import time
from collections.abc import Sequence
from typing import Any

from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.meetings import ChatLine, DeviceIds, Participant, Visitor, VisitorState
from vexa.simulator.zoom.options import ZoomOptions
from vexa.simulator.zoom.own_tracks import OwnTracks

#: The first person's id, and the step to the next (public bots, 2026-09: ten low bits are streams).
_FIRST_ID, _ID_STEP = 16_778_240, 1_024
_ROSTER_EVENT, _SPEAKERS_EVENT = 7937, 12033


def device_ids(_source: random.Random) -> DeviceIds:
    """Make the ids of one meeting's people."""
    return lambda number: str(_FIRST_ID + (number - 1) * _ID_STEP)


def coded_name(name: str) -> str:
    """Write a name as the signalling does: base64 without padding."""
    return base64.b64encode(name.encode()).decode().rstrip("=")


class ZoomWire:
    """Tells pages who is in and who speaks, and mixes what they hear.

    Attributes:
        own_tracks: connections of pages that get a track for each person.
        is_started: whether the host has begun; until then pages show that they wait.
        failing_loads: loads that will still end in an error.
    """

    def __init__(self, meeting: LiveMeeting) -> None:
        self._meeting = meeting
        self._told: dict[str, set[str]] = {}
        self._lit: list[Participant] = []
        self._active: Participant | None = None
        self.own_tracks = OwnTracks(meeting)
        self.is_started = self.options.started == "yes"
        self.failing_loads = self.options.failing_loads

    @property
    def options(self) -> ZoomOptions:
        """The meeting's options."""
        options = self._meeting.state.options
        assert isinstance(options, ZoomOptions)
        return options

    # -- told by the meeting

    def people_changed(self, changed: Sequence[Participant]) -> None:
        """Tell every page in the call about some people."""
        self.own_tracks.people_changed()
        for visitor in self._meeting.state.in_state(VisitorState.IN_CALL):
            if visitor.visitor_id in self._told:
                self._tell_people(visitor.visitor_id, changed)

    def put_out(self, visitor: Visitor) -> None:
        """A page is told by its state alone."""

    def chatted(self, line: ChatLine) -> None:
        """Show a chat line on every page."""
        people = self._meeting.state.participants.values()
        name = next((one.name for one in people if one.device_id == line.device_id), "")
        for visitor in self._meeting.state.in_state(VisitorState.IN_CALL):
            message = {"type": "chat", "from": name, "text": line.text}
            self._meeting.send(visitor.visitor_id, message)

    def spoke(self, participant: Participant, is_on: bool) -> None:
        """Show who speaks: all of them by the signalling, the last to begin on the tile."""
        self._lit = [one for one in self._lit if one is not participant and one.is_present]
        if is_on:
            self._lit.append(participant)
        body = {f"asn{n}": int(one.device_id) for n, one in enumerate(self._lit, start=1)}
        for visitor in self._meeting.state.in_state(VisitorState.IN_CALL):
            self._signal(visitor.visitor_id, _SPEAKERS_EVENT, body)
        if self._lit:
            self._meeting.spawn("tile", self._show_later(self._lit[-1]))

    async def _show_later(self, participant: Participant) -> None:
        await asyncio.sleep(self.options.tile_delay_ms / 1000)
        self._active = participant
        for visitor in self._meeting.state.in_state(VisitorState.IN_CALL):
            self._show_active(visitor.visitor_id)

    # -- told by a page

    def begin(self, visitor_id: str) -> None:
        """Tell a page that has come in who is there."""
        self._told[visitor_id] = set()
        self._tell_people(visitor_id, self._meeting.state.known_to(visitor_id, time.time()))
        self._show_active(visitor_id)

    # -- inner workings

    def _tell_people(self, visitor_id: str, people: Sequence[Participant]) -> None:
        told = self._told[visitor_id]
        here = [one for one in people if one.is_present and not one.is_hidden]
        new = [one for one in here if one.device_id not in told]
        known = [one for one in here if one.device_id in told]
        gone = [one for one in people if not one.is_present and one.device_id in told]
        body: dict[str, Any] = {
            "add": [{"id": int(one.device_id), **self._facts(one)} for one in new],
            "update": {one.device_id: self._facts(one) for one in known},
            "remove": {one.device_id: {"nReason": 0} for one in gone},
        }
        told |= {one.device_id for one in new}
        told -= {one.device_id for one in gone}
        self._signal(visitor_id, _ROSTER_EVENT, {key: what for key, what in body.items() if what})
        shown = [
            {"name": one.display_name or one.name, "self": one.visitor_id == visitor_id}
            for one in self._meeting.state.participants.values()
            if one.device_id in told
        ]
        self._meeting.send(visitor_id, {"type": "people", "people": shown})

    @staticmethod
    def _facts(one: Participant) -> dict[str, Any]:
        name = coded_name(one.display_name or one.name)
        return {"dn2": name, "bHost": one.is_host, "muted": one.is_muted}

    def _show_active(self, visitor_id: str) -> None:
        if self._active is not None:
            name = self._active.display_name or self._active.name
            self._meeting.send(visitor_id, {"type": "active", "name": name})

    def _signal(self, visitor_id: str, event: int, body: dict[str, Any]) -> None:
        """Send what the page's Worker says, if this session's signalling is known at all."""
        if self.options.signs == "signalling":
            data = json.dumps({"evt": event, "body": body, "seq": 0})
            self._meeting.send(visitor_id, {"type": "rwg", "data": data})
