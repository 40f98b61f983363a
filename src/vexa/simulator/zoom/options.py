"""What a meeting of the Zoom double can be told."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from vexa.simulator.meetings import MeetingOptions


class ZoomOptions(MeetingOptions):
    """How a Zoom meeting behaves. Everything but the id has a default."""

    platform: Literal["zoom"] = "zoom"
    native_id: str = Field(pattern=r"^[0-9]{9,11}$", description="the meeting's id")
    passcode: str | None = Field(None, description="what the preview asks of guests")
    pwd: str | None = Field(None, description="value of ?pwd= that spares a guest the passcode")
    session: str | None = Field(
        None, description="a browser whose _zm_ssid is this is signed in, and has a name already"
    )
    ended_session: str | None = Field(
        None,
        description="a browser with this session is signed out; at the sign-in page somebody signs "
        "it in, some seconds later, to `session`",
    )
    guests: bool = Field(True, description="false: whoever is not signed in is sent to sign in")
    account_name: str = Field("Notetaker Account", description="who is signed in")
    wall: Literal["none", "on_load", "after_join", "inside"] = Field(
        "none",
        description="bots are told to use RTMS: at once, a beat after they pressed Join, or some "
        "seconds after they were let in",
    )
    captcha: bool = Field(False, description="a challenge bars the preview until it is solved")
    started: Literal["yes", "invalid_link", "waits"] = Field(
        "yes",
        description="invalid_link: an error page until the host begins; waits: a waiting page",
    )
    shell: bool = Field(False, description="the React client is in a frame of the app's shell")
    permission_dialogs: int = Field(2, ge=0, description="times that the page asks for devices")
    cookie_banner: bool = Field(True, description="covers the classic client's name field")
    terms: bool = Field(False, description="terms have to be agreed to")
    failing_loads: int = Field(0, ge=0, description="so many loads end in 'cannot connect'")
    audio_joins: bool = Field(True, description="joining the sound works")
    microphone_live: bool = Field(False, description="joining the sound switches the microphone on")
    signs: Literal["signalling", "tile"] = Field(
        "signalling", description="who speaks, and the roster: by the Worker, or by the tile alone"
    )
    plays: Literal["worklet", "tracks", "element"] = Field(
        "worklet",
        description="how the page plays: decoded by itself and by Web Audio; a track of WebRTC for "
        "each person, by Web Audio too; decoded by itself and by an element, which no hook sees",
    )
    tile_delay_ms: int = Field(300, ge=0, description="the tile changes so long after other signs")
    pictures_menu: bool = Field(True, description="the menu can stop incoming video")
    footer_hides_after_s: float = Field(3.0, ge=0, description="without a mouse; 0 is never")
    post_page_after_s: float = Field(3.0, ge=0, description="from an end's dialog to the last page")
