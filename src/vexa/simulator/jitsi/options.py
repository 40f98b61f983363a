"""What a meeting of the Jitsi double can be told."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from vexa.simulator.meetings import MeetingOptions

#: A room as Jitsi compares it: lower case, no marks that mean something in an address.
ROOM = r"^[^\sA-Z/?&#\"'%:]+$"

Gate = Literal["none", "members_only", "not_started", "moderator"]


class JitsiOptions(MeetingOptions):
    """How a Jitsi room behaves. Everything but the room has a default."""

    platform: Literal["jitsi"] = "jitsi"
    native_id: str = Field(pattern=ROOM, max_length=255, description="the room")
    password: str | None = Field(None, description="what the room asks of everybody")
    gate: Gate = Field(
        "none", description="who may begin: a knock waits without a lobby until somebody admits"
    )
    honours_config: bool = Field(True, description="the fragment's config.* counts")
    unsafe_room: bool = Field(False, description="the prejoin page asks to accept an unsafe name")
    guest_landing: bool = Field(False, description="a landing page asks to go on as a guest")
    stream_names: Literal["endpoint", "opaque"] = Field(
        "endpoint", description="whether a media stream's name has its participant's id"
    )
    dial_in: bool = Field(
        False, description="people dial in: ids are numbers, names of streams tell no participant"
    )
    end_page: bool = Field(
        True, description="an end or a removal shows a page; else the room is merely left"
    )
    join_delay_s: float = Field(0.3, ge=0, description="the server answers a join so late")
    csp: Literal["strict", "none"] = Field("none", description="policy of the pages")

    @model_validator(mode="before")
    @classmethod
    def _gate_needs_a_knock(cls, data: Any) -> Any:
        """Whoever waits for somebody who may begin has knocked."""
        if isinstance(data, dict) and data.get("gate", "none") != "none":
            return {**data, "access": "ask"}
        return data
