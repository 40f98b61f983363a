"""What every double serves a browser: scripts and styles, and HTML with its policy."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, HTMLResponse

from vexa.contracts.errors import NotFound

#: Scripts that the pages of all platforms use.
SHARED = Path(__file__).parent / "page_static"

#: The strictest policy that a real page is known to send, and none.
POLICIES = {
    "strict": (
        "default-src 'self'; script-src 'self' 'nonce-{nonce}'; connect-src 'self'; "
        "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; "
        "require-trusted-types-for 'script'"
    ),
    "none": "",
}


def add_files(router: APIRouter, prefix: str, folder: Path) -> None:
    """Serve a folder's files, and the shared ones, under `prefix`; and an empty icon."""

    @router.get(f"{prefix}/{{name}}")
    async def static(name: str) -> Response:
        for place in (folder, SHARED):
            path = place / name
            if path.parent == place and path.is_file():
                return FileResponse(path, headers={"Cache-Control": "no-store"})
        raise NotFound(f"no file {name}")

    @router.get("/favicon.ico")
    async def icon() -> Response:
        return Response(status_code=204)


def html_page(
    config: Mapping[str, Any],
    *,
    title: str,
    policy: str,
    root: str,
    script: str,
    style: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make a page that one script draws.

    Args:
        config: what the script reads; has the page's `locale` and `texts`.
        title: of the document.
        policy: content security policy, with `{nonce}` where the page's nonce belongs; or nothing.
        root: the element that the script draws into.
        script: path of the script, a module.
        style: path of the style sheet.
        headers: more headers of the answer.
    """
    nonce = secrets.token_urlsafe(16)
    data = json.dumps(config, ensure_ascii=False).replace("<", "\\u003c")
    body = (
        f'<!DOCTYPE html><html lang="{config["locale"]}"><head><meta charset="utf-8">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="{style}">'
        f'<script type="application/json" id="config" nonce="{nonce}">{data}</script></head>'
        f'<body>{root}<script type="module" nonce="{nonce}" src="{script}"></script></body></html>'
    )
    sent = {"Cache-Control": "no-store", **(headers or {})}
    if policy:
        sent["Content-Security-Policy"] = policy.format(nonce=nonce)
    return HTMLResponse(body, headers=sent)
