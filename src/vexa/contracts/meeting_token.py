"""The MeetingToken: a bot's proof that it works for one meeting.

HS256 JWT, claims as on the wire (generation 0.6), signed with the internal secret.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

ISSUER = "bot-manager"
AUDIENCE = "transcription-collector"
ALGORITHM = "HS256"


class MeetingClaims(BaseModel):
    """Claims of a MeetingToken. Times are Unix seconds."""

    model_config = ConfigDict(extra="ignore")

    meeting_id: int
    user_id: int
    platform: str
    native_meeting_id: str
    scope: Literal["transcribe:write"] = "transcribe:write"
    iss: str = ISSUER
    aud: str = AUDIENCE
    iat: int
    exp: int
    jti: str
