"""What a meeting of the Meet double can be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from vexa.simulator.google_meet.roster import RosterForm
from vexa.simulator.meetings import MeetingOptions

MEETING_CODE = r"^[a-z]{3}-[a-z]{4}-[a-z]{3}$"

Dialog = Literal["recording", "got_it", "others_may_see", "gemini", "still_there"]


class MeetOptions(MeetingOptions):
    """How a Meet meeting behaves. Everything but the code has a default."""

    platform: Literal["google_meet"] = "google_meet"
    native_id: str = Field(pattern=MEETING_CODE, description="meeting code, abc-defg-hij")
    csp: Literal["google", "strict", "none"] = Field("google", description="policy of the pages")
    captcha: bool = Field(False, description="a visible challenge on the pre-join page")
    session: str | None = Field(
        None, description="a page whose cookie SID is this is signed in, and asks for no name"
    )
    guests: bool = Field(True, description="false: whoever is not signed in is sent to sign in")
    account_name: str = Field("Notetaker Account", description="who is signed in")
    wants_pointer: bool = Field(
        False, description="a knock whose press no pointer of an X display made kills its page"
    )
    interstitial: bool = Field(False, description="ask to continue without microphone and camera")
    neteq: bool = Field(
        False, description="a page plays one mix itself where receivers have createEncodedStreams"
    )
    neteq_always: bool = Field(
        False, description="a page plays one mix itself, whatever receivers have"
    )
    unhooked: bool = Field(
        False, description="a page plays one mix by a plain element, which no hook of tracks sees"
    )
    leave_button: Literal["known", "unknown"] = Field(
        "known", description="unknown: no name that a bot could know"
    )
    sound_tracks: bool = Field(
        True, description="false: a page is given no track of sound, and no event for one"
    )
    roster: RosterForm = Field("known", description="what a reader of the wire can know of it")
    dialogs: Sequence[Dialog] = Field((), description="dialogs that every visitor meets on joining")
    self_tile_delay_s: float = Field(5.0, ge=0, description="own tile is marked as own so late")
    self_tile_drops_every_s: float = Field(
        0.0, ge=0, description="that mark is gone for two seconds so often; 0 is never"
    )
    toolbar_hides_after_s: float = Field(3.0, gt=0, description="without a moving mouse")
    home_after_s: float = Field(10.0, gt=0, description="removal and end texts stay so long")
