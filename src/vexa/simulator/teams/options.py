"""What a meeting of the Teams double can be told."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from vexa.simulator.meetings import MeetingOptions


class TeamsOptions(MeetingOptions):
    """How a Teams meeting behaves. Everything but its number has a default."""

    platform: Literal["teams"] = "teams"
    native_id: str = Field(pattern=r"^[0-9]{10,15}$", description="the short id")
    client: Literal["light", "v2"] = Field(
        "light", description="light: the guests' client, under a strict policy"
    )
    framed: bool = Field(False, description="the client is in a frame of the page")
    tiles: Literal["video", "old", "personal"] = Field(
        "video", description="tiles of the full, the older and the personal client"
    )
    launcher: bool = Field(True, description="a page asks first whether to go on in the browser")
    splash_s: float = Field(0.5, ge=0, description="the splash stands so long")
    devices_question: Literal["never", "after", "twice"] = Field(
        "after", description="asks whether to go on without devices: after the knock, and before"
    )
    sound_off: bool = Field(False, description="'Don't use audio' is chosen at first: no sound")
    started: bool = Field(True, description="whether the lobby says that the meeting runs")
    sign_in_by: Literal["form", "redirect"] = Field(
        "form", description="page=sign_in: a form without a change of address, or another host"
    )
    session: str | None = Field(
        None,
        description="a browser whose ESTSAUTHPERSISTENT is this is signed in, by the way of "
        "the sign-in host; another one is asked there to sign in; without one it is a guest",
    )
    guests: bool = Field(True, description="false: whoever is not signed in may not join")
    account_name: str = Field("Notetaker Account", description="who is signed in")
    outlines: Literal["class", "style", "none"] = Field(
        "class", description="how a tile shows a voice"
    )
    layout: Literal["gallery", "together"] = Field(
        "gallery", description="together: no tile has an outline until the gallery is chosen"
    )
    sources: bool = Field(True, description="packets name who contributes")
    main_audio: Literal["sounds", "silent", "missing"] = Field(
        "sounds", description="the track of the mix; its copy sounds in any case"
    )
    unhooked: bool = Field(
        False, description="a page plays one mix by a plain element, which no hook of tracks sees"
    )
    sound_tracks: bool = Field(
        True, description="false: a page is given no track of sound, and no event for one"
    )
    call_object: Literal["callingDebug", "msteamscalling", "none"] = Field(
        "callingDebug", description="where the page has its call"
    )
    pictures_menu: bool = Field(True, description="the menu can turn incoming video off")
    captcha: bool = Field(
        False, description="a challenge bars the knock until the effect captcha_solved"
    )
    captions_menu: bool = Field(True, description="the menu can show live captions")
    frames: bool = Field(True, description="the signalling tells of people and ends")
