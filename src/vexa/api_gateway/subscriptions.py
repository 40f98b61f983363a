"""Pure: what a client of `/ws` asks for → meetings to ask about, and what is wrong with the rest.

Texts and codes are those of wire.md §2. A meeting may also be named by a link, as `meeting_url` or
in the place of its id.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from vexa.contracts.errors import InvalidInput
from vexa.contracts.live_feed import FeedError
from vexa.platforms.base import AddressOptions
from vexa.platforms.links import parse_link

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Meetings that a message names, with their place in it, and one line for each bad one."""

    items: list[tuple[int, Key]]
    problems: list[str]


def read_wanted(
    message: dict[str, Any], limit: int, links: AddressOptions | None = None
) -> Wanted | str:
    """Read `meetings` of a message; a string says why there is nothing to read.

    Args:
        message: what the client sent.
        limit: most meetings that it may name.
        links: what an operator allows beyond the platforms' own hosts.
    """
    meetings = message.get("meetings")
    if not isinstance(meetings, list) or not meetings:
        return "'meetings' must be a non-empty list"
    if len(meetings) > limit:
        return f"'meetings' may have at most {limit} items"
    wanted = Wanted([], [])
    for index, item in enumerate(meetings):
        if not isinstance(item, dict):
            wanted.problems.append(f"meetings[{index}] must be an object")
            continue
        platform = item.get("platform")
        native_id = item.get("native_id") or item.get("native_meeting_id")
        link = item.get("meeting_url") or (native_id if _is_link(native_id) else None)
        if isinstance(link, str):
            try:
                platform, native_id = _address(link, platform, links)
            except InvalidInput as exc:
                wanted.problems.append(f"meetings[{index}] {exc.detail}")
                continue
        if not _is_name(platform) or not _is_name(native_id):
            wanted.problems.append(f"meetings[{index}] missing 'platform' or 'native_id'")
            continue
        wanted.items.append((index, (str(platform), str(native_id))))
    return wanted


def _is_link(value: object) -> bool:
    return isinstance(value, str) and "://" in value


def _address(link: str, platform: object, links: AddressOptions | None) -> Key:
    named = platform if isinstance(platform, str) else None
    address = parse_link(link, platform=named, options=links)
    return str(address.platform), address.native_id


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 255


def own_places(problems: list[str], items: list[tuple[int, Key]]) -> list[str]:
    """Turn places in the question to the collector into places in the client's message."""

    def place(match: re.Match[str]) -> str:
        position = int(match[1])
        return f"meetings[{items[position][0]}]" if position < len(items) else match[0]

    return [re.sub(r"^meetings\[(\d+)\]", place, problem) for problem in problems]


def acknowledged(action: str, keys: dict[Key, int]) -> dict[str, Any]:
    """Make the `subscribed` or `unsubscribed` frame."""
    entries = [
        {"platform": platform, "native_id": native_id, "id": meeting_id}
        for (platform, native_id), meeting_id in keys.items()
    ]
    return {"type": action, "meetings": entries}


def error(code: FeedError, **fields: Any) -> dict[str, Any]:
    """Make an error frame."""
    return {"type": "error", "error": str(code), **fields}
