"""Serves the host's page on the control server. It only calls the control API."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from vexa.simulator.meetings_index import MeetingsIndex

_FOLDER = Path(__file__).parent


def build_host_router(index: MeetingsIndex) -> APIRouter:
    """Make `/host/<code>` and its script."""
    router = APIRouter(prefix="/host", include_in_schema=False)

    @router.get("/_/host.js")
    async def script() -> Response:
        return FileResponse(_FOLDER / "host.js", headers={"Cache-Control": "no-store"})

    @router.get("/{code}")
    async def page(code: str) -> Response:
        index.get(code)
        return FileResponse(_FOLDER / "host.html", headers={"Cache-Control": "no-store"})

    return router
