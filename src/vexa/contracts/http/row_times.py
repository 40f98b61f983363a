"""How REST bodies write the times of rows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import WithJsonSchema

#: UTC without a zone, as generation 0.6 wrote it; `date-time` of RFC 3339 would need one.
RowTime = Annotated[
    datetime,
    WithJsonSchema(
        {
            "type": "string",
            "description": "UTC, ISO 8601 without a zone",
            "examples": ["2026-11-25T10:00:00.123456"],
        }
    ),
]
