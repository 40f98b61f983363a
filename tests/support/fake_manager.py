"""The bot-manager's two callbacks, as a test's own server: keeps reports, gives orders."""

from __future__ import annotations

import asyncio
from types import TracebackType

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.support.processes import free_port
from tests.support.wait_until import wait_until
from vexa.contracts.bot import Heartbeat, StatusReport

#: How long a heartbeat's answer is held; the real one holds up to 4 s.
HOLD_S = 0.2


class FakeManager:
    """An async context manager. `is_away` makes it answer 503."""

    def __init__(self, hold_s: float = HOLD_S) -> None:
        self._hold_s = hold_s
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.reports: list[StatusReport] = []
        self.heartbeats: list[Heartbeat] = []
        self.tokens: set[str] = set()
        self.leave = asyncio.Event()
        self.is_away = False
        self.refused = 0
        app = Starlette(
            routes=[
                Route("/bots/internal/callback/status_change", self._report, methods=["POST"]),
                Route("/bots/internal/callback/heartbeat", self._heartbeat, methods=["POST"]),
            ]
        )
        config = uvicorn.Config(app, host="127.0.0.1", port=self.port, log_config=None)
        self._server = uvicorn.Server(config)
        self._task: asyncio.Task[None] | None = None

    async def _report(self, request: Request) -> JSONResponse:
        if self.is_away:
            self.refused += 1
            return JSONResponse({}, 503)
        self.tokens.add(request.headers["authorization"])
        self.reports.append(StatusReport.model_validate(await request.json()))
        return JSONResponse({"status": "processed"})

    async def _heartbeat(self, request: Request) -> JSONResponse:
        if self.is_away:
            self.refused += 1
            return JSONResponse({}, 503)
        self.heartbeats.append(Heartbeat.model_validate(await request.json()))
        try:
            await asyncio.wait_for(self.leave.wait(), self._hold_s)
        except TimeoutError:
            return JSONResponse({"status": "ok", "orders": []})
        return JSONResponse({"status": "ok", "orders": [{"action": "leave"}]})

    @property
    def statuses(self) -> list[str]:
        """Reported statuses, in order."""
        return [str(report.status) for report in self.reports]

    @property
    def end(self) -> StatusReport:
        """The last report, which must be an end."""
        assert self.reports
        assert self.reports[-1].outcome is not None, self.statuses
        return self.reports[-1]

    async def wait_for(self, status: str, within_s: float = 180.0) -> None:
        """Wait until a status was reported."""
        await wait_until(lambda: status in self.statuses, within_s=within_s, what=status)

    async def __aenter__(self) -> FakeManager:
        self._task = asyncio.ensure_future(self._server.serve())
        await wait_until(lambda: self._server.started, what="the manager's server")
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        assert self._task is not None
        await self._task
