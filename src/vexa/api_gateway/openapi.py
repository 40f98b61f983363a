"""Describes forwarded routes: their bodies are checked by their owners, and documented here."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from vexa.contracts.http.errors import ErrorBody
from vexa.contracts.meeting import PlatformName

_REF = "#/components/schemas/{model}"
#: Request bodies of forwarded routes.
BODIES: set[type[BaseModel]] = {ErrorBody}

SECURITY_SCHEMES = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "AdminToken": {"type": "apiKey", "in": "header", "name": "X-Admin-API-Key"},
}
_INTEGERS = {"user_id", "meeting_id", "delivery_id", "limit", "offset"}


def describe_route(
    path: str, query: tuple[str, ...], security: str, body: type[BaseModel] | None
) -> dict[str, Any]:
    """Return what FastAPI cannot know of a route whose body it does not read."""
    names = [(name, "path") for name in re.findall(r"{(\w+)", path)]
    names += [(name, "query") for name in query]
    described: dict[str, Any] = {
        "security": [{security: []}],
        "parameters": [_parameter(name, place) for name, place in names],
        "responses": {
            "default": {
                "description": "What went wrong: `detail` for a person, `code` for a program",
                "content": {"application/json": {"schema": _ref(ErrorBody)}},
            }
        },
    }
    if body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(body)}},
        }
    return described


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _parameter(name: str, place: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer" if name in _INTEGERS else "string"}
    if name == "platform":
        schema["enum"] = [str(platform) for platform in PlatformName]
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def install_openapi(app: FastAPI) -> None:
    """Let `/openapi.json` carry the schemas that `describe_route` refers to."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            models = [(model, "validation") for model in sorted(BODIES, key=lambda m: m.__name__)]
            _, definitions = models_json_schema(models, ref_template=_REF)  # type: ignore[arg-type]
            components = document.setdefault("components", {})
            components.setdefault("schemas", {}).update(definitions["$defs"])
            components["securitySchemes"] = SECURITY_SCHEMES
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
