"""Waits until every program answers, and says which one does not."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx2

from vexa.contracts.errors import VexaError
from vexa.supervision.settings import UpSettings
from vexa.supervision.supervisor import ProgramState, Supervisor

_POLL_S = 0.2
#: States in which supervisord has given up, or will.
_BROKEN = {"FATAL", "EXITED", "UNKNOWN"}
_TAIL_BYTES = 1500


class StartFailed(VexaError):
    """A program of the server did not start."""

    code = "start_failed"


def health_urls(settings: UpSettings) -> dict[str, str]:
    """Program → where it says that it lives."""
    ports = {
        "admin-api": settings.admin_api_port,
        "transcription-collector": settings.transcription_collector_port,
        "bot-manager": settings.bot_manager_port,
        "whisperlive": settings.whisper_live_health_port,
        "api-gateway": settings.api_gateway_port,
    }
    return {name: f"http://127.0.0.1:{port}/health" for name, port in ports.items()}


def _answers(client: httpx2.Client, url: str) -> bool:
    try:
        return client.get(url).status_code == 200
    except httpx2.TransportError:
        return False


def _log_tail(state: ProgramState) -> str:
    try:
        with open(state.log, "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def wait_until_ready(
    supervisor: Supervisor, settings: UpSettings, progress: Callable[[str], None]
) -> None:
    """Return when every program answers; tell `progress` the name of each that does.

    Raises:
        StartFailed: a program gave up, or time is over; with the end of its log.
    """
    deadline_s = time.monotonic() + settings.vexa_ready_timeout_s
    waiting = health_urls(settings)
    with httpx2.Client(timeout=2.0, trust_env=False) as client:
        while waiting:
            states = supervisor.states()
            for state in states:
                if state.state in _BROKEN:
                    raise StartFailed(f"{state.name} did not start:\n{_log_tail(state)}")
            if supervisor.ended:
                raise StartFailed(f"supervisord ended; see {settings.vexa_home}/logs")
            for name in [n for n, url in waiting.items() if _answers(client, url)]:
                del waiting[name]
                progress(name)
            if waiting and time.monotonic() > deadline_s:
                raise StartFailed(f"no answer from: {', '.join(waiting)}")
            time.sleep(_POLL_S)
