"""Bodies of the admin surface."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, EmailStr, Field


class UserCreate(BaseModel):
    """POST /users and POST /admin/users."""

    model_config = ConfigDict(extra="ignore")

    email: EmailStr
    name: str | None = Field(None, max_length=100)
    image_url: str | None = None
    max_concurrent_bots: int | None = Field(None, ge=0, description="0 = none may run")


class UserResponse(BaseModel):
    """A user, as every generation reads it."""

    id: int
    email: str
    name: str | None
    image_url: str | None
    created_at: datetime
    max_concurrent_bots: int
    data: dict[str, Any]


class UserWithKey(UserResponse):
    """POST /users: the user and a fresh key, shown this once."""

    api_key: str


class TokenResponse(BaseModel):
    """POST /admin/users/{id}/tokens: `token` is shown this once."""

    id: int
    user_id: int
    token: str
    created_at: datetime


class TokenInfo(BaseModel):
    """A token in GET /admin/users/{id}: everything but the key, which is not kept."""

    id: int
    user_id: int
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


class UserDetail(UserResponse):
    """GET /admin/users/{id}."""

    api_tokens: list[TokenInfo]
