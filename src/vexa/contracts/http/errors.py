"""Body of every request error."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class ErrorBody(BaseModel):
    """`detail` is a sentence, or a list of fields with what is wrong with each (422)."""

    model_config = ConfigDict(extra="allow")

    detail: str | list[dict[str, Any]]
    code: str
