"""Keeps secrets, speech and names out of the logs.

Two nets: values under keys that hold such things are replaced, and anything that looks like a key,
a JWT or a URL credential is cut out of every string.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

REDACTED = "[redacted]"

_SENSITIVE = (
    "text words segment segments transcript speaker speakers participant participants "
    "name bot_name names email user_name token api_key password secret authorization "
    "passcode cookie headers body initial_prompt notice "
)

SENSITIVE_KEYS = frozenset(_SENSITIVE.split())

_PATTERNS = (
    re.compile(r"\bvxa?_[A-Za-z0-9_\-]{8,}"),
    re.compile(r"\beyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]*"),
    re.compile(r"(?<=://)[^/\s@]*:[^\s@]*(?=@)"),
    re.compile(
        r"(?<=[?&\s\"'])((?:api_key|token|password|secret|pwd|p)=)[^&\s\"']+", re.IGNORECASE
    ),
    re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+\.[A-Za-z0-9.\-]+"),
)


def redact_text(text: str) -> str:
    """Cut keys, JWTs, URL credentials and e-mail addresses out of a string."""
    for pattern in _PATTERNS:
        text = pattern.sub(REDACTED, text)
    return text


def _redact(value: Any) -> Any:
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, dict):
        return {k: REDACTED if _is_sensitive(k) else _redact(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_redact(item) for item in value]
    return value


def _is_sensitive(key: object) -> bool:
    return isinstance(key, str) and key.lower() in SENSITIVE_KEYS


def redact_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
    """Structlog processor: redact one event, keys and values."""
    return {key: REDACTED if _is_sensitive(key) else _redact(value) for key, value in event.items()}
