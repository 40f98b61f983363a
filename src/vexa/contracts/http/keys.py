"""Body by which the gateway learns which keys no longer open anything."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


class EndedKeys(BaseModel):
    """GET /internal/keys/ended: `until` is what the next question gives as `since`."""

    until: datetime
    sha256: list[str]
