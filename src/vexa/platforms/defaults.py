"""What most platforms do not need: sources of news that never say anything."""

from __future__ import annotations

from vexa.contracts.meeting import Outcome
from vexa.platforms.base import PageView, Person, RosterChange, SoundBy, TrackNames
from vexa.platforms.stalls import Seen


class PlatformDefaults:
    """Base of a `Platform` that has the rest of its members."""

    state_script: str = ""
    client_frame: str = ""
    client_part: str = ""
    page_script: str = ""
    roster_channels: frozenset[str] = frozenset()
    roster_path: str = ""
    sound_by: SoundBy = SoundBy.CONTRIBUTOR
    taps_page: bool = False
    speaking_late_ms: float = 0.0
    wants_pointer: bool = False

    def hears(self, names: TrackNames, at_ms: float, peak: int) -> bool:
        """Every track counts."""
        return True

    def owner_of(self, names: TrackNames) -> str | None:
        """News tell whose a track is."""
        return None

    def help_needed(self, view: PageView) -> Outcome | None:
        """Nothing that a person could fix."""
        return None

    def people_shown(self, view: PageView) -> tuple[Person, ...]:
        """The page's tiles tell nothing that news do not."""
        return ()

    def decode_channel(self, label: str, message: bytes, seen: Seen) -> RosterChange:
        """No channel is read."""
        return RosterChange()

    def decode_answer(self, body: bytes) -> RosterChange:
        """No answer is read."""
        return RosterChange()

    def decode_news(self, text: str) -> RosterChange:
        """No script tells anything."""
        return RosterChange()
