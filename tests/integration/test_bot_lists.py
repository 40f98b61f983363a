"""`GET /bots`, `/bots/id/…`, and the files of bots whose meeting was erased."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from pathlib import Path

import pytest

from tests.support.bot_manager import BotManager
from tests.support.wait_until import wait_until
from vexa.bus.connection import Bus
from vexa.storage.database import Database
from vexa.transcription_collector.changes import Changes


@pytest.fixture
async def manager(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[BotManager]:
    manager = BotManager(tmp_path, sqlite_url, redis_url)
    manager.start()
    await manager.add_user(quota=9)
    yield manager
    await manager.aclose()


async def test_bots_by_page_filter_and_id(manager: BotManager) -> None:
    ids = [
        (await manager.send_ok("early", f"abc-defg-hi{letter}", passcode=None))["id"]
        for letter in "xyz"
    ]
    get = manager.client.get
    page = (await get("/bots?limit=2")).json()
    assert [meeting["id"] for meeting in page["meetings"]] == [ids[2], ids[1]]
    assert page["has_more"] is True
    assert page["meetings"][0]["data"] == {"bot_name": "early"}
    rest = (await get("/bots?limit=2&offset=2&include=data")).json()
    assert [meeting["id"] for meeting in rest["meetings"]] == [ids[0]]
    assert rest["has_more"] is False
    assert "resolved_timeouts" in rest["meetings"][0]["data"]
    found = (await get("/bots?search=hiy&platform=google_meet")).json()
    assert [meeting["id"] for meeting in found["meetings"]] == [ids[1]]
    assert (await get(f"/bots/id/{ids[0]}")).json()["id"] == ids[0]
    await manager.add_user("b@example.com")
    assert (await get("/bots")).json() == {"meetings": [], "has_more": False}
    missing = await get(f"/bots/id/{ids[0]}")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    for wrong in ("/bots?limit=0", "/bots?status=nope", "/bots?include=all", "/bots/id/x"):
        assert (await get(wrong)).status_code == 422, wrong


async def test_files_of_an_erased_meeting_are_removed(
    manager: BotManager, sqlite_url: str, redis_url: str
) -> None:
    erased = await manager.send_ok("denied", "abc-defg-hij")
    kept = await manager.send_ok("denied", "abc-defg-hik")
    for meeting in (erased, kept):
        await manager.row_with(meeting["id"], "failed")
    logs = manager.home / "logs" / "bots"

    def files(meeting_id: int) -> list[Path]:
        return list(logs.glob(f"vexa-bot-{meeting_id}-*"))

    def has_both(meeting_id: int) -> bool:
        # the log, and the last lines of it
        return len(files(meeting_id)) == 2

    for meeting in (erased, kept):
        await wait_until(partial(has_both, meeting["id"]))
        log = min(files(meeting["id"]), key=lambda path: len(path.name))
        (logs / f"{log.stem}-at-the-end.png").write_bytes(b"picture")
    async with aclosing(Database(sqlite_url)) as database, aclosing(Bus(redis_url)) as bus:
        await Changes(database, bus).erase_known(erased["id"])
    await wait_until(lambda: files(erased["id"]) == [])
    assert len(files(kept["id"])) == 3
