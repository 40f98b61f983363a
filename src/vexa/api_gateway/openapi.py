"""Describes forwarded routes: their bodies are checked by their owners, and documented here."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from vexa.api_gateway.parameters import PATH, QUERY, query_name
from vexa.api_gateway.routes import Answer, Route
from vexa.contracts.http.errors import ErrorBody

_REF = "#/components/schemas/{model}"
#: Bodies that descriptions refer to.
BODIES: set[type[BaseModel]] = {ErrorBody}

SECURITY_SCHEMES = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "AdminToken": {"type": "apiKey", "in": "header", "name": "X-Admin-API-Key"},
}
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "The same request with the same key gets the first answer again, for 24 h.",
}


def describe_route(route: Route) -> dict[str, Any]:
    """Return the OpenAPI operation of a route whose body the gateway does not read."""
    described: dict[str, Any] = {
        "parameters": _parameters(route),
        "responses": {
            **{
                str(status): {"description": route.summary, **_content(route.answer)}
                for status in (route.status, *route.also)
            },
            "default": {
                "description": "What went wrong: `detail` for a person, `code` for a program",
                "content": {"application/json": {"schema": _ref(ErrorBody)}},
            },
        },
    }
    if route.security is not None:
        described["security"] = [{route.security: []}]
    if route.body is not None:
        described["requestBody"] = {
            "required": route.needs_body,
            "content": {"application/json": {"schema": _ref(route.body)}},
        }
    return described


def _content(answer: Answer) -> dict[str, Any]:
    if answer is None:
        return {}
    if isinstance(answer, str):
        return {"content": {answer: {"schema": {"type": "string"}}}}
    if isinstance(answer, list):
        schema: dict[str, Any] = {"type": "array", "items": _ref(answer[0])}
    else:
        schema = _ref(answer)
    return {"content": {"application/json": {"schema": schema}}}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    BODIES.add(model)
    return {"$ref": _REF.format(model=model.__name__)}


def _parameters(route: Route) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": PATH[name]}
        for name in re.findall(r"{(\w+)", route.path)
    ]
    found += [
        {"name": query_name(name), "in": "query", "required": False, "schema": QUERY[name]}
        for name in route.query
    ]
    return [*found, *([_IDEMPOTENCY_KEY] if route.method in _WRITES else [])]


def install_openapi(app: FastAPI) -> None:
    """Let `/openapi.json` carry the schemas that `describe_route` refers to."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            models = [(model, "validation") for model in sorted(BODIES, key=_name)]
            _, definitions = models_json_schema(models, ref_template=_REF)  # type: ignore[arg-type]
            components = document.setdefault("components", {})
            components.setdefault("schemas", {}).update(definitions["$defs"])
            components["securitySchemes"] = SECURITY_SCHEMES
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _name(model: type[BaseModel]) -> str:
    return model.__name__
