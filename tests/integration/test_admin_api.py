"""The admin surface, over HTTP in process, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from pydantic import SecretStr

from vexa.admin_api.app import create_app
from vexa.admin_api.settings import AdminApiSettings

TOKEN = "your-admin-token"
READING = "your-analytics-token"


async def _client(database_url: str, token: str | None) -> AsyncIterator[httpx2.AsyncClient]:
    settings = AdminApiSettings(
        database_url=SecretStr(database_url),
        admin_api_token=None if token is None else SecretStr(token),
        analytics_api_token=SecretStr(READING),
    )
    app = create_app(settings)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://admin") as client,
    ):
        yield client


@pytest.fixture
async def admin(database_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    async for client in _client(database_url, TOKEN):
        client.headers["X-Admin-Token"] = TOKEN
        yield client


@pytest.fixture
async def stranger(database_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    async for client in _client(database_url, TOKEN):
        yield client


async def test_users_always_gives_a_fresh_key(admin: httpx2.AsyncClient) -> None:
    body = {"email": "a@example.com", "name": "A", "unknown": 1}
    first = await admin.post("/users", json=body)
    second = await admin.post("/users", json=body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["api_key"].startswith("vx_")
    assert first.json()["api_key"] != second.json()["api_key"]
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["max_concurrent_bots"] == 3


async def test_admin_users_never_gives_a_key(admin: httpx2.AsyncClient) -> None:
    body = {"email": "a@example.com", "max_concurrent_bots": 0}
    first = await admin.post("/admin/users", json=body)
    second = await admin.post("/admin/users", json={**body, "name": "later"})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert first.json()["max_concurrent_bots"] == 0
    assert "api_key" not in first.json()
    refused = await admin.post("/admin/users", json={**body, "max_concurrent_bots": -1})
    assert refused.status_code == 422


async def test_reading_users(admin: httpx2.AsyncClient) -> None:
    user = (await admin.post("/users", json={"email": "a@example.com"})).json()
    del user["api_key"]
    assert (await admin.get("/admin/users")).json() == [user]
    assert (await admin.get("/admin/users?skip=1")).json() == []
    assert (await admin.get("/admin/users/email/a@example.com")).json() == user
    detail = (await admin.get(f"/admin/users/{user['id']}")).json()
    assert len(detail.pop("api_tokens")) == 1
    assert detail == user
    for path in ("/admin/users/999", "/admin/users/email/b@example.com"):
        missing = await admin.get(path)
        assert (missing.status_code, missing.json()["detail"]) == (404, "User not found")


async def test_tokens(admin: httpx2.AsyncClient) -> None:
    user = (await admin.post("/admin/users", json={"email": "a@example.com"})).json()
    minted = await admin.post(f"/admin/users/{user['id']}/tokens")
    assert minted.status_code == 201
    assert minted.json()["user_id"] == user["id"]
    assert minted.json()["token"].startswith("vx_")
    assert (await admin.post("/admin/users/999/tokens")).status_code == 404
    path = f"/admin/tokens/{minted.json()['id']}"
    assert (await admin.delete(path)).status_code == 204
    again = await admin.delete(path)
    assert (again.status_code, again.json()["detail"]) == (404, "Token not found")
    assert (await admin.delete("/admin/tokens/99999999999999")).status_code == 422


@pytest.mark.parametrize("header", ["X-Admin-API-Key", "X-Admin-Token"])
async def test_either_header_opens(stranger: httpx2.AsyncClient, header: str) -> None:
    assert (await stranger.get("/admin/users", headers={header: TOKEN})).status_code == 200
    for headers in ({}, {header: "wrong"}, {header: ""}, {header: "Über"}):
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        answer = await stranger.get("/admin/users", headers=encoded)
        assert answer.status_code == 403
        assert answer.json()["detail"] == "Invalid or missing admin token."
    assert (await stranger.get("/")).json() == {"message": "Vexa Admin API"}


async def test_without_a_token_every_request_is_refused(database_url: str) -> None:
    async for client in _client(database_url, None):
        answer = await client.get("/admin/users", headers={"X-Admin-Token": ""})
        assert answer.status_code == 500
        assert answer.json()["detail"] == "Admin authentication is not configured on the server."


async def test_changing_a_user(admin: httpx2.AsyncClient) -> None:
    user = (await admin.post("/admin/users", json={"email": "a@example.com", "name": "A"})).json()
    path = f"/admin/users/{user['id']}"
    changed = await admin.patch(path, json={"max_concurrent_bots": 7, "data": {"plan": 1}})
    assert changed.json() == {**user, "max_concurrent_bots": 7, "data": {"plan": 1}}
    assert (await admin.patch(path, json={"email": "a@example.com", "name": None})).json()[
        "name"
    ] is None
    refused = await admin.patch(path, json={"email": "b@example.com"})
    assert (refused.status_code, refused.json()["detail"]) == (
        *(400, "Cannot change user email via this endpoint."),
    )
    assert (await admin.patch("/admin/users/999", json={"name": "x"})).status_code == 404


async def test_a_users_bot_config_is_checked_and_kept_as_written(admin: httpx2.AsyncClient) -> None:
    user = (await admin.post("/admin/users", json={"email": "a@example.com"})).json()
    path = f"/admin/users/{user['id']}"
    data = {"plan": 1, "bot_config": {"waiting_room_timeout": "5000", "later": {"a": None}}}
    assert (await admin.patch(path, json={"data": data})).json()["data"] == data
    for config, field, said in (
        ({"max_bot_time": 0}, ["max_bot_time"], "Input should be greater than 0"),
        (
            {"max_bot_time": 10**12},
            ["max_bot_time"],
            "Input should be less than or equal to 604800000",
        ),
        (
            {"everyone_left_timeout": "soon"},
            ["max_time_left_alone"],
            "Input should be a valid integer, unable to parse string as an integer",
        ),
        ("soon", [], "Input should be a valid dictionary or instance of AutomaticLeaveAsked"),
    ):
        refused = await admin.patch(path, json={"data": {"bot_config": config}})
        assert refused.status_code == 422
        [problem] = refused.json()["detail"]
        assert (problem["loc"], problem["msg"]) == (["body", "data", "bot_config", *field], said)
    assert (await admin.get(path)).json()["data"] == data


async def test_keys_with_scopes_names_and_expiry(admin: httpx2.AsyncClient) -> None:
    user = (await admin.post("/admin/users", json={"email": "a@example.com"})).json()
    path = f"/admin/users/{user['id']}/tokens"
    plain = (await admin.post(path)).json()
    by_query = (await admin.post(f"{path}?scope=bot&name=ci&expires_in=3600")).json()
    by_body = (await admin.post(path, json={"scopes": ["tx", "bot"], "later": True})).json()
    assert plain["scopes"] == ["bot", "tx", "browser"]
    assert (plain["name"], plain["expires_at"]) == (None, None)
    assert (by_query["scopes"], by_query["name"]) == (["bot"], "ci")
    assert by_query["expires_at"] > by_query["created_at"]
    assert by_body["scopes"] == ["bot", "tx"]
    me = (await admin.get("/auth/me", headers={"X-API-Key": by_query["token"]})).json()
    assert me == {
        **{"user_id": user["id"], "email": "a@example.com", "scopes": ["bot"]},
        **{"max_concurrent": 3, "max_concurrent_bots": 3},
    }
    listed = (await admin.get(path)).json()
    assert [token["id"] for token in listed] == [t["id"] for t in (plain, by_query, by_body)]
    assert listed[1]["last_used_at"] is not None
    assert all("token" not in token for token in listed)
    for bad in ("?scope=root", "?expires_in=0", "?expires_in=x"):
        refused = await admin.post(path + bad)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input"), bad


async def test_own_key_is_refused_with_its_reason(admin: httpx2.AsyncClient) -> None:
    missing = await admin.get("/auth/me")
    wrong = await admin.get("/auth/me", headers={"X-API-Key": "vx_nothing"})
    assert [(a.status_code, a.json()["code"]) for a in (missing, wrong)] == [
        (403, "missing_api_key"),
        (403, "invalid_api_key"),
    ]


async def test_analytics_token_reads_and_never_writes(stranger: httpx2.AsyncClient) -> None:
    headers = {"X-Admin-API-Key": READING}
    assert (await stranger.get("/admin/analytics/users", headers=headers)).json() == []
    for method, path in (("POST", "/admin/users"), ("DELETE", "/admin/tokens/1")):
        refused = await stranger.request(method, path, headers=headers, json={"email": "a@b.co"})
        assert (refused.status_code, refused.json()["code"]) == (403, "read_only_token")


async def test_texts_that_cannot_be_stored_are_the_callers_fault(admin: httpx2.AsyncClient) -> None:
    user = (await admin.post("/admin/users", json={"email": "a@example.com"})).json()
    path = f"/admin/users/{user['id']}"
    for text in ("\\ud800", "\\u0000"):
        body = f'{{"name": "a{text}b", "data": {{"x": "{text}"}}}}'
        headers = {"Content-Type": "application/json"}
        answer = await admin.patch(path, content=body.encode(), headers=headers)
        assert answer.status_code in {200, 422}, answer.text
    assert (await admin.get("/admin/users/email/a%00@example.com")).status_code in {404, 422}
