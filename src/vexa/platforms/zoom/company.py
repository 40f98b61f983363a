"""Who is in a Zoom meeting and who speaks, from whatever a session happens to have.

The signalling is trusted first: it has ids, and names everybody who speaks at once. Only while it
has told of no speaker does the active tile count: it shows one person at a time, late, and goes on
showing them in silence. So a tile that changes says only where somebody surely spoke: not in the
stretch in which the page may have been about to change, nor in a stall. Pure; one for each stay.
"""

from __future__ import annotations

from vexa.platforms.base import Person, RosterChange, Speaking, plain
from vexa.platforms.stalls import Seen
from vexa.platforms.zoom import selectors
from vexa.platforms.zoom.signalling import People, Speakers

#: How much later than the sound the signalling's speakers are, ms; and the least and the most that
#: a tile is, two looks at it included. Guesses, measured nowhere yet.
SPEAKERS_LATE_MS = 250.0
TILE_LEAST_LATE_MS, TILE_MOST_LATE_MS = 300.0, 1_200.0
#: Most people that are remembered.
_MOST = 2_000
#: Low bits of an id that tell streams of one person apart.
_STREAM_BITS = 10


class Company:
    """Turns news into roster changes. `bot_name`: what the bot joined as."""

    def __init__(self) -> None:
        self.bot_name = ""
        #: How late all signs are told to be (`Platform.speaking_late_ms`): as the tile, until the
        #: signalling has told of a speaker.
        self.late_ms = TILE_MOST_LATE_MS
        self._names: dict[str, str] = {}
        self._own = ""
        self._speaking: frozenset[str] = frozenset()
        self._has_speakers = False
        self._tile = ""

    def take_people(self, news: People) -> RosterChange:
        """Take news of the roster; of people whom it names anew, only the news."""
        for person, name in news.here.items():
            if person in self._names or len(self._names) < _MOST:
                self._names[person] = name or self._names.get(person, "")
        self._find_own(news)
        people = [
            Person(one, self._names.get(one, ""), is_self=one == self._own) for one in news.here
        ]
        people += [Person(one, "", present=False, is_self=one == self._own) for one in news.gone]
        return RosterChange(
            tuple(people), {person.device_id: person.device_id for person in people}
        )

    def _find_own(self, news: People) -> None:
        """The bot is whoever came last of those that have its name when it first sees one."""
        if self._own or not self.bot_name:
            return
        named = [one for one in news.here if plain(self._names[one]) == plain(self.bot_name)]
        self._own = max(named, key=int, default="")

    def take_speakers(self, news: Speakers, seen: Seen) -> RosterChange:
        """Take who speaks now, all of them."""
        self.late_ms = SPEAKERS_LATE_MS
        signs = [] if self._has_speakers else self._end_tile(seen)
        self._has_speakers = True
        now = frozenset(map(self._person_of, news.ids)) - {self._own}
        signs += [
            Speaking(one, False, seen.since_ms, may_be_a_pause=True)
            for one in sorted(self._speaking - now)
        ]
        signs += [Speaking(one, True, seen.at_ms) for one in sorted(now - self._speaking)]
        self._speaking = now
        return RosterChange(streams={one: one for one in now}, speaking=tuple(signs))

    def _person_of(self, spoken: str) -> str:
        """The person whose stream this is: ids of streams differ in their low bits only."""
        person = str(int(spoken) >> _STREAM_BITS << _STREAM_BITS)
        return person if spoken not in self._names and person in self._names else spoken

    def take_tile(self, shown: str, seen: Seen) -> RosterChange:
        """Take the name on the active tile; it counts only where nothing better is known."""
        name = clean_name(shown)
        device = self._device_of(name) if name and plain(name) != plain(self.bot_name) else ""
        if self._has_speakers or device == self._tile:
            return RosterChange()
        signs = self._end_tile(seen)
        self._tile = device
        if not device:
            return RosterChange(speaking=tuple(signs))
        begun_ms = seen.at_ms + self.late_ms - TILE_LEAST_LATE_MS
        # whoever was shown before may still speak
        pause_from_ms = signs[0].at_ms if signs else None
        signs.append(Speaking(device, True, begun_ms, pause_from_ms=pause_from_ms))
        known = device in self._names
        # of somebody whom only a tile names it is not known here whether they are still in
        people = () if known else (Person(device, name, present=False),)
        return RosterChange(people, {device: device}, speaking=tuple(signs))

    def _end_tile(self, seen: Seen) -> list[Speaking]:
        before, self._tile = self._tile, ""
        ended_ms = seen.since_ms + self.late_ms - TILE_MOST_LATE_MS
        return [Speaking(before, False, ended_ms)] if before else []

    def _device_of(self, name: str) -> str:
        """The one person of that name; people of one name share what is only a name."""
        found = [person for person, known in self._names.items() if known == name]
        return found[0] if len(found) == 1 else f"tile:{name}"


def clean_name(text: str) -> str:
    """Return a name without what Zoom puts behind it; nothing when it is no name."""
    name = " ".join(text.split())
    for suffix in selectors.NAME_SUFFIXES:
        if plain(name).endswith(plain(suffix)):
            name = name[: -len(suffix)].rstrip()
    return "" if plain(name) in selectors.NOT_NAMES else name
