"""What the bot tells the bot manager: every move in order, and the end for as long as it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx2
import stamina
import structlog

from vexa.bot.lifecycle import End
from vexa.contracts.bot import (
    BotLaunch,
    Hears,
    Heartbeat,
    HeartbeatAnswer,
    HelpNeeded,
    Order,
    StatusReport,
)
from vexa.contracts.meeting import MeetingStatus
from vexa.contracts.times import iso_utc
from vexa.kit.tasks import BackgroundTasks

_log = structlog.get_logger(__name__)

_CALLBACKS = "/bots/internal/callback"
#: A report is tried again for so long: the manager restarts in seconds, a deployment in minutes.
REPORT_S = 180.0
#: Longer than the manager holds a heartbeat's answer.
ANSWER_S = 15.0


class ManagerClient:
    """The bot's one connection to the bot manager."""

    def __init__(self, launch: BotLaunch) -> None:
        self._connection_id = launch.connection_id
        self._http = httpx2.AsyncClient(
            base_url=launch.manager_url,
            headers={
                "Authorization": f"Bearer {launch.token}",
                "X-Request-ID": launch.correlation_id,
            },
            timeout=ANSWER_S,
            trust_env=False,
        )

    async def heartbeat(
        self,
        state: str,
        *,
        tracks: int,
        people: int,
        audio_s: float,
        config_revision: int,
        names: Sequence[str] | None = None,
        notice_posted: bool | None = None,
        hears: Hears | None = None,
    ) -> list[Order]:
        """Give a sign of life; return what the bot should do.

        Raises:
            httpx2.HTTPError: the manager did not answer.
            ValueError: its answer cannot be read.
        """
        body = Heartbeat(
            connection_id=self._connection_id,
            state=state,
            tracks=tracks,
            participants=people,
            names=None if names is None else list(names),
            audio_s=round(audio_s, 1),
            config_revision=config_revision,
            notice_posted=notice_posted,
            hears=hears,
        )
        answer = await self._http.post(f"{_CALLBACKS}/heartbeat", json=body.model_dump())
        answer.raise_for_status()
        return HeartbeatAnswer.model_validate_json(answer.content).orders

    async def report(self, report: StatusReport) -> bool:
        """Deliver one report; tried again while the manager is away. False when given up."""
        try:
            async for attempt in stamina.retry_context(
                on=_worth_a_try, attempts=None, timeout=REPORT_S, wait_initial=0.2, wait_max=5.0
            ):
                with attempt:
                    answer = await self._http.post(
                        f"{_CALLBACKS}/status_change", json=report.model_dump(mode="json")
                    )
                    answer.raise_for_status()
        except httpx2.HTTPError as exc:
            _log.error("report_lost", status=str(report.status), cause=type(exc).__name__)
            return False
        return True

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _worth_a_try(error: Exception) -> bool:
    if isinstance(error, httpx2.HTTPStatusError):
        return error.response.status_code >= 500
    return isinstance(error, httpx2.HTTPError)


class Reporter:
    """Sends reports in order, one at a time, in the background."""

    def __init__(self, client: ManagerClient, connection_id: str) -> None:
        self._client = client
        self._connection_id = connection_id
        self._queue: asyncio.Queue[StatusReport] = asyncio.Queue()
        self._is_told = False
        self._tasks = BackgroundTasks()
        self._tasks.spawn("reports", self._send_all())

    def tell(
        self,
        status: MeetingStatus,
        *,
        end: End | None = None,
        help_needed: HelpNeeded | None = None,
        names: Sequence[str] | None = None,
        notice_posted: bool | None = None,
    ) -> None:
        """Queue a report. `names`: of who has been in the meeting, with the end of a stay in it."""
        self._queue.put_nowait(
            StatusReport(
                connection_id=self._connection_id,
                status=status,
                outcome=end.outcome if end else None,
                reason=end.reason if end else None,
                help=help_needed,
                names=None if names is None else list(names),
                notice_posted=notice_posted,
                timestamp=iso_utc(datetime.now(UTC)),
            )
        )

    async def _send_all(self) -> None:
        while True:
            report = await self._queue.get()
            self._is_told = await self._client.report(report)
            self._queue.task_done()

    async def flush(self) -> bool:
        """Wait until everything queued was delivered or given up; tell whether the last one was."""
        await self._queue.join()
        await self._tasks.aclose()
        return self._is_told
