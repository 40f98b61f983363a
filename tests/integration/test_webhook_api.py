"""`/user/webhook` over HTTP in process, on both databases, and the way from there to a receiver."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from standardwebhooks.webhooks import Webhook

from tests.support.wait_until import wait_until
from tests.support.webhook_receiver import always, receiving
from vexa.admin_api.app import create_app
from vexa.admin_api.settings import AdminApiSettings
from vexa.bot_manager.webhooks.deliverer import WebhookDeliverer
from vexa.kit.clock import SystemClock
from vexa.kit.public_addresses import AllowList
from vexa.kit.safe_http import SafeHttp
from vexa.storage import users
from vexa.storage.database import Database
from vexa.storage.users import NewUser

HOOK = "/user/webhook"
URL = "http://127.0.0.1:9/hook"


@dataclass(frozen=True, slots=True)
class Api:
    """The admin API as one user sees it."""

    http: httpx2.AsyncClient
    database: Database
    key: str
    other_key: str
    transcripts_key: str

    async def put(self, **body: Any) -> httpx2.Response:
        """Change the settings."""
        return await self.http.put(HOOK, json=body, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        """The user's key."""
        return {"X-API-Key": self.key}

    async def settings(self) -> Any:
        """What the settings are."""
        return (await self.http.get(HOOK, headers=self.headers)).json()

    async def deliveries(self) -> list[dict[str, Any]]:
        """The log."""
        answer = await self.http.get(f"{HOOK}/deliveries", headers=self.headers)
        found: list[dict[str, Any]] = answer.json()["deliveries"]
        return found


async def _keys(database: Database) -> list[str]:
    async with database.transaction() as session:
        user, _ = await users.create_or_get(session, NewUser("a@example.com", 3))
        other, _ = await users.create_or_get(session, NewUser("b@example.com", 3))
        minted = [
            await users.mint_token(session, user.id),
            await users.mint_token(session, other.id),
            await users.mint_token(session, user.id, scopes=["tx"]),
        ]
    return [token.api_key for token in minted]


@pytest.fixture
async def api(database_url: str) -> AsyncIterator[Api]:
    settings = AdminApiSettings(database_url=SecretStr(database_url), url_allowed_hosts="127.0.0.1")
    app, database = create_app(settings), Database(database_url)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://admin") as client,
    ):
        yield Api(client, database, *(await _keys(database)))
    await database.aclose()


async def test_settings_change_one_by_one_and_never_show_the_secret(api: Api) -> None:
    assert await api.settings() == {
        "webhook_url": None,
        "webhook_secret": None,
        "webhook_events": None,
        "disabled_reason": None,
    }
    first = await api.put(webhook_url=URL, unknown=1)
    assert first.status_code == 200
    assert first.json()["data"] == {"webhook_url": URL}
    events = {"meeting.started": True, "meeting.completed": False}
    for body in ({"webhook_secret": "hidden-secret"}, {"webhook_events": events}):
        answer = await api.put(**body)
        assert answer.status_code == 200
        assert "hidden-secret" not in answer.text
    assert answer.json()["data"] == {"webhook_url": URL, "webhook_events": events}
    shown = await api.settings()
    assert shown["webhook_secret"] == "********"
    assert shown["webhook_events"] == events
    await api.put(webhook_url="", webhook_secret=" ", webhook_events=None)
    assert set((await api.settings()).values()) == {None}


async def test_a_url_that_is_not_public_is_refused_and_not_kept(api: Api) -> None:
    for url in (
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.2:8057/admin/users",
        "https://10.0.0.1/",
        "http://[::ffff:127.0.0.2]/",
        "http://0x7f.2/",
        "https://user:word@example.com/",
    ):
        answer = await api.put(webhook_url=url)
        assert answer.status_code == 400, url
        body = answer.json()
        assert body["detail"] == "Webhook URL cannot target internal or private networks"
        assert (body["code"], body["field"]) == ("unsafe_url", "webhook_url")
        assert (await api.settings())["webhook_url"] is None


async def test_what_cannot_be_used_is_refused_by_name(api: Api) -> None:
    bodies: tuple[dict[str, Any], ...] = (
        {},
        {"webhook_url": "ftp://example.com/"},
        {"webhook_url": 5},
        {"webhook_url": URL, "webhook_secret": "x" * 513},
        {"webhook_url": URL, "webhook_secret": "a\r\nX-Other: b"},
        {"webhook_url": URL, "webhook_secret": "schlüssel"},
        {"webhook_url": URL, "webhook_events": ["meeting.completed"]},
        {"webhook_url": URL, "webhook_events": {"a\u0000b": True}},
        {"webhook_url": URL, "webhook_events": {f"e{n}": True for n in range(51)}},
    )
    for body in bodies:
        answer = await api.put(**body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), body
        assert "webhook_" in answer.text
        assert (await api.settings())["webhook_url"] is None


async def test_keys_are_checked_as_on_the_seed(api: Api) -> None:
    for key, status, detail in (
        (None, 401, "Missing API Key"),
        ("wrong", 403, "Invalid API Key"),
        (api.transcripts_key, 403, "Insufficient scope for this endpoint"),
    ):
        answer = await api.http.get(HOOK, headers={"X-API-Key": key} if key else {})
        assert (answer.status_code, answer.json()["detail"]) == (status, detail)


async def test_a_test_event_arrives_signed_and_can_be_replayed(api: Api) -> None:
    assert (await api.http.post(f"{HOOK}/test", headers=api.headers)).status_code == 409
    async with receiving(always(500)) as receiver:
        await api.put(webhook_url=receiver.url)
        rotated = await api.http.post(f"{HOOK}/rotate", headers=api.headers)
        secret = rotated.json()["webhook_secret"]
        sent = await api.http.post(f"{HOOK}/test", headers=api.headers)
        assert (sent.status_code, sent.json()["outcome"]) == (202, "queued")
        assert sent.json()["target_host"] == "127.0.0.1"
        replay = f"{HOOK}/deliveries/{sent.json()['id']}/replay"
        assert (await api.http.post(replay, headers=api.headers)).status_code == 409

        http = SafeHttp(AllowList.parse("127.0.0.1"))
        deliverer = WebhookDeliverer(api.database, http, SystemClock(), "d1")

        async def tried(count: int) -> None:
            async def is_logged() -> bool:
                await deliverer.step()
                tries = (await api.deliveries())[0]["tries"]
                return len(tries) == count and tries[-1]["finished_at"] is not None

            await wait_until(is_logged, within_s=30, what=f"{count} tries")

        await tried(1)
        receiver.answer = always(200)
        await api.put(webhook_url=receiver.url)
        await tried(2)
        assert (await api.deliveries())[0]["outcome"] == "delivered"
        other = {"X-API-Key": api.other_key}
        assert (await api.http.post(replay, headers=other)).status_code == 404
        assert (await api.http.get(f"{HOOK}/deliveries", headers=other)).json() == {
            "deliveries": []
        }
        assert (await api.http.post(replay, headers=api.headers)).status_code == 202
        await tried(3)
        await deliverer.aclose()
    for request in receiver.requests:
        event = Webhook(secret).verify(request.body, request.headers)
        assert event["event_type"] == "webhook.test"
        assert event["event_id"] == request.headers["webhook-id"]
    assert len({request.body for request in receiver.requests}) == 1
    log = (await api.deliveries())[0]
    assert [entry["status_code"] for entry in log["tries"]] == [500, 200, 200]
    assert [entry["number"] for entry in log["tries"]] == [1, 2, 3]
