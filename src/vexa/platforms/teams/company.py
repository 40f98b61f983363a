"""Who is in a Teams meeting and who speaks, from whatever a session happens to have.

People come from the call object, from signalling, or, while neither told of anyone, from tiles.
Who speaks comes from outlines; only while no outline ever lit, from the list of dominant sources
and from captions. Pure; one for each stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from vexa.platforms.base import Person, RosterChange, Speaking
from vexa.platforms.teams.channel_messages import Captioned, Dominance
from vexa.platforms.teams.names import clean_name, without_number

#: How much later than the sound outlines and dominance are, ms: a guess, measured nowhere yet.
SIGN_LATE_MS = 250.0
#: Most people that are remembered.
_MOST = 2_000


class Company:
    """Turns news into roster changes. `bot_name`: what the bot joined as."""

    def __init__(self) -> None:
        self.bot_name = ""
        self._names: dict[str, str] = {}
        self._owners: dict[str, str] = {}
        self._lit: dict[str, str] = {}
        self._has_outlines = False
        self._dominant: str | None = None

    def take_call(
        self, own: str, people: Sequence[tuple[str, str]], sources: Mapping[str, str]
    ) -> RosterChange:
        """Take the call object's people, who are everybody, and whose each source is."""
        known = tuple(
            Person(device, clean_name(name), is_self=self._is_own(device, name, own))
            for device, name in people
        )
        self._note(known, sources)
        return RosterChange(known, dict(sources), complete=True)

    def take_roster(self, change: RosterChange) -> RosterChange:
        """Take what the signalling tells of some people."""
        known = tuple(
            replace(
                person,
                name=clean_name(person.name),
                is_self=self._is_own(person.device_id, person.name, ""),
            )
            for person in change.people
        )
        self._note(known, change.streams)
        return replace(change, people=known)

    def take_tiles(self, names: Sequence[str]) -> RosterChange:
        """Take the names on tiles; they count only where nothing better is known."""
        shown = {name for name in map(clean_name, names) if name}
        if self._names or not shown:
            return RosterChange()
        shown = {without_number(name, shown) for name in shown}
        people = tuple(
            Person(f"tile:{name}", name, is_self=name == self.bot_name) for name in sorted(shown)
        )
        return RosterChange(people, {p.device_id: p.device_id for p in people}, complete=True)

    def take_outline(self, shown: str, is_on: bool, at_ms: float) -> RosterChange:
        """Take an outline that lit or went dark."""
        name = clean_name(shown)
        if not name or name == self.bot_name:
            return RosterChange()
        if not is_on:
            device = self._lit.pop(name, None)
            return RosterChange(speaking=(Speaking(device, False, at_ms),) if device else ())
        signs = [] if self._has_outlines else self._end_dominance(at_ms)
        self._has_outlines = True
        device = self._lit.setdefault(name, self._device_of(name))
        signs.append(Speaking(device, True, at_ms))
        if device in self._names:
            return RosterChange(streams={device: device}, speaking=tuple(signs))
        person = Person(device, name, present=False)
        # of somebody whom only a tile names it is not known here whether they are still in
        people = () if not self._names else (person,)
        return RosterChange(people, {device: device}, speaking=tuple(signs))

    def take_channel(self, told: Sequence[Dominance | Captioned], now_ms: float) -> RosterChange:
        """Take what the data channel says; nothing of it counts once outlines were seen."""
        signs: list[Speaking] = []
        streams: dict[str, str] = {}
        for item in () if self._has_outlines else told:
            if isinstance(item, Captioned):
                device = item.user_id
                signs += [
                    Speaking(device, True, item.begin_ms + SIGN_LATE_MS),
                    Speaking(device, False, item.end_ms + SIGN_LATE_MS),
                ]
            else:
                owner = self._owners.get(item.source)
                if owner == self._dominant:
                    continue
                signs += self._end_dominance(now_ms)
                if owner is None:
                    continue
                device = self._dominant = owner
                signs.append(Speaking(device, True, now_ms))
            streams[device] = device
        return RosterChange(streams=streams, speaking=tuple(signs))

    def _end_dominance(self, at_ms: float) -> list[Speaking]:
        before, self._dominant = self._dominant, None
        return [Speaking(before, False, at_ms)] if before else []

    def _is_own(self, device: str, name: str, own: str) -> bool:
        if own:
            return device == own
        return bool(self.bot_name) and clean_name(name) == self.bot_name

    def _device_of(self, name: str) -> str:
        """The one device of that name; people of one name share what is only a name."""
        found = [device for device, known in self._names.items() if known == name]
        return found[0] if len(found) == 1 else f"tile:{name}"

    def _note(self, people: Sequence[Person], sources: Mapping[str, str]) -> None:
        for person in people:
            if person.device_id in self._names or len(self._names) < _MOST:
                before = self._names.get(person.device_id, "")
                self._names[person.device_id] = person.name or before
        for source, device in sources.items():
            if source in self._owners or len(self._owners) < _MOST:
                self._owners[source] = device
