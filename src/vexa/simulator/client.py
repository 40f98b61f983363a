"""A Python caller of the control API, for tests and the demo."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any

import httpx2

#: Encoding a long utterance may take this long on a loaded machine.
TIMEOUT_S = 60.0
#: Longest single wait for an event; the API allows 30 s.
POLL_S = 5.0


class ControlClient:
    """Calls the control API of one simulator. An async context manager.

    Every method raises `httpx2.HTTPStatusError` when the simulator refuses.
    """

    def __init__(self, control_url: str) -> None:
        self._http = httpx2.AsyncClient(
            base_url=f"{control_url}/control", timeout=TIMEOUT_S, trust_env=False
        )

    async def __aenter__(self) -> ControlClient:
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def create_meeting(self, native_id: str, **options: Any) -> dict[str, Any]:
        """Create a meeting; `platform` and the rest are the options of its double."""
        body = {"native_id": native_id, **options}
        state: dict[str, Any] = await self._call("POST", "/meetings", body)
        return state

    async def meeting(self, native_id: str) -> dict[str, Any]:
        """Return the meeting's present state."""
        state: dict[str, Any] = await self._call("GET", f"/meetings/{native_id}")
        return state

    async def add_participant(self, native_id: str, name: str, **facts: Any) -> dict[str, Any]:
        """Add a participant; returns `id`, `device_id`, `stream_id`, `speech_s`."""
        path = f"/meetings/{native_id}/participants"
        added: dict[str, Any] = await self._call("POST", path, {"name": name, **facts})
        return added

    async def remove_participant(self, native_id: str, participant: str) -> None:
        """Let a participant leave."""
        await self._call("DELETE", f"/meetings/{native_id}/participants/{participant}")

    async def rename(self, native_id: str, participant: str, name: str) -> None:
        """Let a participant take another name."""
        path = f"/meetings/{native_id}/participants/{participant}"
        await self._call("PATCH", path, {"name": name})

    async def set_muted(self, native_id: str, participant: str, is_muted: bool) -> None:
        """Mute or unmute a participant."""
        path = f"/meetings/{native_id}/participants/{participant}"
        await self._call("PATCH", path, {"muted": is_muted})

    async def speak(self, native_id: str, participant: str, speech: list[dict[str, Any]]) -> None:
        """Schedule more speech for a participant."""
        path = f"/meetings/{native_id}/participants/{participant}/speech"
        await self._call("POST", path, {"speech": speech})

    async def start_clock(self, native_id: str) -> float:
        """Start the meeting's clock; return its zero as seconds since 1970."""
        answer = await self._call("POST", f"/meetings/{native_id}/clock")
        started_s: float = answer["started_epoch_s"]
        return started_s

    async def order(self, native_id: str, order: str, **body: Any) -> None:
        """Carry out an order: admit, deny, expire, remove, dialog, toast, end…"""
        await self._call("POST", f"/meetings/{native_id}/{order}", body)

    async def truth(self, native_id: str) -> list[dict[str, Any]]:
        """Return what has been said so far."""
        lines: list[dict[str, Any]] = await self._call("GET", f"/meetings/{native_id}/truth")
        return lines

    async def events(self, native_id: str, after: int = 0) -> list[dict[str, Any]]:
        """Return events with `seq` above `after`."""
        path = f"/meetings/{native_id}/events?after={after}"
        lines: list[dict[str, Any]] = await self._call("GET", path)
        return lines

    async def visitor(self, native_id: str, visitor: str) -> dict[str, Any]:
        """Return a visitor's present state. Raises StopIteration for one that never was."""
        visitors = (await self.meeting(native_id))["visitors"]
        found: dict[str, Any] = next(one for one in visitors if one["id"] == visitor)
        return found

    async def microphone(self, native_id: str, visitor: str) -> bytes:
        """Return the newest sound of a page's microphone, a wav file."""
        path = f"/meetings/{native_id}/visitors/{visitor}/microphone"
        response = await self._http.get(path)
        response.raise_for_status()
        return response.content

    async def wait_for_event(
        self, native_id: str, event: str, *, within_s: float = 30.0, after: int = 0, **fields: Any
    ) -> dict[str, Any]:
        """Return the first event of a kind whose fields match.

        Raises:
            TimeoutError: none came in time; the message lists what did.
        """
        deadline_s = time.monotonic() + within_s
        seen: list[str] = []
        while (left_s := deadline_s - time.monotonic()) > 0:
            wait_s = round(min(left_s, POLL_S), 2)
            path = f"/meetings/{native_id}/events?after={after}&wait_s={wait_s}"
            for entry in await self._call("GET", path):
                after = entry["seq"]
                seen.append(entry["event"])
                if entry["event"] == event and fields.items() <= entry.items():
                    found: dict[str, Any] = entry
                    return found
        raise TimeoutError(f"no event {event} within {within_s} s; there were {seen}")

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        response = await self._http.request(method, path, json=body)
        response.raise_for_status()
        return response.json() if response.content else None
