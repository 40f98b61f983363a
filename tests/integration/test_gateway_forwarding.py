"""The gateway as a plain proxy, in front of a real HTTP service that echoes."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from tests.support.processes import free_port
from vexa.api_gateway.app import create_app
from vexa.api_gateway.dialect import ApiDialect, error_status, success_status
from vexa.api_gateway.settings import GatewaySettings


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.dumps(
            {
                "method": self.command,
                "path": self.path,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": self.rfile.read(length).decode(),
            }
        ).encode()
        self.send_response(418 if "teapot" in self.path else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Own", "1")
        self.send_header("Connection", "x-secret-hop")
        self.send_header("X-Secret-Hop", "1")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def echo_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def client(url: str, **settings: Any) -> httpx2.AsyncClient:
    app = create_app(
        GatewaySettings(
            admin_api_url=url,
            bot_manager_url=url,
            transcription_collector_url=url,
            redis_url="redis://127.0.0.1:1",
            internal_api_secret="test-internal-secret-of-32-bytes!",
            **settings,
        )
    )
    transport = httpx2.ASGITransport(app=app)
    return httpx2.AsyncClient(transport=transport, base_url="http://gateway")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/bots"),
        ("GET", "/bots/status"),
        ("DELETE", "/bots/google_meet/abc-defg-hij"),
        ("GET", "/meetings?limit=3"),
        ("GET", "/transcripts/google_meet/abc-defg-hij?meeting_id=1"),
        ("POST", "/users"),
        ("POST", "/admin/users/3/tokens"),
        ("DELETE", "/admin/tokens/7"),
        ("GET", "/admin/users/email/a%40b.c?x=%20"),
    ],
)
async def test_request_and_answer_pass_unchanged(echo_url: str, method: str, path: str) -> None:
    async with client(echo_url) as gateway:
        answer = await gateway.request(
            method,
            path,
            content=b"{not json \xc3\xa4" if method == "POST" else None,
            headers={
                "X-API-Key": "k",
                "X-Request-ID": "r-1",
                "Connection": "x-hop",
                "X-Hop": "1",
                "TE": "trailers",
            },
        )
    seen = answer.json()
    assert (answer.status_code, seen["method"], seen["path"]) == (200, method, path)
    assert seen["body"] == ("{not json ä" if method == "POST" else "")
    assert (seen["headers"]["x-api-key"], seen["headers"]["x-request-id"]) == ("k", "r-1")
    assert not {"x-hop", "te"} & set(seen["headers"])
    assert answer.headers["x-own"] == "1"
    assert "x-secret-hop" not in answer.headers


async def test_status_of_the_service_is_kept(echo_url: str) -> None:
    async with client(echo_url) as gateway:
        assert (await gateway.get("/admin/teapot")).status_code == 418


async def test_body_over_the_limit_is_refused(echo_url: str) -> None:
    async with client(echo_url, gateway_max_body_bytes=10) as gateway:
        answer = await gateway.post("/bots", content=b"x" * 11)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        assert (await gateway.post("/bots", content=b"x" * 10)).status_code == 200


async def test_dot_segments_do_not_leave_the_forwarded_paths(echo_url: str) -> None:
    async with client(echo_url) as gateway:
        for path in ("/admin/%2e%2e/internal", "/admin/..%2finternal"):
            answer = await gateway.get(path)
            assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


async def test_service_that_is_away_gives_503() -> None:
    async with client(f"http://127.0.0.1:{free_port()}") as gateway:
        answer = await gateway.get("/bots/status")
    assert answer.status_code == 503
    assert answer.json() == {
        "detail": "Service unavailable: bot-manager cannot be reached",
        "code": "service_unreachable",
    }
    assert answer.headers["retry-after"] == "5"


async def test_own_routes_and_errors_have_detail_and_code(echo_url: str) -> None:
    async with client(echo_url) as gateway:
        banner = await gateway.get("/", headers={"Origin": "https://app.example"})
        assert banner.json() == {"message": "Welcome to the Vexa API Gateway"}
        assert banner.headers["access-control-allow-origin"] == "*"
        later = await gateway.post("/bots/google_meet/abc-defg-hij/speak", json={})
        assert (later.status_code, later.json()["code"]) == (501, "not_implemented")
        unknown = await gateway.get("/nowhere")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
        wrong = await gateway.put("/bots/status")
        assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")


async def test_documentation_has_the_real_bodies(echo_url: str) -> None:
    async with client(echo_url) as gateway:
        document = (await gateway.get("/openapi.json")).json()
    create = document["paths"]["/bots"]["post"]
    body = create["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    answer = create["responses"]["201"]["content"]["application/json"]["schema"]["$ref"]
    assert (body, answer) == (
        "#/components/schemas/MeetingCreate",
        "#/components/schemas/MeetingResponse",
    )
    schemas = document["components"]["schemas"]
    references = set(_references(document))
    assert references
    assert {reference.rsplit("/", 1)[1] for reference in references} <= set(schemas)
    assert create["security"] == [{"ApiKey": []}]
    assert set(document["paths"]) >= {"/users", "/admin/users", "/meetings", "/bots/status"}


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)


async def test_later_features_are_listed_as_such(echo_url: str) -> None:
    async with client(echo_url) as gateway:
        document = (await gateway.get("/openapi.json")).json()
        operation = document["paths"]["/recordings"]["get"]
        assert operation["deprecated"] is True
        assert "Not in this version" in operation["description"]
        assert "501" in operation["responses"]
        later = [
            (method, path)
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
            if "501" in operation["responses"]
        ]
        assert len(later) > 20
        for method, path in later:
            filled = re.sub(r"{platform}", "teams", re.sub(r"{(?!platform)\w+}", "1", path))
            answer = await gateway.request(method, filled)
            assert (answer.status_code, answer.json()["code"]) == (501, "not_implemented"), filled


async def test_client_address_comes_from_trusted_proxies_only(echo_url: str) -> None:
    given = {"X-Forwarded-For": "1.1.1.1, 9.9.9.9", "X-Forwarded-Host": "a.example"}
    for proxies, seen in (
        ("", ("127.0.0.1", "gateway", "http")),
        ("127.0.0.0/8", ("9.9.9.9", "a.example", "https")),
        ("127.0.0.1,9.9.9.9", ("1.1.1.1", "a.example", "https")),
    ):
        async with client(echo_url, trusted_proxies=proxies) as gateway:
            headers = {**given, "X-Forwarded-Proto": "https", "X-Real-IP": "2.2.2.2"}
            answer = (await gateway.get("/meetings", headers=headers)).json()["headers"]
        names = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto")
        assert tuple(answer[name] for name in names) == seen
        assert "x-real-ip" not in answer


@pytest.mark.parametrize(
    ("error", "newer"),
    [
        ({"code": "invalid_api_key"}, 401),
        ({"code": "missing_api_key"}, 401),
        ({"code": "limit_reached"}, 429),
        ({"code": "insufficient_scope"}, 403),
        ([], 403),
        (None, 403),
    ],
)
def test_newer_dialect_of_errors(error: object, newer: int) -> None:
    assert error_status(403, json.dumps(error).encode()) == newer
    assert error_status(403, b"{") == 403


def test_newer_dialect_of_a_stop() -> None:
    stop = ("DELETE", "/bots/google_meet/abc-defg-hij", 202)
    assert success_status(ApiDialect.OLDER, *stop) == 202
    assert success_status(ApiDialect.NEWER, *stop) == 200
    assert success_status(ApiDialect.NEWER, "PUT", "/bots/x/y/config", 202) == 202
    assert success_status(ApiDialect.NEWER, "DELETE", "/bots/x/y", 404) == 404
