"""Bodies of the control API. An unknown field is refused with 422, so that a typo is seen."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Body(BaseModel):
    """A body that takes known fields only."""

    model_config = ConfigDict(extra="forbid")


class SpeechBody(Body):
    """Something to say: a sound file, or a sentence for flite's voice."""

    at_s: float = Field(ge=0, description="on the meeting's clock, seconds")
    file: str | None = Field(None, description="wav or flac on this machine, any rate")
    say: str | None = Field(None, description="instead of a file: text for flite")
    voice: str = Field("slt", description="flite voice: kal16, awb, rms, slt")
    text: str | None = Field(None, description="what the file says, for the truth")
    words: list[tuple[str, float, float]] = Field(
        [], description="[word, start_s, end_s] from the file's start"
    )
    gain: float = Field(1.0, gt=0, le=10, description="factor on the samples")


class ParticipantBody(Body):
    """A scripted participant."""

    name: str = Field(min_length=1)
    display_name: str = ""
    muted: bool = False
    host: bool = False
    hidden: bool = Field(False, description="a recorder or other helper that pages do not show")
    presents_for: str | None = Field(None, description="participant id: a presenting device")
    speech: list[SpeechBody] = []


class ParticipantChange(Body):
    """Changes to a participant; what is left out stays."""

    muted: bool | None = None
    name: str | None = Field(None, min_length=1)


class SpeechRequest(Body):
    """More speech for a participant."""

    speech: list[SpeechBody] = Field(min_length=1)


class VisitorChoice(Body):
    """Which visitor; none given means every visitor for whom the order makes sense."""

    visitor: str | None = None


class DialogBody(VisitorChoice):
    """Show a dialog."""

    dialog: str = Field(description="a dialog that the meeting's platform has")


class ToastBody(VisitorChoice):
    """Show a toast with role=alert."""

    text: str | None = Field(None, description="default: Reconnecting, in the page's language")
    duration_s: float = Field(5.0, gt=0)


class NavigateBody(VisitorChoice):
    """Send the page elsewhere."""

    to: Literal["sign_in", "landing"] = "sign_in"


class NetworkBody(VisitorChoice):
    """Cut the page's network for a while."""

    duration_s: float = Field(5.0, gt=0)


class StallBody(VisitorChoice):
    """Keep the page's main thread busy, again and again."""

    busy_ms: int = Field(400, gt=0)
    every_ms: int = Field(800, gt=0)
    duration_s: float = Field(10.0, gt=0)


class RelayoutBody(VisitorChoice):
    """Let the page arrange all its tiles anew, again and again."""

    every_ms: int = Field(100, gt=0)
    duration_s: float = Field(10.0, gt=0)


class LayoutBody(VisitorChoice):
    """Switch the page's layout."""

    layout: str = Field(description="a layout that the meeting's platform has")


class EffectBody(VisitorChoice):
    """Make a page do what only its platform's pages can."""

    effect: str = Field(description="an effect that the meeting's platform has")
    details: dict[str, Any] = {}


class ChatBody(Body):
    """A participant writes in the chat."""

    participant: str
    text: str = Field(min_length=1, max_length=500)
