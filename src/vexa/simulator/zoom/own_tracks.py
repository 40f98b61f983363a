"""Sessions in which a page gets a track for each person, named by a number of that person's own."""

from __future__ import annotations

from vexa.contracts.errors import Conflict
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.meetings import Participant, VisitorState
from vexa.simulator.sfu.offering_peer import OfferingPeer
from vexa.simulator.sfu.peers import Peer
from vexa.simulator.sfu.track_receiver import TrackReceiver

#: A person's id with this in its low bits is the number of their sound (public bots, 2026-09).
_SOUND = 2


class OwnTracks:
    """Keeps one connection for each page that wants tracks; offers anew as people come and go."""

    def __init__(self, meeting: LiveMeeting) -> None:
        self._meeting = meeting
        self._wanting: set[str] = set()

    def begin(self, visitor_id: str) -> None:
        """Connect a page in the call, in place of what it had. Raises NotFound, Conflict."""
        self._meeting.caller(visitor_id)
        self._wanting.add(visitor_id)
        self._meeting.spawn("tracks", self._see_to(visitor_id, anew=True))

    def people_changed(self) -> None:
        """See to the tracks of every page."""
        for visitor_id in self._wanting:
            self._meeting.spawn("tracks", self._see_to(visitor_id))

    async def take_answer(self, visitor_id: str, sdp: str) -> None:
        """Take a page's answer to the last offer. Raises Conflict."""
        peer = self._meeting.peers.get(visitor_id)
        if not isinstance(peer, OfferingPeer) or not peer.is_waiting:
            raise Conflict("no offer waits for this answer")
        await peer.accept(sdp)
        await self._see_to(visitor_id)

    async def _see_to(self, visitor_id: str, *, anew: bool = False) -> None:
        """Bring a page's connection up to date, or another one, unless an offer is on its way."""
        if self._meeting.state.visitor(visitor_id).state is not VisitorState.IN_CALL:
            return
        me = self._meeting.caller(visitor_id)
        peer = self._meeting.peers.get(visitor_id)
        if anew or not isinstance(peer, OfferingPeer):
            peer = self._new_peer(me, visitor_id, peer)
        elif peer.is_waiting:
            return
        others = [
            one
            for one in self._meeting.state.participants.values()
            if one.is_present and one.stream_id != me.stream_id
        ]
        wanted = {one.stream_id: _names(one) for one in others}
        if peer.forward(wanted) or not peer.connection.localDescription:
            self._meeting.send(visitor_id, {"type": "offer", "sdp": await peer.offer()})

    def _new_peer(self, me: Participant, visitor_id: str, before: Peer | None) -> OfferingPeer:
        peer = OfferingPeer(
            TrackReceiver(visitor_id, me.stream_id),
            on_connected=lambda: self._meeting.start_media(peer),
            on_microphone=self._meeting.add_microphone,
        )
        self._meeting.peers[visitor_id] = peer
        if before is not None:
            self._meeting.conference.receivers.pop(visitor_id, None)
            self._meeting.spawn("tracks before", before.aclose())
        return peer


def _names(one: Participant) -> tuple[str, str]:
    """Ids of somebody's media stream and track."""
    number = int(one.device_id) + _SOUND
    return f"{number}+sound", f"{number}-track"
