"""The state of a meeting. Pure: times come in, nothing is sent, nothing is read.

A *visitor* is one browser page that opened the meeting's address, the bot's or a person's. A
*participant* is somebody in the roster: scripted ones from the start, a visitor once admitted.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from vexa.contracts.errors import Conflict, IllegalTransition, InvalidInput, NotFound

#: Number of a participant in its meeting, from 1 → the platform's id of the device.
DeviceIds = Callable[[int], str]


class MeetingOptions(BaseModel):
    """How a meeting of any platform behaves; each platform adds its own.

    Everything but `native_id` has a default.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    platform: str
    native_id: str = Field(min_length=1, max_length=255, description="the platform's meeting code")
    access: Literal["open", "ask"] = Field("open", description="open: anyone may join at once")
    locale: Literal["en", "de"] = Field("en", description="language of every text, ?hl= or not")
    apostrophe: Literal["curly", "straight"] = Field("curly", description="’ or ' in the texts")
    page: Literal["normal", "blocked", "not_found", "sign_in"] = Field(
        "normal", description="what the address shows instead of the pre-join page"
    )
    knock_timeout_s: float = Field(600.0, gt=0, description="unanswered knocks end after this")
    kill_on_knock: bool = Field(False, description="page dies 0.5 s after the knock")
    dialogs: Sequence[str] = Field((), description="dialogs that every visitor meets on joining")
    cameras: int = Field(0, ge=0, le=9, description="pictures of others that every page gets")
    roster_delay_s: float = Field(0.0, ge=0, description="names arrive this late after the sound")
    speaking_delay_ms: int = Field(200, ge=0, description="tiles show speaking so late")
    flicker_share: float = Field(
        0.02, ge=0, le=1, description="chance a second that a silent tile shows speaking once"
    )
    tone_microphone: bool = Field(
        False, description="every page has a microphone that gives a tone, whatever its machine has"
    )
    clock: Literal["manual", "on_admission"] = Field(
        "manual", description="on_admission: the meeting's clock starts with the first visitor"
    )


class VisitorState(StrEnum):
    """Where a visitor's page is."""

    PREJOIN = "prejoin"
    KNOCKING = "knocking"
    IN_CALL = "in_call"
    ENDED = "ended"
    REMOVED = "removed"
    DENIED = "denied"
    TIMEOUT = "timeout"
    LEFT = "left"
    GONE = "gone"
    BLOCKED = "blocked"
    NOT_FOUND = "not_found"
    SIGN_IN = "sign_in"


_S = VisitorState
_MOVES: dict[VisitorState, frozenset[VisitorState]] = {
    _S.PREJOIN: frozenset({_S.KNOCKING, _S.IN_CALL, _S.ENDED, _S.GONE}),
    _S.KNOCKING: frozenset(
        {_S.IN_CALL, _S.DENIED, _S.TIMEOUT, _S.ENDED, _S.LEFT, _S.GONE, _S.BLOCKED}
    ),
    _S.IN_CALL: frozenset({_S.ENDED, _S.REMOVED, _S.LEFT, _S.GONE}),
    _S.DENIED: frozenset({_S.KNOCKING, _S.GONE}),
    _S.TIMEOUT: frozenset({_S.KNOCKING, _S.GONE}),
}


@dataclass
class Visitor:
    """One page. `name` is what its user typed; `participant_id` is set while in the call."""

    visitor_id: str
    state: VisitorState = VisitorState.PREJOIN
    name: str = ""
    knocked_at_s: float | None = None
    participant_id: str | None = None

    def move(self, to: VisitorState) -> None:
        """Change state.

        Raises:
            IllegalTransition: the page cannot get there from where it is.
        """
        if to not in _MOVES.get(self.state, frozenset()):
            raise IllegalTransition(f"a visitor that is {self.state} cannot become {to}")
        self.state = to


class Presence(StrEnum):
    """Whether somebody is in the meeting, or how they went."""

    HERE = "here"
    LEFT = "left"
    REMOVED = "removed"


@dataclass(frozen=True)
class ChatLine:
    """One message of the meeting's chat. `sent_ms`: milliseconds since 1970."""

    message_id: str
    device_id: str
    text: str
    sent_ms: int


@dataclass
class Participant:
    """Somebody in the roster. `revealed_at_s`: when receivers learn the name (fault: late)."""

    participant_id: str
    name: str
    device_id: str
    stream_id: int
    revealed_at_s: float
    display_name: str = ""
    is_host: bool = False
    is_muted: bool = False
    is_hidden: bool = False
    presence: Presence = Presence.HERE
    visitor_id: str | None = None
    parent_device_id: str = ""

    @property
    def is_present(self) -> bool:
        """Whether the participant is in the meeting now."""
        return self.presence is Presence.HERE


