"""What the light programs have in common, loaded once, before any of them is forked."""

from __future__ import annotations

import gc
import os
from importlib import import_module
from pathlib import Path

from vexa.programs import leave_out_unused

#: Programs that are forked. whisperlive is none of them: its engine starts threads, and its memory
#: is the model.
LIGHT_PROGRAMS = ("admin-api", "api-gateway", "bot-manager", "transcription-collector")

#: What at least three of them load by the time they serve, by the modules that load the rest. None
#: of a program's own is here: its metrics would appear in those of the others.
_COMMON = (
    "vexa.bus.connection",
    "vexa.bus.fan_out",
    "vexa.contracts.http.bots",
    "vexa.contracts.http.meetings",
    "vexa.contracts.http.users",
    "vexa.contracts.http.webhooks",
    "vexa.kit.idempotency",
    "vexa.kit.logs",
    "vexa.kit.serve",
    "vexa.kit.service_app",
    "vexa.kit.settings",
    "vexa.kit.tasks",
    "vexa.platforms.registry",
    "vexa.storage.callers",
    "vexa.storage.idempotency",
    "vexa.storage.meetings",
    "vexa.storage.migrate",
    "vexa.storage.outbox",
    "vexa.storage.webhook_deliveries",
    "vexa.storage.webhook_endpoints",
    # what libraries load only when they are used
    "aiosqlite",
    "h11",
    "httpcore2",
    "httpx2",
    "pydantic.v1",
    "truststore",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
)


def preload() -> str | None:
    """Load what is common and keep it from the garbage collector; return why not to fork, or None.

    The collector writes into every object that it looks at; a page that was written to is no
    longer shared.
    """
    leave_out_unused()
    try:
        for name in _COMMON:
            import_module(name)
    except Exception as exc:  # noqa: BLE001  # the server starts without; each program says why
        return f"{type(exc).__name__}: {exc}"
    threads = len(os.listdir(Path("/proc/self/task")))
    if threads != 1:
        return f"{threads} threads run, and a fork would copy only one"
    gc.collect()
    gc.freeze()
    return None
