from datetime import UTC, datetime, timedelta

import jwt
import pytest

from vexa.contracts.errors import NotAllowed
from vexa.kit.meeting_tokens import mint_meeting_token, verify_meeting_token

SECRET = "s" * 32


def mint(secret: str = SECRET, age: timedelta = timedelta()) -> str:
    return mint_meeting_token(
        secret,
        meeting_id=7,
        user_id=3,
        platform="google_meet",
        native_meeting_id="abc-defg-hij",
        now=datetime.now(UTC) - age,
        lifetime=timedelta(hours=1),
    )


def test_claims_come_back() -> None:
    claims = verify_meeting_token(SECRET, mint())
    assert (claims.meeting_id, claims.user_id, claims.scope) == (7, 3, "transcribe:write")


@pytest.mark.parametrize(
    "token",
    [
        mint(secret="other" * 8),
        mint(age=timedelta(hours=2)),
        mint() + "x",
        "not a token",
        jwt.encode({"meeting_id": 7}, SECRET),
        jwt.encode({"meeting_id": 7}, "", algorithm="none"),
    ],
)
def test_anything_else_is_refused(token: str) -> None:
    with pytest.raises(NotAllowed):
        verify_meeting_token(SECRET, token)
