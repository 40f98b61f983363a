"""What a user's bots do unless a request says otherwise: `bot_config` in the user's `data`."""

from __future__ import annotations

from typing import Any

import structlog
from pydantic import ValidationError

from vexa.contracts.bot import AutomaticLeave
from vexa.contracts.http.automatic_leave import AutomaticLeaveAsked, newest_names

_log = structlog.get_logger(__name__)


def merged_leave(defaults: AutomaticLeave, asked: AutomaticLeave | None) -> AutomaticLeave:
    """Put what is asked for over the defaults; what it leaves out stays as it is there."""
    if asked is None:
        return defaults
    return defaults.model_copy(update=asked.model_dump(exclude_unset=True))


def leave_of_user(user_id: int, data: dict[str, Any], defaults: AutomaticLeave) -> AutomaticLeave:
    """Return when a user's bots leave by themselves, unless a request says otherwise.

    A value that nothing can be made of is ignored, with a log line that names it: the admin
    surface takes none, but other programs write `data` too.

    Args:
        user_id: whose defaults they are.
        data: the user's `data`.
        defaults: the server's own.
    """
    written = data.get("bot_config")
    try:
        asked = None if written is None else AutomaticLeaveAsked.model_validate(written)
    except ValidationError as exc:
        asked = _without_bad_values(user_id, written, exc)
    return merged_leave(defaults, asked)


def _without_bad_values(
    user_id: int, written: Any, problems: ValidationError
) -> AutomaticLeaveAsked | None:
    bad = {".".join(map(str, item["loc"])): item["msg"] for item in problems.errors()}
    for name, allowed in bad.items():
        field = f"bot_config.{name}" if name else "bot_config"
        _log.warning("user_default_ignored", user_id=user_id, field=field, allowed=allowed)
    if not isinstance(written, dict):
        return None
    kept = {name: value for name, value in newest_names(written).items() if name not in bad}
    return AutomaticLeaveAsked.model_validate(kept)
