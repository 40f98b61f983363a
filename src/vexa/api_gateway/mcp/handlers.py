"""What the protocol asks for, answered from the tables of tools, prompts and resources."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ResourceUpdated
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    EmptyResult,
    GetPromptRequestParams,
    GetPromptResult,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    Prompt,
    PromptArgument,
    PromptMessage,
    ReadResourceRequestParams,
    ReadResourceResult,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    TextContent,
    Tool,
    ToolAnnotations,
    UnsubscribeRequestParams,
)
from pydantic import ValidationError
from starlette.requests import Request
from starlette.types import ASGIApp

from vexa.api_gateway.mcp.keys import read_key
from vexa.api_gateway.mcp.prompts import PROMPTS
from vexa.api_gateway.mcp.resources import TEMPLATE, list_transcripts, read_transcript
from vexa.api_gateway.mcp.rest import Rest, RestRefused
from vexa.api_gateway.mcp.tools import TOOLS
from vexa.api_gateway.mcp.updates import MAX_FOLLOWED, Updates
from vexa.contracts.errors import InvalidInput
from vexa.platforms.base import AddressOptions

Context = ServerRequestContext[Any, Request]
_FOLLOWED = "followed resources"


class Handlers:
    """One method for each request of the protocol.

    Args:
        app: the gateway, whose routes do the work.
        updates: follows transcripts.
        links: whose meeting links are known besides the platforms' own.
    """

    def __init__(self, app: ASGIApp, updates: Updates, links: AddressOptions) -> None:
        self._app = app
        self._updates = updates
        self._links = links

    def _rest(self, ctx: Context) -> Rest:
        request = _request(ctx)
        return Rest(self._app, request, _key(ctx), self._links)

    async def list_tools(
        self, _ctx: Context, _params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        """Every tool, with the schema of its arguments."""
        return ListToolsResult(tools=_DESCRIBED_TOOLS)

    async def call_tool(self, ctx: Context, params: CallToolRequestParams) -> CallToolResult:
        """Run a tool. What a route refuses is the tool's error, for the model to read."""
        tool = TOOLS.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"Unknown tool; known: {', '.join(sorted(TOOLS))}")
        _check_text(params.arguments)
        try:
            arguments = tool.arguments.model_validate(params.arguments or {})
        except ValidationError as exc:
            known = tool.arguments.model_fields
            return _tool_error(_problems(exc, known), {"code": "invalid_input"})
        try:
            answer = await tool.run(self._rest(ctx), arguments)
        except RestRefused as refused:
            return _tool_error(
                f"{refused.detail} ({refused.route_code})",
                {**refused.body, "status_code": refused.status},
            )
        except InvalidInput as exc:
            return _tool_error(exc.detail, {"code": exc.code})
        return CallToolResult(
            content=[TextContent(type="text", text=json.dumps(answer, ensure_ascii=False))],
            structured_content=answer if isinstance(answer, dict) else {"result": answer},
        )

    async def list_prompts(
        self, _ctx: Context, _params: PaginatedRequestParams | None
    ) -> ListPromptsResult:
        """Every prompt."""
        return ListPromptsResult(prompts=_DESCRIBED_PROMPTS)

    async def get_prompt(self, _ctx: Context, params: GetPromptRequestParams) -> GetPromptResult:
        """A prompt with its blanks filled."""
        prompt = PROMPTS.get(params.name)
        if prompt is None:
            raise MCPError(INVALID_PARAMS, f"Unknown prompt; known: {', '.join(sorted(PROMPTS))}")
        given = params.arguments or {}
        _check_text(given)
        if missing := prompt.missing(given):
            raise MCPError(INVALID_PARAMS, f"Missing arguments: {', '.join(missing)}")
        content = TextContent(type="text", text=prompt.filled(given))
        return GetPromptResult(
            description=prompt.description, messages=[PromptMessage(role="user", content=content)]
        )

    async def list_resources(
        self, ctx: Context, _params: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        """The user's newest transcripts."""
        return ListResourcesResult(resources=await list_transcripts(self._rest(ctx)))

    async def list_templates(
        self, _ctx: Context, _params: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        """How a transcript is addressed."""
        return ListResourceTemplatesResult(resource_templates=[TEMPLATE])

    async def read_resource(
        self, ctx: Context, params: ReadResourceRequestParams
    ) -> ReadResourceResult:
        """A transcript as it is now."""
        return await read_transcript(self._rest(ctx), str(params.uri))

    async def subscribe(self, ctx: Context, params: SubscribeRequestParams) -> EmptyResult:
        """Tell this session of changes, on its GET stream (protocol versions up to 2025)."""
        uri = str(params.uri)
        followed = _followed(ctx)
        if uri in followed:
            return EmptyResult()
        if len(followed) >= MAX_FOLLOWED:
            raise MCPError(INVALID_PARAMS, f"At most {MAX_FOLLOWED} resources can be followed")
        stack = AsyncExitStack()
        tell = partial(ctx.session.send_resource_updated, uri)
        await stack.enter_async_context(self._updates.following(_key(ctx), uri, tell))
        followed[uri] = stack
        return EmptyResult()

    async def unsubscribe(self, ctx: Context, params: UnsubscribeRequestParams) -> EmptyResult:
        """Tell this session no more."""
        stack = _followed(ctx).pop(str(params.uri), None)
        if stack is not None:
            await stack.aclose()
        return EmptyResult()

    async def listen(
        self, ctx: Context, params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult:
        """Tell of changes on this request's own stream (protocol versions from 2026)."""
        wanted = params.notifications.resource_subscriptions or []
        if len(wanted) > MAX_FOLLOWED:
            raise MCPError(INVALID_PARAMS, f"At most {MAX_FOLLOWED} resources can be followed")
        bus = InMemorySubscriptionBus()
        async with AsyncExitStack() as stack:
            for uri in wanted:
                tell = partial(bus.publish, ResourceUpdated(uri))
                await stack.enter_async_context(self._updates.following(_key(ctx), uri, tell))
            return await ListenHandler(bus)(ctx, params)


def _request(ctx: Context) -> Request:
    assert ctx.request is not None, "streamable HTTP gives every message its request"
    return ctx.request


def _key(ctx: Context) -> str:
    key = read_key(_request(ctx).headers)
    assert key is not None, "the door lets nobody in without a key"
    return key


def _followed(ctx: Context) -> dict[str, AsyncExitStack]:
    # the SDK gives no other way to learn that a session has ended (mcp 2.3)
    connection = ctx.session._connection
    if _FOLLOWED not in connection.state:
        followed: dict[str, AsyncExitStack] = {}
        connection.state[_FOLLOWED] = followed
        connection.exit_stack.push_async_callback(_forget_all, followed)
    known: dict[str, AsyncExitStack] = connection.state[_FOLLOWED]
    return known


async def _forget_all(followed: dict[str, AsyncExitStack]) -> None:
    while followed:
        await followed.popitem()[1].aclose()


def _check_text(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as exc:
        raise MCPError(INVALID_PARAMS, "Text has half of a surrogate pair") from exc


def _problems(error: ValidationError, known: Iterable[str]) -> str:
    lines = []
    for item in error.errors(include_input=False, include_url=False):
        place = ".".join(str(part) for part in item["loc"])
        problem = item["msg"]
        if item["type"] == "extra_forbidden":
            problem = f"unknown argument; known: {', '.join(known) or 'none'}"
        lines.append(f"{place}: {problem}" if place else problem)
    return "; ".join(lines)


def _tool_error(text: str, fields: dict[str, Any]) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content={"detail": text, **fields},
        is_error=True,
    )


_DESCRIBED_TOOLS = [
    Tool(
        name=tool.name,
        description=tool.description,
        input_schema=tool.arguments.model_json_schema(),
        annotations=ToolAnnotations(
            read_only_hint=tool.reads_only, destructive_hint=tool.destroys, open_world_hint=False
        ),
    )
    for tool in TOOLS.values()
]

_DESCRIBED_PROMPTS = [
    Prompt(
        name=prompt.name,
        title=prompt.title,
        description=prompt.description,
        arguments=[
            PromptArgument(name=a.name, description=a.description, required=a.required)
            for a in prompt.arguments
        ],
    )
    for prompt in PROMPTS.values()
]
