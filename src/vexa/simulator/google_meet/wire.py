"""A Meet meeting's own half: the `collections` channel, the HTTP roster, three slots a page."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence

from vexa.simulator.google_meet import activity, roster
from vexa.simulator.google_meet.options import MeetOptions
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.meetings import (
    ChatLine,
    DeviceIds,
    Participant,
    Presence,
    Visitor,
    VisitorState,
)
from vexa.simulator.sfu.peers import AnsweringPeer
from vexa.simulator.sfu.slot_receiver import SlotReceiver

CHANNEL = "collections"
_STATUS = {
    Presence.HERE: roster.IN_MEETING,
    Presence.LEFT: roster.NOT_IN_MEETING,
    Presence.REMOVED: roster.KICKED,
}
_SPACE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz"


def device_ids(source: random.Random) -> DeviceIds:
    """Make the ids of one meeting's devices: `spaces/<space>/devices/<number>`."""
    space = "".join(source.choices(_SPACE_LETTERS, k=12))
    return lambda number: f"spaces/{space}/devices/{number}"


def entry(participant: Participant, for_visitor: str | None = None) -> roster.RosterEntry:
    """The roster line of a participant as one visitor is told it."""
    return roster.RosterEntry(
        device_id=participant.device_id,
        full_name=participant.name,
        stream_id=participant.stream_id,
        status=_STATUS[participant.presence],
        display_name=participant.display_name,
        is_self=participant.visitor_id is not None and participant.visitor_id == for_visitor,
        is_host=participant.is_host,
        is_muted=participant.is_muted,
        parent_device_id=participant.parent_device_id,
    )


class MeetWire:
    """Tells pages through their data channels; lights of tiles go by WebSocket."""

    def __init__(self, meeting: LiveMeeting) -> None:
        self._meeting = meeting
        self._version = 0
        self._speaking: set[str] = set()

    @property
    def options(self) -> MeetOptions:
        """The meeting's options."""
        options = self._meeting.state.options
        assert isinstance(options, MeetOptions)
        return options

    def people_changed(self, changed: Sequence[Participant]) -> None:
        """Send roster news to every page, as far as it may know them yet."""
        self._version += 1
        wanted = {participant.participant_id for participant in changed}
        for visitor_id, peer in self._peers():
            known = self._meeting.state.known_to(visitor_id, time.time())
            told = [item for item in known if item.participant_id in wanted]
            if told:
                peer.send(self._news(visitor_id, told))

    def put_out(self, visitor: Visitor) -> None:
        """A page is told by its state alone."""

    def chatted(self, line: ChatLine) -> None:
        """Send a chat line to every page."""
        self._version += 1
        message = roster.encode_event(self._version, [], [line], form=self.options.roster)
        for _, peer in self._peers():
            peer.send(message)

    def spoke(self, participant: Participant, is_on: bool) -> None:
        """Light or dim a tile on every page in the call; tell those that play a mix who speaks."""
        (self._speaking.add if is_on else self._speaking.discard)(participant.device_id)
        news = self._activity()
        for _, peer in self._peers():
            peer.send(news, activity.CHANNEL)
        message = {"type": "speaking", "device_id": participant.device_id, "on": is_on}
        for visitor in self._meeting.state.in_state(VisitorState.IN_CALL):
            self._meeting.send(visitor.visitor_id, message)

    def sync(self, visitor_id: str) -> str:
        """The HTTP roster as a visitor is told it. Raises NotFound."""
        self._meeting.state.visitor(visitor_id)
        entries = [entry(item, visitor_id) for item in self._present(visitor_id)]
        return roster.encode_sync(self._version, entries, form=self.options.roster)

    async def answer_offer(self, visitor_id: str, sdp: str) -> str:
        """Connect a page's media. Raises NotFound, Conflict when not in the call."""
        participant = self._meeting.caller(visitor_id)
        receiver = SlotReceiver(visitor_id, participant.stream_id)
        peer = AnsweringPeer(
            receiver,
            channel=CHANNEL,
            on_open=lambda: self._media_is_up(visitor_id),
            on_page_channel=lambda label: peer.send(self._activity(), label),
            on_microphone=self._meeting.add_microphone,
            cameras=self._meeting.cameras(visitor_id).new_tracks(),
            gives_sound=self.options.sound_tracks,
        )
        await self._meeting.connect(peer)
        answer = await peer.answer(sdp)
        if peer.carries_sound:
            self._meeting.start_media(peer)
        return answer

    def _media_is_up(self, visitor_id: str) -> None:
        peer = self._meeting.peers.get(visitor_id)
        if isinstance(peer, AnsweringPeer):
            peer.receiver.prime()
            peer.send(self._news(visitor_id, self._present(visitor_id)))

    def _activity(self) -> bytes:
        people = self._meeting.state.participants.values()
        here = [one.device_id for one in people if one.is_present]
        return activity.encode_activity(here, self._speaking)

    def _present(self, visitor_id: str) -> list[Participant]:
        known = self._meeting.state.known_to(visitor_id, time.time())
        return [item for item in known if item.is_present]

    def _news(self, visitor_id: str, told: Iterable[Participant]) -> bytes:
        entries = [entry(item, visitor_id) for item in told]
        return roster.encode_event(self._version, entries, form=self.options.roster)

    def _peers(self) -> list[tuple[str, AnsweringPeer]]:
        peers = self._meeting.peers.items()
        return [(name, peer) for name, peer in peers if isinstance(peer, AnsweringPeer)]
