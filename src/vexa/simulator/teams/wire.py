"""A Teams meeting's own half: call object, signalling frames, data channel, and the mix."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.meetings import ChatLine, DeviceIds, Participant, Visitor, VisitorState
from vexa.simulator.teams import channel, frames
from vexa.simulator.teams.captions import CaptionLine
from vexa.simulator.teams.options import TeamsOptions
from vexa.simulator.teams.peer import TeamsPeer
from vexa.simulator.teams.receiver import MixReceiver

#: Dominant speakers that a message names at most.
_HISTORY = 5


def device_ids(source: random.Random) -> DeviceIds:
    """Make the ids of one meeting's people, as an organisation's accounts have them."""
    return lambda _number: f"8:orgid:{uuid.UUID(int=source.getrandbits(128), version=4)}"


class TeamsWire:
    """Tells pages who is in and who speaks, and answers their offers."""

    def __init__(self, meeting: LiveMeeting) -> None:
        self._meeting = meeting
        self._signals: dict[str, Callable[[str], None]] = {}
        self._history: list[int] = []
        self._with_captions: set[str] = set()

    @property
    def options(self) -> TeamsOptions:
        """The meeting's options."""
        options = self._meeting.state.options
        assert isinstance(options, TeamsOptions)
        return options

    # -- told by the meeting

    def people_changed(self, changed: Sequence[Participant]) -> None:
        """Tell every page in the call who is in."""
        for visitor in self._meeting.state.in_state(VisitorState.IN_CALL):
            self.send_people(visitor.visitor_id, changed)

    def put_out(self, visitor: Visitor) -> None:
        """Tell a page that its call is over, or that it was denied one."""
        if visitor.participant_id is not None or visitor.state is VisitorState.DENIED:
            self._signal(visitor.visitor_id, frames.end_frame(visitor.state))

    def chatted(self, line: ChatLine) -> None:
        """Show a chat line on every page."""
        people = self._meeting.state.participants.values()
        name = next((one.name for one in people if one.device_id == line.device_id), "")
        for visitor in self._meeting.state.in_state(VisitorState.IN_CALL):
            message = {"type": "chat", "from": name, "text": line.text}
            self._meeting.send(visitor.visitor_id, message)

    def spoke(self, participant: Participant, is_on: bool) -> None:
        """Light or dim a tile, and tell of who dominates now."""
        message = {"type": "speaking", "id": participant.device_id, "on": is_on}
        for visitor in self._meeting.state.in_state(VisitorState.IN_CALL):
            self._meeting.send(visitor.visitor_id, message)
        if is_on:
            rest = [one for one in self._history if one != participant.stream_id]
            self._history = [participant.stream_id, *rest][:_HISTORY]
            self._send_dominance()

    # -- told by a page

    def take_signals(self, visitor_id: str, send: Callable[[str], None]) -> None:
        """Send a page's frames this way from now on."""
        self._signals[visitor_id] = send

    def drop_signals(self, visitor_id: str) -> None:
        """A page's signalling socket has ended."""
        self._signals.pop(visitor_id, None)

    def send_people(self, visitor_id: str, changed: Sequence[Participant] = ()) -> None:
        """Tell a page who is in, as it is told it: by its call object, and by frames."""
        state = self._meeting.state
        known = {one.participant_id for one in state.known_to(visitor_id, time.time())}
        here = [one for one in state.participants.values() if one.is_present]
        people = [self._person(one, visitor_id, one.participant_id in known) for one in here]
        self._meeting.send(visitor_id, {"type": "people", "people": people})
        told = [one for one in changed or here if one.participant_id in known and not one.is_hidden]
        if self.options.frames and told:
            self._signal(visitor_id, frames.roster_frame(told))

    async def answer_offer(self, visitor_id: str, sdp: str) -> str:
        """Connect a page's media. Raises NotFound, Conflict when not in the call."""
        me = self._meeting.caller(visitor_id)
        receiver = MixReceiver(
            visitor_id,
            me.stream_id,
            self.options,
            lambda line: self._show_caption(visitor_id, line),
        )
        receiver.caption(visitor_id in self._with_captions)
        peer = TeamsPeer(
            receiver,
            on_open=lambda: self._media_is_up(visitor_id),
            on_microphone=self._meeting.add_microphone,
            cameras=self._meeting.cameras(visitor_id).new_tracks(),
            gives_sound=self.options.sound_tracks,
        )
        await self._meeting.connect(peer)
        answer = await peer.answer(sdp)
        if peer.carries_sound:
            self._meeting.start_media(peer)
        return answer

    def want_captions(self, visitor_id: str, is_on: bool) -> None:
        """A page turned its captions on or off."""
        self._meeting.record("captions", visitor=visitor_id, on=is_on)
        if is_on:
            self._with_captions.add(visitor_id)
        else:
            self._with_captions.discard(visitor_id)
        peer = self._meeting.peers.get(visitor_id)
        if peer is not None and isinstance(peer.receiver, MixReceiver):
            peer.receiver.caption(is_on)

    # -- inner workings

    def _show_caption(self, visitor_id: str, line: CaptionLine) -> None:
        people = self._meeting.state.participants.values()
        author = next((one for one in people if one.stream_id == line.stream_id), None)
        if author is None:
            return
        if not line.is_final:
            shown = {"line": line.number, "id": author.device_id, "text": line.text}
            self._meeting.send(visitor_id, {"type": "caption", **shown})
        peer = self._meeting.peers.get(visitor_id)
        if isinstance(peer, TeamsPeer):
            began_s = self._meeting.conference.epoch_of(line.began_tick)
            peer.send(channel.recognition(line, author.device_id, began_s))

    def _media_is_up(self, visitor_id: str) -> None:
        peer = self._meeting.peers.get(visitor_id)
        if peer is not None:
            peer.receiver.prime()
        self._send_dominance()

    def _send_dominance(self) -> None:
        message = channel.dominance(self._history)
        for peer in self._meeting.peers.values():
            if isinstance(peer, TeamsPeer):
                peer.send(message)

    def _signal(self, visitor_id: str, frame: str) -> None:
        send = self._signals.get(visitor_id)
        if send is not None and self.options.frames:
            send(frame)

    @staticmethod
    def _person(one: Participant, visitor_id: str, is_known: bool) -> dict[str, Any]:
        return {
            "id": one.device_id,
            "name": (one.display_name or one.name) if is_known else "",
            "source": one.stream_id,
            "self": one.visitor_id == visitor_id,
            "hidden": one.is_hidden,
            "muted": one.is_muted,
        }
