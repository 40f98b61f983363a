"""Transcripts as resources: `vexa://transcripts/{platform}/{native_meeting_id}`, live or ended."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from vexa.api_gateway.mcp.rest import Rest, RestRefused, path_of
from vexa.api_gateway.subscriptions import Key

MIME_TYPE = "application/json"
#: Meetings that are looked through for the list of resources.
_LISTED_MEETINGS = 50
_URI = re.compile(r"vexa://transcripts/([^/?#]+)/([^/?#]+)")
_URI_FORM = "vexa://transcripts/{platform}/{native_meeting_id}"

TEMPLATE = ResourceTemplate(
    name="transcript",
    title="Transcript of a meeting",
    uri_template=_URI_FORM,
    description=(
        "What has been said in the newest stay in a meeting, by whom and when. During the meeting "
        "it grows; subscribe to be told. Segments with completed false may still change."
    ),
    mime_type=MIME_TYPE,
)


def read_uri(uri: str) -> Key:
    """Return platform and native id of a resource.

    Raises:
        MCPError: it is not the address of a transcript.
    """
    match = _URI.fullmatch(uri)
    # RFC 3986 §2: a URI is written in ASCII
    if match is None or not uri.isascii():
        raise MCPError(INVALID_PARAMS, f"Resources have the form {_URI_FORM}", {"uri": uri})
    return unquote(match[1]), unquote(match[2])


async def list_transcripts(rest: Rest) -> list[Resource]:
    """Return the transcripts of the user's newest meetings, each address once.

    Raises:
        MCPError: the meetings cannot be read.
    """
    try:
        answer = await rest.call("GET", "/meetings", query={"limit": _LISTED_MEETINGS})
    except RestRefused as refused:
        raise as_mcp_error(refused) from refused
    found: dict[str, Resource] = {}
    for meeting in answer["meetings"]:
        if meeting["native_meeting_id"] is None:
            continue
        uri = path_of(
            "vexa://transcripts/{platform}/{native_id}",
            platform=meeting["platform"],
            native_id=meeting["native_meeting_id"],
        )
        found.setdefault(uri, _resource(uri, meeting))
    return list(found.values())


def _resource(uri: str, meeting: dict[str, Any]) -> Resource:
    title = (meeting.get("data") or {}).get("name")
    return Resource(
        name=f"{meeting['platform']}/{meeting['native_meeting_id']}",
        title=title if isinstance(title, str) and title else None,
        uri=uri,
        description=f"Transcript; the meeting is {meeting['status']}.",
        mime_type=MIME_TYPE,
    )


async def read_transcript(rest: Rest, uri: str) -> ReadResourceResult:
    """Return a transcript as REST gives it.

    Raises:
        MCPError: there is none for this user, or it cannot be read.
    """
    platform, native_id = read_uri(uri)
    path = path_of("/transcripts/{platform}/{native_id}", platform=platform, native_id=native_id)
    try:
        transcript = await rest.call("GET", path)
    except RestRefused as refused:
        raise as_mcp_error(refused, uri) from refused
    text = json.dumps(transcript, ensure_ascii=False)
    return ReadResourceResult(
        contents=[TextResourceContents(uri=uri, mime_type=MIME_TYPE, text=text)]
    )


def as_mcp_error(refused: RestRefused, uri: str | None = None) -> MCPError:
    """Turn a route's refusal into a protocol error: the caller's fault, or the server's."""
    code = INVALID_PARAMS if refused.status < 500 else INTERNAL_ERROR
    data = {"status": refused.status, "code": refused.route_code}
    return MCPError(code, refused.detail, data if uri is None else {**data, "uri": uri})
