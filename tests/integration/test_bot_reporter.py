"""Reports arrive once each and in order, however the manager comes and goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.fake_manager import FakeManager
from tests.support.processes import free_port
from tests.support.wait_until import wait_until
from vexa.bot import reporter
from vexa.bot.heart import Heart, Signs
from vexa.bot.lifecycle import End
from vexa.bot.reporter import ManagerClient, Reporter
from vexa.contracts.bot import BotLaunch, OrderKind
from vexa.contracts.meeting import MeetingStatus, Outcome
from vexa.kit.tasks import BackgroundTasks

END = End(Outcome.MEETING_ENDED, "page: the meeting ended")


def launch(folder: Path, manager_url: str) -> BotLaunch:
    return BotLaunch(
        meeting_id=1,
        connection_id="c0ffee",
        correlation_id="test",
        platform="google_meet",
        native_meeting_id="abc-defg-hij",
        meeting_url="https://meet.google.com/abc-defg-hij",
        bot_name="Notetaker",
        token="a-token",
        manager_url=manager_url,
        whisperlive_url="ws://127.0.0.1:1",
        work_dir=str(folder),
    )


async def test_reports_wait_for_a_manager_that_is_away_and_keep_their_order(tmp_path: Path) -> None:
    async with FakeManager() as manager:
        client = ManagerClient(launch(tmp_path, manager.url))
        reports = Reporter(client, "c0ffee")
        manager.is_away = True
        reports.tell(MeetingStatus.JOINING)
        reports.tell(MeetingStatus.ACTIVE)
        reports.tell(MeetingStatus.COMPLETED, end=END, notice_posted=True)
        await wait_until(lambda: manager.refused >= 2, within_s=20, what="two tries")
        manager.is_away = False
        assert await reports.flush()
        await client.aclose()
    assert manager.statuses == ["joining", "active", "completed"]
    assert manager.end.outcome is Outcome.MEETING_ENDED
    assert manager.end.reason == END.reason
    assert manager.end.notice_posted is True
    assert manager.end.connection_id == "c0ffee"
    assert manager.tokens == {"Bearer a-token"}


async def test_a_report_that_nobody_takes_is_told_as_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporter, "REPORT_S", 0.5)
    client = ManagerClient(launch(tmp_path, f"http://127.0.0.1:{free_port()}"))
    reports = Reporter(client, "c0ffee")
    reports.tell(MeetingStatus.FAILED, end=END)
    assert not await reports.flush()
    await client.aclose()


async def test_a_heartbeat_brings_the_order_and_its_failure_is_an_error(tmp_path: Path) -> None:
    async with FakeManager() as manager:
        client = ManagerClient(launch(tmp_path, manager.url))
        signs: dict[str, Any] = {"tracks": 3, "people": 2, "audio_s": 1.25, "config_revision": 4}
        assert not await client.heartbeat("active", **signs)
        manager.leave.set()
        (order,) = await client.heartbeat("active", **signs)
        assert order.action is OrderKind.LEAVE
        assert manager.heartbeats[-1].participants == 2
        assert manager.heartbeats[-1].config_revision == 4
        manager.is_away = True
        with pytest.raises(httpx2.HTTPError):
            await client.heartbeat("active", **signs)
        await client.aclose()


async def test_names_are_told_when_they_have_changed_until_they_are_taken(tmp_path: Path) -> None:
    names: tuple[str, ...] = ()
    async with FakeManager(hold_s=0.0) as manager:
        client, tasks = ManagerClient(launch(tmp_path, manager.url)), BackgroundTasks()
        heart = Heart(
            client,
            lambda: Signs("active", tracks=0, people=0, audio_s=0.0, names=names),
            lambda: None,
            lambda _wishes: None,
        )
        tasks.spawn("heartbeat", heart.run())

        def told() -> list[list[str]]:
            return [beat.names for beat in manager.heartbeats if beat.names is not None]

        await wait_until(lambda: len(manager.heartbeats) >= 1, what="a heartbeat")
        manager.is_away = True
        names = ("Ada",)
        await wait_until(lambda: manager.refused >= 1, what="a heartbeat that is refused")
        manager.is_away = False
        await wait_until(lambda: told() == [["Ada"]], what="names")
        before = len(manager.heartbeats)
        await wait_until(lambda: len(manager.heartbeats) >= before + 2, what="two more heartbeats")
        assert told() == [["Ada"]]
        names = ("Ada Lovelace", "Bob")
        await wait_until(lambda: told() == [["Ada"], list(names)], what="names that have changed")
        await tasks.aclose()
        await client.aclose()


async def test_the_end_of_a_stay_carries_its_names(tmp_path: Path) -> None:
    async with FakeManager() as manager:
        client = ManagerClient(launch(tmp_path, manager.url))
        reports = Reporter(client, "c0ffee")
        reports.tell(MeetingStatus.COMPLETED, end=END, names=("Ada", "Bob"))
        assert await reports.flush()
        await client.aclose()
    assert manager.end.names == ["Ada", "Bob"]
