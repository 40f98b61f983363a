"""Bodies of the admin surface."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field

from vexa.contracts.api_keys import Scope
from vexa.contracts.http.automatic_leave import AutomaticLeaveAsked
from vexa.contracts.http.row_times import RowTime

#: Largest value of the database's integer columns.
MAX_INTEGER = 2**31 - 1
#: Ten years: longer is "never", which is said by leaving `expires_in` out.
MAX_EXPIRES_IN_S = 315_360_000


class _ReadData(BaseModel):
    """What this server reads of a user's `data`; other keys are the operator's own."""

    model_config = ConfigDict(extra="ignore")

    bot_config: AutomaticLeaveAsked | None = None


def _as_written(data: dict[str, Any]) -> dict[str, Any]:
    _ReadData.model_validate(data)
    return data


#: A user's `data`: kept as it was written once what this server reads of it is well formed.
UserData = Annotated[dict[str, Any], AfterValidator(_as_written)]


class UserCreate(BaseModel):
    """POST /users and POST /admin/users."""

    model_config = ConfigDict(extra="ignore")

    email: EmailStr
    name: str | None = Field(None, max_length=100)
    image_url: str | None = Field(None, max_length=2048)
    max_concurrent_bots: int | None = Field(
        None, ge=0, le=MAX_INTEGER, description="0 = as many as the host runs"
    )


class UserResponse(BaseModel):
    """A user, as every generation reads it."""

    id: int
    email: str
    name: str | None
    image_url: str | None
    created_at: RowTime
    max_concurrent_bots: int
    data: dict[str, Any]


class UserWithKey(UserResponse):
    """POST /users: the user and a fresh key, shown this once."""

    api_key: str


class UserPatch(BaseModel):
    """PATCH /admin/users/{id}: what is left out stays; `data` replaces the whole object."""

    model_config = ConfigDict(extra="ignore")

    email: str | None = Field(None, max_length=255, description="may be named, not changed")
    name: str | None = Field(None, max_length=100)
    image_url: str | None = Field(None, max_length=2048)
    max_concurrent_bots: int | None = Field(
        None, ge=0, le=MAX_INTEGER, description="0 = as many as the host runs"
    )
    data: UserData | None = Field(
        None,
        description=(
            "`bot_config`: when the user's bots leave by themselves unless a request says "
            "otherwise, ms: `max_bot_time`, `max_wait_for_admission`, `max_time_left_alone`, "
            "`no_one_joined_timeout`, `silence_timeout`; other keys are kept as they are"
        ),
    )


class TokenRequest(BaseModel):
    """POST /admin/users/{id}/tokens: all of it may be left out, or be in the query."""

    model_config = ConfigDict(extra="ignore")

    scopes: list[Scope] | None = Field(
        None, max_length=len(Scope), description="what the key may do; left out = everything"
    )
    name: str | None = Field(None, max_length=255)
    expires_in: int | None = Field(
        None, ge=1, le=MAX_EXPIRES_IN_S, description="seconds until the key is refused"
    )


class TokenInfo(BaseModel):
    """A token: everything but the key, of which only a digest is kept."""

    id: int
    user_id: int
    scopes: list[str]
    name: str | None
    created_at: RowTime
    last_used_at: RowTime | None
    expires_at: RowTime | None


class TokenResponse(TokenInfo):
    """A fresh token: `token` is shown this once."""

    token: str


class WhoAmI(BaseModel):
    """GET /auth/me: whose the key is, and what it may do."""

    user_id: int
    email: str
    scopes: list[str]
    max_concurrent: int
    max_concurrent_bots: int


class UserDetail(UserResponse):
    """GET /admin/users/{id}."""

    api_tokens: list[TokenInfo]
