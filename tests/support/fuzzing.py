"""Hostile requests by `schemathesis` from a service's own OpenAPI document, and what broke."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import APIOperation, Case, Response
from schemathesis.checks import positive_data_acceptance

#: A route of a later version, which says so in its document.
NOT_BUILT = "501"


#: Operations whose owner knows more than a schema can say: ids of platforms, languages, addresses
#: of the public internet, texts that can be stored, that a change must name something.
KNOWS_MORE = frozenset(
    {
        *("POST /bots", "PUT /user/webhook", "POST /admin/users/{user_id}/tokens"),
        *("PATCH /meetings/{meeting_id}", "PATCH /meetings/{platform}/{native_meeting_id}"),
        *("PATCH /admin/users/{user_id}", "POST /users", "POST /admin/users"),
        "POST /ws/authorize-subscribe",
    }
)


#: Answers that a schema cannot foresee, and that are right: a feature of a later version, and a key
#: that the generator used before.
OWN_ANSWERS = frozenset({"not_implemented", "idempotency_key_reused"})


@dataclass(slots=True)
class Found:
    """What a run has seen."""

    requests: int = 0
    operations: int = 0
    problems: list[str] = field(default_factory=list)


def fuzz_service(url: str, headers: Mapping[str, str], examples: int) -> Found:
    """Send `examples` requests to each operation that a service documents.

    Args:
        url: of the service.
        headers: that open it.
        examples: requests for one operation.
    """
    found = Found()
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    for result in schema.get_all_operations():
        operation = result.ok()  # type: ignore[union-attr]  # an invalid one raises here
        found.operations += 1
        try:
            _fuzz(operation, headers, examples, found)
        except (Exception, BaseExceptionGroup) as exc:  # noqa: BLE001  # reported by the caller
            found.problems.append(f"{operation.label}: {_lines(exc)}")
    return found


def _fuzz(
    operation: APIOperation[Any, Any, Any, Any],
    headers: Mapping[str, str],
    examples: int,
    found: Found,
) -> None:
    is_later = NOT_BUILT in operation.definition.raw.get("responses", {})

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Case[Any]) -> None:
        found.requests += 1
        response = case.call(headers=dict(headers), timeout=30)
        if is_later or _code(response) in OWN_ANSWERS:
            assert not is_later or response.status_code == int(NOT_BUILT)
            return
        excluded = [positive_data_acceptance] if operation.label in KNOWS_MORE else []
        case.validate_response(response, excluded_checks=excluded)

    send()


def _code(response: Response) -> object:
    try:
        body = json.loads(response.content)
    except ValueError:
        return None
    return body.get("code") if isinstance(body, dict) else None


def _lines(error: BaseException) -> str:
    inner = [str(e) for e in getattr(error, "exceptions", [])] or [str(error)]
    return " | ".join(text.strip().replace("\n", " ")[:600] for text in inner)


def hostile_bodies(seed: int, count: int) -> Iterator[bytes]:
    """Make bodies that are almost, or not at all, what a route takes."""
    chance = random.Random(seed)
    for _ in range(count):
        yield chance.choice(_MAKERS)(chance)


_ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 2**31, 2**63, 10**400, 1e308, -0.0, "", " ", "\x00", "\ud800", "ß" * 300),
    *("a" * 5000, "'; DROP TABLE users; --", "../../etc/passwd", "{{7*7}}", "\u202e\u0000"),
    *([], {}, [[]], [None], {"": None}, {"$ref": "#"}, {"__proto__": {}}),
)
_FIELDS = (
    *("platform", "native_meeting_id", "bot_name", "language", "task", "passcode", "meeting_url"),
    *("automatic_leave", "email", "name", "max_concurrent_bots", "data", "image_url", "scopes"),
    *("expires_in", "webhook_url", "webhook_secret", "webhook_events", "retention_days"),
    *("meetings", "participants", "languages", "notes"),
)
_GOOD = {"platform": "google_meet", "native_meeting_id": "abc-defg-hij", "email": "a@example.com"}


def _object(chance: random.Random) -> bytes:
    body = {name: chance.choice(_ODD) for name in chance.sample(_FIELDS, chance.randint(1, 6))}
    kept = {name: value for name, value in _GOOD.items() if chance.random() < 0.6}
    return json.dumps({**body, **kept, "data": chance.choice([body, body.get("data")])}).encode()


def _broken(chance: random.Random) -> bytes:
    whole = _object(chance)
    return whole[: chance.randint(0, len(whole))] + chance.randbytes(chance.randint(0, 4))


def _deep(chance: random.Random) -> bytes:
    depth = chance.choice([10, 1000, 50_000])
    return b'{"data":' * depth + b"1" + b"}" * depth


def _bytes(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randint(0, 200))


def _special(chance: random.Random) -> bytes:
    return chance.choice(_SPECIAL)


_SPECIAL = (
    *(b'{"data": NaN}', b'{"data": {"x": Infinity}}', b"\xff\xfe{\x00}", b"[" * 9999, b"null"),
    *(b'{"name": "\\u0000"}', b'{"notes": "\\ud800", "data": {"name": "\\udfff"}}', b'"x"'),
)
_MAKERS = (_object, _object, _object, _broken, _deep, _bytes, _special)


def throw_bodies(url: str, headers: Mapping[str, str], seed: int, count: int) -> Found:
    """Send hostile bodies to the routes of a service that take one; note every 5xx but a 501."""
    found = Found()
    with httpx2.Client(base_url=url, headers=dict(headers), timeout=60, trust_env=False) as client:
        document = client.get("/openapi.json").json()
        routes = sorted(_routes_with_bodies(document))
        chance = random.Random(seed)
        for body in hostile_bodies(seed, count):
            method, path = chance.choice(routes)
            given = {"Content-Type": chance.choice(["application/json", "text/plain", "x"])}
            answer = client.request(method, _filled(path, chance), content=body, headers=given)
            found.requests += 1
            if answer.status_code >= 500 and answer.status_code != int(NOT_BUILT):
                found.problems.append(f"{method} {path}: {answer.status_code} for {body[:200]!r}")
            elif answer.status_code >= 400 and not {"detail", "code"} <= set(answer.json()):
                found.problems.append(f"{method} {path}: no detail and code for {body[:200]!r}")
    found.operations = len(routes)
    return found


def _routes_with_bodies(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if "requestBody" in operation:
                yield method.upper(), path


def _filled(path: str, chance: random.Random) -> str:
    values = {
        "platform": chance.choice(["google_meet", "teams", "x"]),
        "native_meeting_id": chance.choice(["abc-defg-hij", "%00", "%ED%A0%80", "x" * 300]),
    }
    number = chance.choice(["1", "2", "0", "99999999999", "-1", "x"])
    return re.sub(r"{(\w+)}", lambda match: values.get(match[1], number), path)
