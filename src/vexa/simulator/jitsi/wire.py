"""A Jitsi room's own half: the room's members and the bridge's connections, told by WebSocket."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from typing import Any

from vexa.contracts.errors import Conflict
from vexa.simulator.jitsi.options import JitsiOptions
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.meetings import ChatLine, DeviceIds, Participant, Visitor, VisitorState
from vexa.simulator.sfu.offering_peer import OfferingPeer
from vexa.simulator.sfu.track_receiver import TrackReceiver


def device_ids(source: random.Random) -> DeviceIds:
    """Make the ids of one room's members: eight hexadecimal digits."""
    return lambda _number: f"{source.randrange(2**32):08x}"


class JitsiWire:
    """Tells pages who is in, and keeps a connection for each that carries what it should."""

    def __init__(self, meeting: LiveMeeting) -> None:
        self._meeting = meeting
        self._wants_p2p: dict[str, bool] = {}
        self._names: dict[tuple[int, int], tuple[str, str]] = {}
        self._sessions = 0

    @property
    def options(self) -> JitsiOptions:
        """The room's options."""
        options = self._meeting.state.options
        assert isinstance(options, JitsiOptions)
        return options

    # -- told by the meeting

    def people_changed(self, changed: Sequence[Participant]) -> None:
        """Tell every page who is in, and see to its tracks."""
        for visitor in self._meeting.state.in_state(VisitorState.IN_CALL):
            self.send_people(visitor.visitor_id)
            self._meeting.spawn("bridge", self._see_to(visitor.visitor_id))

    def put_out(self, visitor: Visitor) -> None:
        """A page is told by its state alone."""

    def chatted(self, line: ChatLine) -> None:
        """Show a chat line on every page."""
        author = self._shown_id(line.device_id)
        message = {"type": "chat", "id": line.message_id, "from": author, "text": line.text}
        for visitor in self._meeting.state.in_state(VisitorState.IN_CALL):
            self._meeting.send(visitor.visitor_id, message)

    def spoke(self, participant: Participant, is_on: bool) -> None:
        """Let whoever began to speak last dominate."""
        if is_on:
            for visitor in self._meeting.state.in_state(VisitorState.IN_CALL):
                message = {"type": "dominant", "id": self._shown_id(participant.device_id)}
                self._meeting.send(visitor.visitor_id, message)

    # -- told by a page

    def send_people(self, visitor_id: str) -> None:
        """Tell a page who is in, as it is told it."""
        people = [self._person(one, visitor_id) for one in self._members()]
        self._meeting.send(visitor_id, {"type": "people", "people": people})

    def begin_media(self, visitor_id: str, *, wants_p2p: bool) -> None:
        """Connect a page that is in the call. Raises NotFound, Conflict."""
        self._meeting.caller(visitor_id)
        self._wants_p2p[visitor_id] = wants_p2p
        self._meeting.spawn("bridge", self._see_to(visitor_id))

    def restart(self, visitor_id: str, session: int) -> None:
        """Give a page another connection for its newest, which it has given up."""
        peer = self._meeting.peers.get(visitor_id)
        if isinstance(peer, OfferingPeer) and peer.session == session:
            self._meeting.spawn("bridge", self._see_to(visitor_id, anew=True))

    async def take_answer(self, visitor_id: str, session: int, sdp: str) -> None:
        """Take a page's answer to the last offer. Raises Conflict."""
        peer = self._meeting.peers.get(visitor_id)
        if not isinstance(peer, OfferingPeer) or peer.session != session or not peer.is_waiting:
            raise Conflict("no offer waits for this answer")
        await peer.accept(sdp)
        await self._see_to(visitor_id)

    # -- the bridge

    async def _see_to(self, visitor_id: str, *, anew: bool = False) -> None:
        """Bring a page's connection up to date, or another one, unless an offer is on its way."""
        if visitor_id not in self._wants_p2p:
            return
        if self._meeting.state.visitor(visitor_id).state is not VisitorState.IN_CALL:
            return
        me = self._meeting.caller(visitor_id)
        others = [one for one in self._members() if one.stream_id != me.stream_id]
        is_p2p = self._wants_p2p[visitor_id] and len(others) <= 1
        peer = self._meeting.peers.get(visitor_id)
        if anew or not isinstance(peer, OfferingPeer) or peer.is_p2p != is_p2p:
            peer = self._new_peer(me, visitor_id, is_p2p, peer)
        elif peer.is_waiting:
            return
        wanted = {one.stream_id: self._track_names(peer.session, one) for one in others}
        if peer.forward(wanted) or not peer.connection.localDescription:
            sdp = await peer.offer()
            owners = {wanted[one.stream_id][0]: self._shown_id(one.device_id) for one in others}
            message = {"type": "offer", "sdp": sdp, "session": peer.session, "p2p": is_p2p}
            self._meeting.send(visitor_id, {**message, "owners": owners})

    def _new_peer(
        self, me: Participant, visitor_id: str, is_p2p: bool, before: object
    ) -> OfferingPeer:
        self._sessions += 1
        peer = OfferingPeer(
            TrackReceiver(visitor_id, me.stream_id),
            session=self._sessions,
            is_p2p=is_p2p,
            on_connected=lambda: self._connected(peer),
            on_microphone=self._meeting.add_microphone,
            cameras=self._meeting.cameras(visitor_id).new_tracks(),
            before=before if isinstance(before, OfferingPeer) else None,
        )
        # the one before goes on until this one is connected
        self._meeting.peers[visitor_id] = peer
        return peer

    def _connected(self, peer: OfferingPeer) -> None:
        if self._meeting.peers.get(peer.receiver.receiver_id) is not peer:
            return
        self._meeting.start_media(peer)
        self._meeting.record(
            "session", visitor=peer.receiver.receiver_id, p2p=peer.is_p2p, number=peer.session
        )
        before, peer.before = peer.before, None
        if before is not None:
            self._meeting.spawn("session before", before.aclose())

    def _track_names(self, session: int, one: Participant) -> tuple[str, str]:
        known = self.options.stream_names == "endpoint" and not self.options.dial_in
        stream = f"{one.device_id}-audio-0-{session}" if known else str(uuid.uuid4())
        return self._names.setdefault((session, one.stream_id), (stream, str(uuid.uuid4())))

    def _members(self) -> list[Participant]:
        return [one for one in self._meeting.state.participants.values() if one.is_present]

    def _shown_id(self, device_id: str) -> str:
        return f"+49 30 {int(device_id, 16)}" if self.options.dial_in else device_id

    def _person(self, one: Participant, visitor_id: str) -> dict[str, Any]:
        return {
            "id": self._shown_id(one.device_id),
            "dialled": self.options.dial_in,
            "name": one.display_name or one.name,
            "self": one.visitor_id == visitor_id,
            "hidden": one.is_hidden,
            "muted": one.is_muted,
            "host": one.is_host,
        }
