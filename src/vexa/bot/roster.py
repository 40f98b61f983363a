"""Who is in the meeting, and whose an audio stream is. Pure; fed by what the platform decodes.

stream → device → name. A presentation's device stands for its parent. A name or nothing: an
internal id never passes for a name, and an unknown stream has no name until the roster brings it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from vexa.bot.note_takers import is_note_taker
from vexa.contracts.meeting import MOST_PARTICIPANTS
from vexa.platforms.base import Person, RosterChange, plain

#: Longest name that is passed on, characters; and the most devices that are remembered.
_LONGEST_NAME = 120
_MOST_DEVICES = 2_000
#: Parts of internal ids that pages show where a name is not known yet.
_INTERNAL = ("spaces/", "devices/", "Google Participant (")


def usable_name(name: str) -> str | None:
    """Return the name as it may be shown, or None if it is empty or an internal id."""
    cleaned = "".join(c if c.isprintable() else " " for c in name)
    cleaned = " ".join(cleaned.split())[:_LONGEST_NAME].strip()
    if not cleaned or any(part in cleaned for part in _INTERNAL):
        return None
    return cleaned


def _better_name(now: str, before: str) -> str:
    """Prefer the later name, unless it is none; some pages go back to an internal id."""
    return now if now == before or usable_name(now) else before or now


def _folded(name: str) -> str:
    return plain(usable_name(name) or "")


class Roster:
    """Everything the platform has told so far. `known`: whether of who is present."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}
        self._streams: dict[str, str] = {}
        #: Devices that are or were in the meeting, in the order in which they came.
        self._came: dict[str, None] = {}
        self.known = False

    def apply(self, change: RosterChange) -> None:
        """Take news in. Self-marks and parents, once told, stay: later news may leave them out."""
        for person in change.people:
            self._remember(person)
            self.known = self.known or person.present
        if change.complete:
            self._let_go({person.device_id for person in change.people})
        for stream, device in change.streams.items():
            if stream in self._streams or len(self._streams) < _MOST_DEVICES:
                self._streams[stream] = device

    def _let_go(self, present: set[str]) -> None:
        for device_id, person in self._people.items():
            if person.present and device_id not in present:
                self._people[device_id] = replace(person, present=False)

    def _remember(self, person: Person) -> None:
        before = self._people.get(person.device_id)
        if before is None and len(self._people) >= _MOST_DEVICES:
            return
        if before is not None:
            person = Person(
                device_id=person.device_id,
                name=_better_name(person.name, before.name),
                present=person.present,
                is_self=person.is_self or before.is_self,
                parent_device_id=person.parent_device_id or before.parent_device_id,
            )
        self._people[person.device_id] = person
        if person.present:
            self._came.setdefault(person.device_id)

    def mark_self(self, device_ids: Iterable[str]) -> None:
        """Take from the page which devices are the bot's own."""
        for device_id in device_ids:
            known = self._people.get(device_id)
            self._remember(Person(device_id, known.name if known else "", is_self=True))

    def device_of(self, stream: str) -> str | None:
        """Return the device whose stream this is now, if it is known; a presentation's parent."""
        person = self._owner(stream)
        return person.device_id if person else None

    def name_of(self, stream: str) -> str | None:
        """Return the name of the person whose stream this is, if it is known."""
        person = self._owner(stream)
        return usable_name(person.name) if person else None

    def is_own(self, stream: str) -> bool:
        """Tell whether a stream is the bot's own sound."""
        person = self._owner(stream)
        return person is not None and person.is_self

    def is_screen(self, device_id: str) -> bool:
        """Tell whether a device is known to be what somebody presents, and so is nobody."""
        person = self._people.get(device_id)
        return person is not None and bool(person.parent_device_id)

    def is_note_taker(self, device_id: str) -> bool:
        """Tell whether a device is that of another note-taker, as far as names tell."""
        person = self._people.get(device_id)
        return person is not None and is_note_taker(person.name)

    def others_present(self) -> int:
        """Count people other than the bot; presentations do not count."""
        return len(self._others())

    def people_present(self) -> int:
        """Count those of them who are no note-takers, as far as their names tell."""
        return sum(not is_note_taker(person.name) for person in self._others())

    def names(self, bot_name: str, *, signed_in: bool) -> tuple[str, ...]:
        """Return the names of all who are or were in, besides the bot, in the order they came.

        Nobody is there twice, and whoever got another name has the latest one. Who has the bot's
        own name may be what is left of a bot before it, and is left out.

        Args:
            bot_name: what the bot joined as.
            signed_in: it has the name of an account instead; until its own device is known, no
                name is told, since one of them may be its own.
        """
        own = [person.name for person in self._people.values() if person.is_self]
        if signed_in and not own:
            return ()
        own_names = {_folded(name) for name in (bot_name, *own)}
        came = [self._people[device_id] for device_id in self._came]
        shown = [usable_name(p.name) for p in came if not p.is_self and not p.parent_device_id]
        named = dict.fromkeys(name for name in shown if name and _folded(name) not in own_names)
        return tuple(named)[:MOST_PARTICIPANTS]

    def _others(self) -> list[Person]:
        return [
            person
            for person in self._people.values()
            if person.present and not person.is_self and not person.parent_device_id
        ]

    def _owner(self, stream: str) -> Person | None:
        person = self._people.get(self._streams.get(stream, ""))
        if person is not None and person.parent_device_id:
            return self._people.get(person.parent_device_id)
        return person
