"""A meeting that is running: its state, its media and the pages that look at it, tied together."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Collection, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from vexa.contracts.errors import Conflict, NotFound
from vexa.kit.tasks import BackgroundTasks
from vexa.simulator.doubles import DOUBLES
from vexa.simulator.event_log import EventLog, JsonLines
from vexa.simulator.line import Line
from vexa.simulator.meetings import (
    ChatLine,
    Meeting,
    MeetingOptions,
    Participant,
    Visitor,
    VisitorState,
)
from vexa.simulator.sfu.camera import Cameras
from vexa.simulator.sfu.conference import Conference
from vexa.simulator.sfu.microphone import Microphone
from vexa.simulator.sfu.peers import Peer
from vexa.simulator.sfu.speaking_lights import SpeakingLights
from vexa.simulator.sfu.speech_source import TICK_MS
from vexa.simulator.sfu.talkers import LiveTalker, Played, ScriptedTalker, Utterance
from vexa.simulator.truth import truth_line

#: How often unanswered knocks are looked at.
KNOCK_CHECK_S = 0.1
#: Real pages die about this long after the knock when Google refuses them silently.
KILL_AFTER_S = 0.5


class Page(Protocol):
    """The sending half of one visitor's connection."""

    def send(self, message: dict[str, Any]) -> None:
        """Send a message soon; never blocks."""
        ...


@dataclass
class Records:
    """Where a meeting writes down what happened."""

    events: EventLog
    truth: JsonLines


