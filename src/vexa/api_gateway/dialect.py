"""Which generation's status codes clients get, where generations differ (anchors: 0.6 and 0.12)."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

#: Errors whose status differs: code → status of the newer generation.
NEWER_ERRORS = {"missing_api_key": 401, "invalid_api_key": 401, "limit_reached": 429}
#: Statuses of 0.6 under which such an error may come.
OLDER_STATUSES = frozenset({403})


class ApiDialect(StrEnum):
    """Value of API_DIALECT."""

    OLDER = "0.6"
    NEWER = "0.12"


def success_status(dialect: ApiDialect, method: str, path: str, status: int) -> int:
    """Return the status of an answer that is no error: a stop is 200 in the newer generation."""
    is_stop = method == "DELETE" and path.startswith("/bots/")
    return 200 if dialect is ApiDialect.NEWER and is_stop and status == 202 else status


def error_status(status: int, body: bytes) -> int:
    """Return the newer generation's status of an error of 0.6."""
    try:
        error: Any = json.loads(body)
    except ValueError:
        return status
    code = error.get("code") if isinstance(error, dict) else None
    return NEWER_ERRORS.get(code, status) if isinstance(code, str) else status