@dataclass
class Meeting:
    """One meeting: visitors, participants, chat."""

    options: MeetingOptions
    device_ids: DeviceIds
    random: random.Random
    participants: dict[str, Participant] = field(default_factory=dict)
    visitors: dict[str, Visitor] = field(default_factory=dict)
    chat: list[ChatLine] = field(default_factory=list)
    is_ended: bool = False
    _last_device: int = 0

    def add_participant(
        self,
        name: str,
        now_s: float,
        *,
        display_name: str = "",
        is_host: bool = False,
        is_muted: bool = False,
        is_hidden: bool = False,
        visitor_id: str | None = None,
        presents_for: str | None = None,
    ) -> Participant:
        """Bring somebody in; names need not be unique.

        Args:
            name: full name.
            now_s: time of joining.
            display_name: name that others see, if another.
            is_host: whether the roster says host.
            is_muted: whether the microphone is off.
            is_hidden: whether it is no person but a helper that pages do not show.
            visitor_id: the page this participant sits at.
            presents_for: id of the participant whose screen this device presents.
        """
        parent = self.participant(presents_for).device_id if presents_for else ""
        self._last_device += 1
        participant = Participant(
            participant_id=f"p{self._last_device}",
            name=name,
            device_id=self.device_ids(self._last_device),
            stream_id=self.random.randrange(1_000_000, 2**31),
            revealed_at_s=now_s + (0.0 if visitor_id else self.options.roster_delay_s),
            display_name=display_name,
            is_host=is_host,
            is_muted=is_muted,
            is_hidden=is_hidden,
            visitor_id=visitor_id,
            parent_device_id=parent,
        )
        self.participants[participant.participant_id] = participant
        return participant

    def participant(self, participant_id: str) -> Participant:
        """Return one participant. Raises NotFound."""
        try:
            return self.participants[participant_id]
        except KeyError:
            raise NotFound(f"no participant {participant_id}") from None

    def remove_participant(self, participant_id: str, how: Presence = Presence.LEFT) -> None:
        """Let a participant leave. Raises NotFound."""
        self.participant(participant_id).presence = how

    def visitor(self, visitor_id: str) -> Visitor:
        """Return one visitor. Raises NotFound."""
        try:
            return self.visitors[visitor_id]
        except KeyError:
            raise NotFound(f"no visitor {visitor_id}") from None

    def open_page(self, visitor_id: str) -> Visitor:
        """Let a page open; an ended meeting, or a page fault, shows something else."""
        shown = {
            "normal": VisitorState.NOT_FOUND if self.is_ended else VisitorState.PREJOIN,
            "blocked": VisitorState.BLOCKED,
            "not_found": VisitorState.NOT_FOUND,
            "sign_in": VisitorState.SIGN_IN,
        }[self.options.page]
        visitor = Visitor(visitor_id, shown)
        self.visitors[visitor_id] = visitor
        return visitor

    def press_join(self, visitor_id: str, name: str, now_s: float) -> Visitor:
        """Act on the pre-join button: into an open meeting at once, else a knock.

        Raises:
            InvalidInput: the name is empty.
            IllegalTransition: the visitor is not at the pre-join page.
        """
        if not name.strip():
            raise InvalidInput("a guest needs a name", field="name")
        visitor = self.visitor(visitor_id)
        visitor.name = name.strip()
        visitor.knocked_at_s = now_s
        if self.options.access == "open":
            self._let_in(visitor, now_s)
        else:
            visitor.move(VisitorState.KNOCKING)
        return visitor

    def admit(self, visitor_id: str, now_s: float) -> Visitor:
        """Let a knocking visitor in. Raises NotFound, IllegalTransition."""
        visitor = self.visitor(visitor_id)
        if visitor.state is not VisitorState.KNOCKING:
            raise IllegalTransition(f"visitor {visitor_id} is not knocking")
        self._let_in(visitor, now_s)
        return visitor

    def _let_in(self, visitor: Visitor, now_s: float) -> None:
        visitor.move(VisitorState.IN_CALL)
        joined = self.add_participant(visitor.name, now_s, visitor_id=visitor.visitor_id)
        visitor.participant_id = joined.participant_id

    def put_out(self, visitor_id: str, state: VisitorState) -> Visitor:
        """Take a visitor out of the lobby or the call. Raises NotFound, IllegalTransition."""
        visitor = self.visitor(visitor_id)
        visitor.move(state)
        if visitor.participant_id is not None:
            removed = state is VisitorState.REMOVED
            how = Presence.REMOVED if removed else Presence.LEFT
            self.remove_participant(visitor.participant_id, how)
        return visitor

    def overdue_knocks(self, now_s: float) -> list[Visitor]:
        """Visitors whose knock nobody answered in time."""
        limit_s = self.options.knock_timeout_s
        return [
            visitor
            for visitor in self.in_state(VisitorState.KNOCKING)
            if visitor.knocked_at_s is not None and now_s - visitor.knocked_at_s >= limit_s
        ]

    def in_state(self, *states: VisitorState) -> list[Visitor]:
        """Visitors in one of some states, in the order they came."""
        return [visitor for visitor in self.visitors.values() if visitor.state in states]

    def end(self) -> list[Visitor]:
        """End the meeting for everyone; return the visitors whose page changes."""
        if self.is_ended:
            raise Conflict("the meeting has ended")
        self.is_ended = True
        present = self.in_state(VisitorState.PREJOIN, VisitorState.KNOCKING, VisitorState.IN_CALL)
        return [self.put_out(visitor.visitor_id, VisitorState.ENDED) for visitor in present]

    def known_to(self, visitor_id: str, now_s: float) -> list[Participant]:
        """Participants, gone ones included, whose names a visitor may know by now."""
        return [
            participant
            for participant in self.participants.values()
            if participant.revealed_at_s <= now_s or participant.visitor_id == visitor_id
        ]
