"""How a meeting's speech becomes text: as asked, as kept in the meeting, as ordered of its bot.

It is kept in the meeting's `data`, where its user sees it, each part that is not the default under
its own name. Beside it is `config_revision`, which rises with each change: a bot that follows an
older one gets the order with every heartbeat until it says that it follows the newest.
"""

from __future__ import annotations

from typing import Any

from vexa.contracts.bot import Order, OrderKind, SpeechWishes
from vexa.contracts.errors import InvalidInput
from vexa.contracts.http.bots import BotConfig, SpeechAsked

_DEFAULTS = SpeechWishes()
_REVISION = "config_revision"


def read_speech(asked: SpeechAsked) -> SpeechWishes:
    """Check the parts of a request against each other; one allowed language is the language.

    Raises:
        InvalidInput: the language is not among those that are allowed.
    """
    allowed = asked.allowed_languages or []
    language = asked.language
    if language is None and len(allowed) == 1:
        language = allowed[0]
    if allowed and language is not None and language not in allowed:
        raise InvalidInput(
            f"language must be one of allowed_languages, which are: {', '.join(allowed)}",
            field="language",
        )
    return SpeechWishes(
        language=language,
        task=asked.task or _DEFAULTS.task,
        allowed_languages=asked.allowed_languages,
        hotwords=asked.hotwords,
    )


def to_data(speech: SpeechWishes) -> dict[str, Any]:
    """Return what a meeting's `data` has of it."""
    return speech.model_dump(exclude_defaults=True)


def of_data(data: dict[str, Any]) -> SpeechWishes:
    """Read it from a meeting's `data`."""
    known = SpeechWishes.model_fields
    return SpeechWishes.model_validate({key: data[key] for key in known if key in data})


def reconfigured(data: dict[str, Any], asked: BotConfig) -> dict[str, Any]:
    """Return a meeting's `data` after a change; the same when nothing differs.

    Raises:
        InvalidInput: as `read_speech`.
    """
    before, after = of_data(data), read_speech(asked)
    if "hotwords" not in asked.model_fields_set:
        after = after.model_copy(update={"hotwords": before.hotwords})
    if after == before:
        return data
    kept = {key: value for key, value in data.items() if key not in SpeechWishes.model_fields}
    return {**kept, **to_data(after), _REVISION: data.get(_REVISION, 0) + 1}


def order_for(data: dict[str, Any], followed: int | None) -> list[Order]:
    """Return the order that a bot needs which follows this revision; None takes no such order."""
    newest = data.get(_REVISION, 0)
    if followed is None or followed == newest:
        return []
    return [Order(action=OrderKind.RECONFIGURE, config_revision=newest, speech=of_data(data))]
