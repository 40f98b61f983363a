"""Who is in a Teams meeting and who speaks, from whatever a session happens to have.

People come from the call object, from signalling, or, while neither told of anyone, from tiles.
Who speaks comes from the tiles' outlines, where packets name no contributing source, and from the
authors of captions where there are none either (docs/decisions/{0083,0098}). A line that grew tells
only in which stretch its author surely spoke, so the author counts as speaking in all of it: where
two do, it is nobody's. Pure; one for each stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from vexa.platforms.base import Person, RosterChange, Speaking
from vexa.platforms.stalls import Seen
from vexa.platforms.teams.captions import LEAST_LATE_MS, MOST_LATE_MS
from vexa.platforms.teams.names import clean_name, is_same_name, without_number

#: How much later than the sound outlines are, ms: a guess, measured nowhere yet.
SIGN_LATE_MS = 250.0
#: Stands for authors of captions whose name is nobody's who is known to be in.
NOBODY = "nobody"
#: Longer than sound is ever held back, ms.
_LONG_MS = 60_000.0
#: Most people that are remembered.
_MOST = 2_000


class Outline(NamedTuple):
    """A tile's outline that lit or went dark; `shown`: the name on the tile."""

    shown: str
    is_lit: bool
    seen: Seen


class Company:
    """Turns news into roster changes. `bot_name`: what the bot joined as."""

    def __init__(self) -> None:
        self.bot_name = ""
        #: How late all signs are told to be (`Platform.speaking_late_ms`).
        self.late_ms = SIGN_LATE_MS
        self._has_outlines = self._has_captions = False
        self._own_id = ""
        #: Device → name, of people whom something better than a tile told of.
        self._names: dict[str, str] = {}
        #: Platform's id → device that somebody was known by before, from a tile alone.
        self._before: dict[str, str] = {}
        #: Device of a tile → name.
        self._shown: dict[str, str] = {}
        #: Name on a lit tile → device.
        self._lit: dict[str, str] = {}

    def take_call(
        self, own: str, people: Sequence[tuple[str, str]], sources: Mapping[str, str]
    ) -> RosterChange:
        """Take the call object's people, who are everybody, and whose each source is."""
        self._own_id = own or self._own_id
        told = [Person(device, clean_name(name)) for device, name in people]
        return replace(self._settle(told, sources), complete=True)

    def take_roster(self, change: RosterChange) -> RosterChange:
        """Take what the signalling tells of some people."""
        told = [replace(person, name=clean_name(person.name)) for person in change.people]
        return self._settle(told, change.streams)

    def take_tiles(self, names: Sequence[str]) -> RosterChange:
        """Take the names on tiles; they count only where nothing better is known."""
        shown = self._first_devices(names)
        if self._names or not shown:
            return RosterChange()
        people = tuple(
            Person(f"tile:{name}", name, is_self=is_same_name(name, self.bot_name))
            for name in sorted(shown)
        )
        self._shown = {person.device_id: person.name for person in people}
        return RosterChange(people, {device: device for device in self._shown}, complete=True)

    def take_outlines(self, changes: Sequence[Outline]) -> RosterChange:
        """Take outlines that lit or went dark.

        After a stall it counts from when somebody surely spoke, and until when.
        """
        signs: list[Speaking] = []
        later_ms = self.late_ms - SIGN_LATE_MS
        for change in changes:
            name = self._first_device(clean_name(change.shown))
            if not name or is_same_name(name, self.bot_name):
                continue
            if change.is_lit:
                self._has_outlines = True
                device = self._lit.setdefault(name, self._device_of(name))
                signs.append(Speaking(device, True, change.seen.at_ms + later_ms))
            elif name in self._lit:
                end_ms = change.seen.since_ms + later_ms
                signs.append(Speaking(self._lit.pop(name), False, end_ms, may_be_a_pause=True))
        return self._signed(signs, signs)

    def _signed(self, owned: Sequence[Speaking], signs: Sequence[Speaking]) -> RosterChange:
        """Tell signs, and whose those are that somebody owns."""
        # of somebody whom only a tile names it is not known here whether they are still in
        people = tuple(
            Person(sign.device_id, sign.device_id.removeprefix("tile:"), present=False)
            for sign in owned
            if self._names and sign.device_id not in self._names
        )
        return RosterChange(
            people, {s.device_id: s.device_id for s in owned}, speaking=tuple(signs)
        )

    def take_captions(self, changes: Sequence[tuple[str, float, float]]) -> RosterChange:
        """Take captions that grew: author, and epoch ms between which; empty when they appear.

        What was said before the first of them may have had none, so it is nobody's.
        """
        if self._has_outlines:
            return RosterChange()
        self.late_ms = MOST_LATE_MS
        if changes and not self._has_captions:
            changes = [("", changes[0][1] - _LONG_MS, changes[0][2]), *changes]
        self._has_captions = bool(changes)
        signs: list[Speaking] = []
        for author, from_ms, at_ms in changes:
            device = self._author(author)
            signs.append(Speaking(device, True, from_ms + self.late_ms - MOST_LATE_MS))
            signs.append(Speaking(device, False, at_ms + self.late_ms - LEAST_LATE_MS))
        return self._signed([sign for sign in signs if sign.device_id != NOBODY], signs)

    def _author(self, shown: str) -> str:
        """The device of a caption's author; an author who is not known to be in is nobody."""
        name = self._first_device(clean_name(shown))
        known = {*self._names.values(), *self._shown.values()}
        if not name or name not in known or is_same_name(name, self.bot_name):
            return NOBODY
        return self._device_of(name)

    @staticmethod
    def _first_devices(names: Sequence[str]) -> set[str]:
        cleaned = {name for name in map(clean_name, names) if name}
        return {without_number(name, cleaned) for name in cleaned}

    def _first_device(self, name: str) -> str:
        return without_number(name, {*self._names.values(), *self._shown.values()})

    def _settle(self, told: Sequence[Person], sources: Mapping[str, str]) -> RosterChange:
        """Note people under the device that they are known by; mark the bot's own."""
        people: list[Person] = []
        for person in told:
            device = self._device_for(person, told)
            is_own = person.device_id == self._own_id
            if not self._own_id:
                is_own = is_same_name(person.name, self.bot_name)
            if device in self._names or len(self._names) < _MOST:
                self._names[device] = person.name or self._names.get(device, "")
            people.append(replace(person, device_id=device, is_self=is_own))
        streams = {source: self._before.get(device, device) for source, device in sources.items()}
        return RosterChange(tuple(people), streams)

    def _device_for(self, person: Person, told: Sequence[Person]) -> str:
        """Keep the device of somebody whom a tile told of, if no other has that name."""
        known = self._before.get(person.device_id)
        if known is not None or person.device_id in self._names:
            return known or person.device_id
        before = next((d for d, name in self._shown.items() if name == person.name), None)
        namesakes = sum(other.name == person.name for other in told)
        if before is None or before in self._names or namesakes != 1:
            return person.device_id
        self._before[person.device_id] = before
        return before

    def _device_of(self, name: str) -> str:
        """The one device of that name; people of one name share what is only a name."""
        found = [device for device, known in self._names.items() if known == name]
        return found[0] if len(found) == 1 else f"tile:{name}"
