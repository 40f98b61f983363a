"""A real bot-manager process tells a real receiver what happens to a bot, across its own death."""

from __future__ import annotations

from pathlib import Path

from standardwebhooks.webhooks import Webhook

from tests.support.bot_manager import bot_manager
from tests.support.wait_until import wait_until
from tests.support.webhook_receiver import Receiver, always, receiving
from vexa.storage import webhook_endpoints
from vexa.storage.tables import utc_now

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def _told(receiver: Receiver) -> list[str]:
    events = {r.headers["webhook-id"]: r.event for r in receiver.requests}
    return [event["status_change"]["to"] for event in events.values()]


async def test_events_of_a_bot_arrive_in_order_and_signed(
    tmp_path: Path, sqlite_url: str, redis_url: str
) -> None:
    async with (
        receiving(always(200)) as receiver,
        bot_manager(tmp_path, sqlite_url, redis_url, URL_ALLOWED_HOSTS="127.0.0.1") as manager,
    ):
        async with manager.database.transaction() as session:
            endpoint = await webhook_endpoints.make(session, manager.user_id)
            await webhook_endpoints.set_url(session, endpoint, receiver.url, now=utc_now())
            await webhook_endpoints.set_secret(session, endpoint.id, SECRET, now=utc_now())
        meeting = await manager.send_ok("normal")
        await wait_until(lambda: "active" in _told(receiver), within_s=30, what="event active")
        manager.kill()
        manager.start()
        await manager.stop_bot()
        await wait_until(lambda: len(_told(receiver)) == 6, within_s=60, what="every event")
        assert _told(receiver) == [
            *("joining", "awaiting_admission", "active", "stopping", "completed", "completed")
        ]
        last = receiver.requests[-1]
        event = Webhook(SECRET).verify(last.body, last.headers)
        assert (event["event_type"], event["id"]) == ("meeting.completed", meeting["id"])
        written = (tmp_path / "manager.log").read_text()
        assert "webhook_tried" in written
        assert SECRET not in written
        assert "key=1" not in written
