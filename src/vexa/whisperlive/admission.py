"""Who may open a session: the first message of a client, read and checked."""

from __future__ import annotations

import hmac
import ipaddress
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import ValidationError
from websockets.asyncio.server import ServerConnection

from vexa.contracts.errors import BadRequest, NotAllowed
from vexa.contracts.languages import LANGUAGE_CODES
from vexa.contracts.whisper_protocol import Hello
from vexa.kit.meeting_tokens import verify_meeting_token
from vexa.whisperlive.engines.base import Engine
from vexa.whisperlive.settings import WhisperSettings


def read_hello(message: str | bytes) -> Hello:
    """Read the hello.

    Raises:
        BadRequest: names the fields that are missing or wrong.
    """
    if isinstance(message, bytes):
        raise BadRequest("The first message must be a JSON text, not audio")
    try:
        return Hello.model_validate_json(message)
    except ValidationError as exc:
        errors = exc.errors(include_input=False, include_url=False)
        missing = [str(error["loc"][0]) for error in errors if error["type"] == "missing"]
        if missing:
            raise BadRequest(f"Missing required fields: {', '.join(missing)}") from exc
        fields = [f"{'.'.join(map(str, e['loc'])) or 'message'}: {e['msg']}" for e in errors]
        raise BadRequest(f"Invalid hello: {'; '.join(fields)}") from exc


def check_admission(hello: Hello, settings: WhisperSettings, client: ServerConnection) -> None:
    """Let a bot in by its MeetingToken, a private client by where it is or by its key.

    Raises:
        NotAllowed: neither holds.
    """
    if hello.meeting_id is not None:
        claims = verify_meeting_token(
            settings.internal_api_secret.get_secret_value(), hello.token or ""
        )
        if claims.meeting_id != hello.meeting_id:
            raise NotAllowed("The token is for another meeting")
        return
    if _is_loopback(client.remote_address) or _has_key(settings, client):
        return
    raise NotAllowed("A private session needs the key WL_API_KEY, or a client on this machine")


def _is_loopback(address: Any) -> bool:
    try:
        found = ipaddress.ip_address(str(address[0]).split("%")[0])
    except (TypeError, ValueError, IndexError):
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback


def _has_key(settings: WhisperSettings, client: ServerConnection) -> bool:
    if settings.wl_api_key is None or client.request is None:
        return False
    query = parse_qs(urlsplit(client.request.path).query)
    given = client.request.headers.get("X-API-Key") or query.get("api_key", [""])[0]
    return hmac.compare_digest(given.encode(), settings.wl_api_key.get_secret_value().encode())


def check_language(hello: Hello, engine: Engine | None) -> None:
    """Refuse languages that nobody knows, or that the loaded model does not.

    Raises:
        BadRequest: says which languages there are.
    """
    for code in hello.allowed_languages or ():
        if code not in LANGUAGE_CODES:
            raise BadRequest(f"allowed_languages: {code!r} is no code that Whisper knows")
    if hello.language is None:
        return
    if hello.language not in LANGUAGE_CODES:
        raise BadRequest(f"language {hello.language!r} is no code that Whisper knows, such as en")
    known = engine.capabilities.languages if engine is not None else None
    if known is not None and hello.language not in known:
        raise BadRequest(f"the loaded model knows only: {', '.join(sorted(known))}")
