"""A meeting whose user has a webhook, for tests of what leaves for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from vexa.contracts.meeting import (
    MeetingKey,
    MeetingStatus,
    Outcome,
    PlatformName,
    TransitionSource,
)
from vexa.storage import meetings, transitions, users, webhook_deliveries, webhook_endpoints
from vexa.storage.database import Database
from vexa.storage.meetings import NewMeeting
from vexa.storage.tables import WebhookDeliveryRow, WebhookEndpointRow, WebhookTryRow
from vexa.storage.transitions import Move
from vexa.storage.users import NewUser

BOT = TransitionSource.BOT_CALLBACK
#: When the tests of webhooks begin, whatever the machine's clock says.
BEGIN = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)

JOINING = Move(BOT, to=MeetingStatus.JOINING)
ACTIVE = Move(BOT, to=MeetingStatus.ACTIVE)
ENDED = Move(BOT, outcome=Outcome.MEETING_ENDED)
NOT_FOUND = Move(BOT, outcome=Outcome.NOT_FOUND)


class SteppedClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = BEGIN

    def now(self) -> datetime:
        """The time that the test has set."""
        return self.time

    def monotonic_s(self) -> float:
        """Seconds since the tests of webhooks began."""
        return (self.time - BEGIN).total_seconds()

    def step(self, by: timedelta) -> None:
        """Let time pass."""
        self.time += by


@dataclass(frozen=True, slots=True)
class Hook:
    """One user's endpoint."""

    database: Database
    user_id: int

    @classmethod
    async def make(
        cls,
        database: Database,
        url: str | None,
        *,
        events: dict[str, Any] | None = None,
        secret: str | None = None,
        email: str = "a@example.com",
    ) -> Hook:
        """Make a user and point its webhook at `url`."""
        async with database.transaction() as session:
            user, _ = await users.create_or_get(session, NewUser(email, 1000))
            row = await webhook_endpoints.make(session, user.id)
            row.events = events
            await webhook_endpoints.set_url(session, row, url, now=BEGIN)
            await webhook_endpoints.set_secret(session, row.id, secret, now=BEGIN)
        return cls(database, user.id)

    async def meeting(self, number: int = 0) -> int:
        """Make a meeting of this user; different numbers, different meetings."""
        code = f"aaa-bbbb-{chr(97 + number // 26)}{chr(97 + number % 26)}c"
        key = MeetingKey(PlatformName.GOOGLE_MEET, code)
        new = NewMeeting(
            *(self.user_id, key, f"https://meet.google.com/{code}"),
            *(f"{self.user_id:016d}{number:016d}", "host-a"),
            data={"bot_name": "Zoë ✓", "passcode": "pass-word", "language": "en"},
        )
        async with self.database.transaction() as session:
            return (await meetings.create(session, new, host_limit=1000)).id

    async def move(self, meeting_id: int, *steps: Move, at: datetime = BEGIN) -> None:
        """Move a meeting, each step in a transaction of its own."""
        for step in steps:
            async with self.database.transaction() as session:
                await transitions.move(session, meeting_id, step, now=at)

    async def endpoint(self) -> WebhookEndpointRow:
        """The endpoint as it is now."""
        async with self.database.reading() as session:
            row = await webhook_endpoints.of_user(session, self.user_id)
        assert row is not None
        return row

    async def log(self) -> list[WebhookDeliveryRow]:
        """Every delivery, oldest first."""
        endpoint = await self.endpoint()
        async with self.database.reading() as session:
            rows = await webhook_deliveries.list_for_endpoint(session, endpoint.id, limit=1000)
        return list(rows)[::-1]

    async def tries(self, delivery_id: int) -> list[WebhookTryRow]:
        """Every try of a delivery, oldest first."""
        async with self.database.reading() as session:
            return (await webhook_deliveries.tries_of(session, [delivery_id])).get(delivery_id, [])