class LiveMeeting:
    """Everything that happens in one meeting. Methods are called from the event loop only.

    Attributes:
        state: who is in, who knocks, what was said in the chat.
        conference: the media server's half.
        peers: visitor → its connection.
        wire: what its platform makes of it all.
    """

    def __init__(self, options: MeetingOptions, records: Records, seed: int | None = None) -> None:
        source = random.Random(seed)
        double = DOUBLES.load(options.platform)
        self.state = Meeting(options, double.device_ids(source), source)
        self.conference = Conference(self._on_slot, self._on_tick)
        self._records = records
        self.peers: dict[str, Peer] = {}
        self._cameras: dict[str, Cameras] = {}
        self._microphones: dict[str, Microphone] = {}
        self._lines: dict[str, Line] = {}
        self._pages: dict[str, Page] = {}
        self._talkers: dict[str, ScriptedTalker] = {}
        self._clock_tick: int | None = None
        self._lights = SpeakingLights(
            options.speaking_delay_ms // TICK_MS, options.flicker_share, source
        )
        self._tasks = BackgroundTasks()
        self.wire = double.wire(self)

    def start(self) -> None:
        """Begin ticking. Needs a running event loop."""
        self._tasks.spawn("conference", self.conference.run())
        self._tasks.spawn("knocks", self._watch_knocks())

    async def aclose(self) -> None:
        """Stop the media and close every connection. Safe to call twice."""
        await self._tasks.aclose()
        peers = list(self.peers.values())
        self.peers.clear()
        await asyncio.gather(*(peer.aclose() for peer in peers))

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside; it ends with the meeting at the latest."""
        self._tasks.spawn(name, work)

    # -- facts

    @property
    def code(self) -> str:
        """The meeting's native id."""
        return self.state.options.native_id

    @property
    def clock_started_epoch_s(self) -> float | None:
        """Time of day at which the meeting's clock stood at zero."""
        if self._clock_tick is None:
            return None
        return self.conference.epoch_of(self._clock_tick)

    @property
    def is_speech_over(self) -> bool:
        """Whether everything scheduled has been said."""
        return not any(talker.is_busy for talker in self._talkers.values())

    def record(self, event: str, **fields: Any) -> None:
        """Write one event of this meeting."""
        self._records.events.record(event, self.code, **fields)

    # -- participants and speech

    def add_participant(self, name: str, **facts: Any) -> Participant:
        """Bring a scripted participant in. Raises NotFound for an unknown `presents_for`."""
        participant = self.state.add_participant(name, time.time(), **facts)
        talker = ScriptedTalker(
            participant.stream_id, lambda played: self._on_played(participant, played)
        )
        talker.clock_tick = self._clock_tick
        talker.muted = participant.is_muted
        self._talkers[participant.participant_id] = talker
        self.conference.talkers[participant.stream_id] = talker
        self.record(
            "participant_joined",
            participant=participant.participant_id,
            name=name,
            device_id=participant.device_id,
            stream_id=participant.stream_id,
        )
        self._announce(participant)
        return participant

    def remove_participant(self, participant_id: str) -> None:
        """Let a scripted participant leave; what they are saying ends here. Raises NotFound."""
        talker = self._talker(participant_id)
        self.state.remove_participant(participant_id)
        self.conference.talkers.pop(talker.stream_id, None)
        del self._talkers[participant_id]
        talker.stop()
        self.record("participant_left", participant=participant_id)
        self.wire.people_changed([self.state.participant(participant_id)])

    def set_muted(self, participant_id: str, is_muted: bool) -> None:
        """Mute or unmute a scripted participant. Raises NotFound."""
        self._talker(participant_id).muted = is_muted
        participant = self.state.participant(participant_id)
        participant.is_muted = is_muted
        self.record("participant_muted", participant=participant_id, muted=is_muted)
        self.wire.people_changed([participant])

    def rename(self, participant_id: str, name: str) -> None:
        """Let a participant take another name. Raises NotFound."""
        participant = self.state.participant(participant_id)
        participant.name = name
        self.record("participant_renamed", participant=participant_id, name=name)
        self.wire.people_changed([participant])

    def schedule(self, participant_id: str, utterances: Iterable[Utterance]) -> None:
        """Let a participant say things. Raises NotFound."""
        self._talker(participant_id).schedule(list(utterances))

    def start_clock(self) -> float:
        """Set the meeting's clock to zero now; return that time of day. Raises Conflict."""
        if self._clock_tick is not None:
            raise Conflict("the meeting's clock is running")
        self._clock_tick = self.conference.tick
        for talker in self._talkers.values():
            talker.clock_tick = self._clock_tick
        started_s = self.conference.epoch_of(self._clock_tick)
        self.record("clock_started", started_epoch_s=round(started_s, 3))
        return started_s

    def _talker(self, participant_id: str) -> ScriptedTalker:
        try:
            return self._talkers[participant_id]
        except KeyError:
            raise NotFound(f"no scripted participant {participant_id}") from None

    # -- pages

    def open_page(self, page: Page) -> Visitor:
        """Take a new page in; it is told its state."""
        visitor = self.state.open_page(uuid.uuid4().hex[:12])
        self._pages[visitor.visitor_id] = page
        self.record("page_opened", visitor=visitor.visitor_id, state=visitor.state)
        page.send({"type": "welcome", "visitor_id": visitor.visitor_id})
        self._show_state(visitor)
        return visitor

    async def close_page(self, visitor_id: str) -> None:
        """Forget a page whose connection ended; in a call it counts as having gone."""
        self._pages.pop(visitor_id, None)
        visitor = self.state.visitor(visitor_id)
        lively = {VisitorState.PREJOIN, VisitorState.KNOCKING, VisitorState.IN_CALL}
        if visitor.state in lively:
            self.put_out(visitor_id, VisitorState.GONE)
        self.record("page_closed", visitor=visitor_id)
        await self._drop_peer(visitor_id)

    def press_join(self, visitor_id: str, name: str, *, is_refused: bool = False) -> None:
        """Act on the page's join button; the page of a refused knock dies.

        Raises:
            InvalidInput: the name is empty.
            IllegalTransition: the visitor is not at the pre-join page.
        """
        visitor = self.state.press_join(visitor_id, name, time.time())
        event = "joined" if visitor.state is VisitorState.IN_CALL else "knocked"
        self.record(event, visitor=visitor_id, name=visitor.name)
        self._show_state(visitor)
        if is_refused or self.state.options.kill_on_knock:
            self._tasks.spawn("kill", self._kill_later(visitor_id))
        if visitor.state is VisitorState.IN_CALL:
            self._welcome_in(visitor)

    def admit(self, visitor_id: str) -> None:
        """Let a knocking visitor in. Raises NotFound, IllegalTransition."""
        visitor = self.state.admit(visitor_id, time.time())
        self.record("admitted", visitor=visitor_id, name=visitor.name)
        self._show_state(visitor)
        self._welcome_in(visitor)

    def put_out(self, visitor_id: str, state: VisitorState) -> None:
        """Deny, time out, remove or let leave. Raises NotFound, IllegalTransition."""
        visitor = self.state.put_out(visitor_id, state)
        self._after_put_out(visitor)

    def end(self) -> None:
        """End the meeting for everyone. Raises Conflict when it has ended."""
        for visitor in self.state.end():
            self._after_put_out(visitor)
        for participant_id in list(self._talkers):
            self.remove_participant(participant_id)
        self.record("meeting_ended")

    def effect(self, visitor_id: str, effect: str, **fields: Any) -> None:
        """Make a page do something: dialog, toast, stall, kill, navigate… Raises NotFound."""
        self.state.visitor(visitor_id)
        self.record("effect", visitor=visitor_id, effect=effect, **fields)
        self.send(visitor_id, {"type": "effect", "effect": effect, **fields})

    def drop_network(self, visitor_id: str, duration_s: float) -> None:
        """Let nothing pass between a page and its meeting for a while; the page says so first."""
        self.effect(visitor_id, "toast", text_key="reconnecting", duration_s=duration_s)
        self._tasks.spawn("network", self._cut(visitor_id, duration_s))

    async def _cut(self, visitor_id: str, duration_s: float) -> None:
        line, peer = self.line(visitor_id), self.peers.get(visitor_id)
        receiver = self.conference.receivers.get(visitor_id)

        def apply() -> None:
            if receiver is not None:
                receiver.dropped = not line.is_whole
            if peer is not None:
                peer.silence(not line.is_whole)

        line.cut()
        apply()
        try:
            await asyncio.sleep(duration_s)
        finally:
            line.mend()
            apply()

    def say_in_chat(self, device_id: str, text: str) -> None:
        """Add a line to the chat; every page in the call gets it on its channel."""
        line = ChatLine(uuid.uuid4().hex[:8], device_id, text, int(time.time() * 1000))
        self.state.chat.append(line)
        self.record("chat", device_id=device_id, text=text)
        self.wire.chatted(line)

    # -- media

    def caller(self, visitor_id: str) -> Participant:
        """Return a visitor in the call as the participant it is. Raises NotFound, Conflict."""
        visitor = self.state.visitor(visitor_id)
        if visitor.participant_id is None or visitor.state is not VisitorState.IN_CALL:
            raise Conflict("only a visitor in the call gets media")
        return self.state.participant(visitor.participant_id)

    async def connect(self, peer: Peer) -> None:
        """Take a visitor's new connection in place of the one it had."""
        await self._drop_peer(peer.receiver.receiver_id)
        self.peers[peer.receiver.receiver_id] = peer

    def start_media(self, peer: Peer) -> None:
        """From now on a connected page gets sound."""
        self.conference.receivers[peer.receiver.receiver_id] = peer.receiver
        self.record("media_answered", visitor=peer.receiver.receiver_id)

    def cameras(self, visitor_id: str) -> Cameras:
        """The others' pictures as a visitor gets them, across its connections."""
        return self._cameras.setdefault(visitor_id, Cameras(self.state.options.cameras))

    def want_pictures(self, visitor_id: str, is_wanted: bool) -> None:
        """Act on a page's own setting for incoming video."""
        self.record("pictures", visitor=visitor_id, wanted=is_wanted)
        self.cameras(visitor_id).want(is_wanted)

    def add_microphone(self, talker: LiveTalker) -> None:
        """Let a page's own sound be heard by the others, and keep it."""
        self.conference.talkers[talker.stream_id] = talker
        for one in self.state.participants.values():
            if one.stream_id == talker.stream_id and one.visitor_id is not None:
                talker.keep = self.microphone(one.visitor_id).take

    def microphone(self, visitor_id: str) -> Microphone:
        """What a visitor's page sent of its own sound, across its connections."""
        return self._microphones.setdefault(visitor_id, Microphone())

    def line(self, visitor_id: str) -> Line:
        """A visitor's network."""
        return self._lines.setdefault(visitor_id, Line())

    def send(self, visitor_id: str, message: dict[str, Any]) -> None:
        """Send a page a message; nothing happens when its connection has ended."""
        page = self._pages.get(visitor_id)
        if page is not None:
            page.send(message)

    # -- inner workings

    def _welcome_in(self, visitor: Visitor) -> None:
        assert visitor.participant_id is not None
        self._announce(self.state.participant(visitor.participant_id))
        options = self.state.options
        for dialog in options.dialogs:
            self.effect(visitor.visitor_id, "dialog", dialog=dialog)
        if options.clock == "on_admission" and self._clock_tick is None:
            self.start_clock()

    def _announce(self, participant: Participant) -> None:
        delay_s = participant.revealed_at_s - time.time()
        if delay_s <= 0:
            self.wire.people_changed([participant])
        else:
            self._tasks.spawn("late_roster", self._announce_later(participant, delay_s))

    async def _announce_later(self, participant: Participant, delay_s: float) -> None:
        await asyncio.sleep(delay_s + 0.01)
        self.wire.people_changed([participant])

    def _after_put_out(self, visitor: Visitor) -> None:
        self.record(str(visitor.state), visitor=visitor.visitor_id, name=visitor.name)
        self._show_state(visitor)
        if visitor.participant_id is not None:
            gone = self.state.participant(visitor.participant_id)
            self.conference.talkers.pop(gone.stream_id, None)
            self.wire.people_changed([gone])
        self.wire.put_out(visitor)
        self._tasks.spawn("drop_peer", self._drop_peer(visitor.visitor_id))

    async def _drop_peer(self, visitor_id: str) -> None:
        self.conference.receivers.pop(visitor_id, None)
        peer = self.peers.pop(visitor_id, None)
        if peer is not None:
            await peer.aclose()

    def _show_state(self, visitor: Visitor) -> None:
        self.send(visitor.visitor_id, {"type": "state", "state": visitor.state})

    async def _kill_later(self, visitor_id: str) -> None:
        await asyncio.sleep(KILL_AFTER_S)
        self.effect(visitor_id, "kill")

    async def _watch_knocks(self) -> None:
        while True:
            for visitor in self.state.overdue_knocks(time.time()):
                self.put_out(visitor.visitor_id, VisitorState.TIMEOUT)
            await asyncio.sleep(KNOCK_CHECK_S)

    def _on_slot(self, receiver_id: str, slot: int, stream_id: int) -> None:
        self.record("slot", visitor=receiver_id, slot=slot, stream_id=stream_id)

    def _on_tick(self, tick: int, sounding: Collection[int]) -> None:
        present = {p.stream_id: p for p in self.state.participants.values() if p.is_present}
        silent = present.keys() - sounding
        for stream_id, is_lit in self._lights.update(tick, sounding, silent):
            if stream_id in present:
                self.wire.spoke(present[stream_id], is_lit)

    def _on_played(self, participant: Participant, played: Played) -> None:
        line = truth_line(self.code, participant, played, self.conference.epoch_of)
        self._records.truth.append(line)
