"""Mints and checks MeetingTokens."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import jwt
from pydantic import ValidationError

from vexa.contracts.errors import NotAllowed
from vexa.contracts.meeting_token import ALGORITHM, AUDIENCE, ISSUER, MeetingClaims


def mint_meeting_token(
    secret: str,
    *,
    meeting_id: int,
    user_id: int,
    platform: str,
    native_meeting_id: str,
    now: datetime,
    lifetime: timedelta,
) -> str:
    """Sign a token for one bot in one meeting, valid for `lifetime` from `now`."""
    issued_at = int(now.timestamp())
    claims = MeetingClaims(
        meeting_id=meeting_id,
        user_id=user_id,
        platform=platform,
        native_meeting_id=native_meeting_id,
        iat=issued_at,
        exp=issued_at + int(lifetime.total_seconds()),
        jti=secrets.token_hex(16),
    )
    return jwt.encode(claims.model_dump(), secret, algorithm=ALGORITHM)


def verify_meeting_token(secret: str, token: str) -> MeetingClaims:
    """Return the claims of a token that this server signed.

    Raises:
        NotAllowed: bad signature, expired, or claims of another kind.
    """
    try:
        payload = jwt.decode(
            token, secret, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER
        )
        return MeetingClaims.model_validate(payload)
    except (jwt.InvalidTokenError, ValidationError) as exc:
        raise NotAllowed("Invalid meeting token") from exc
