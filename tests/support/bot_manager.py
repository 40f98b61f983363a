"""A real bot-manager process with stub bots, and a client that speaks as its user."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.support.processes import ServerProcess, free_port, port_open
from tests.support.wait_until import wait_until
from vexa.bot_manager.orchestrators.process_tree import read_process
from vexa.storage import users
from vexa.storage.database import Database
from vexa.storage.users import NewUser

SECRET = "test-secret-of-at-least-32-characters"
STUB = Path(__file__).with_name("stub_bot.py")
MEETING = "abc-defg-hij"
ROOT = Path(__file__).resolve().parents[2]
PYTHON_PATH = f"{ROOT}:{ROOT / 'src'}"


def runs(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    process = read_process(pid)
    return process is not None and not process.is_zombie


class BotManager:
    """One installation: the process may be killed and started again."""

    def __init__(self, home: Path, database_url: str, redis_url: str, **settings: str) -> None:
        self.home = home
        self.port = free_port()
        self.database = Database(database_url)
        self.user_id = 0
        self.client = httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}", timeout=30, trust_env=False
        )
        self._env = {
            "VEXA_HOME": str(home),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "INTERNAL_API_SECRET": SECRET,
            "BOT_MANAGER_PORT": str(self.port),
            "BOT_CALLBACK_BASE_URL": f"http://127.0.0.1:{self.port}",
            "BOT_COMMAND": f"{sys.executable} {STUB}",
            "PYTHONPATH": PYTHON_PATH,
            "SKIP_TRANSCRIPTION_CHECK": "1",
            "BOT_STOP_DELAY": "5",
            "BOT_KILL_GRACE_S": "0.5",
            "VEXA_BOT_SEEN": "yes",
            **settings,
        }
        self.process: ServerProcess | None = None

    def spawn(self) -> ServerProcess:
        """Start the process; not ready yet."""
        self.process = ServerProcess(
            [sys.executable, "-m", "vexa", "bot-manager"], self.home / "manager.log", env=self._env
        )
        return self.process

    def start(self) -> None:
        """Start the process and wait until it answers."""
        self.spawn().wait_ready(lambda: port_open(self.port))

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        assert self.process is not None
        self.process.kill()

    async def add_user(self, email: str = "a@example.com", quota: int = 3) -> str:
        """Make a user and return its key; the client speaks as this user from now on."""
        async with self.database.transaction() as session:
            row, _ = await users.create_or_get(session, NewUser(email, quota))
            minted = await users.mint_token(session, row.id)
        self.user_id = row.id
        self.client.headers["X-API-Key"] = minted.api_key
        return minted.api_key

    async def send(self, kind: str, native_id: str = MEETING, **body: Any) -> httpx2.Response:
        """POST /bots."""
        request = {
            "platform": "google_meet",
            "native_meeting_id": native_id,
            "bot_name": kind,
            **body,
        }
        return await self.client.post("/bots", json=request)

    async def send_ok(self, kind: str, native_id: str = MEETING, **body: Any) -> dict[str, Any]:
        """POST /bots, which must succeed; return the meeting."""
        response = await self.send(kind, native_id, **body)
        assert response.status_code == 201, response.text
        meeting: dict[str, Any] = response.json()
        return meeting

    async def stop_bot(self, native_id: str = MEETING) -> httpx2.Response:
        """DELETE /bots."""
        return await self.client.delete(f"/bots/google_meet/{native_id}")

    async def row(self, meeting_id: int) -> Any:
        """Return the meeting's row."""
        from vexa.storage import meetings

        async with self.database.transaction() as session:
            row = await meetings.by_id(session, meeting_id)
        assert row is not None
        return row

    async def row_with(self, meeting_id: int, *statuses: str, within_s: float = 20) -> Any:
        """Wait until the meeting has one of these statuses; return its row."""

        async def look() -> Any:
            row = await self.row(meeting_id)
            return row if row.status in statuses else None

        return await wait_until(look, within_s=within_s, what=f"meeting {'/'.join(statuses)}")

    async def bot_pids(self, meeting_id: int) -> list[int]:
        """Wait until the stub has its children; return the ids of all three processes."""
        row = await self.row(meeting_id)
        listing = self.home / "bots" / row.connection_id / "children.pids"
        await wait_until(listing.exists, what="children of the stub bot")
        row = await self.row(meeting_id)
        return [row.bot_pid, *(int(pid) for pid in listing.read_text().split())]

    async def all_gone(self, pids: list[int]) -> None:
        """Wait until none of these processes runs."""
        await wait_until(lambda: not any(runs(pid) for pid in pids), what="end of all processes")

    async def aclose(self) -> None:
        """End the process, every bot, and the stores' connections."""
        if self.process is not None and self.process.process.poll() is None:
            await self.client.post(
                "/bots/internal/drain?seconds=4", headers={"X-Internal-Secret": SECRET}
            )
        if self.process is not None:
            self.process.stop()
        await self.client.aclose()
        await self.database.aclose()


@asynccontextmanager
async def bot_manager(
    home: Path, database_url: str, redis_url: str, **settings: str
) -> AsyncIterator[BotManager]:
    """Run an installation with one user of quota 3; everything is gone afterwards."""
    manager = BotManager(home, database_url, redis_url, **settings)
    await manager.add_user()
    manager.start()
    try:
        yield manager
    finally:
        await manager.aclose()


def environment_of(pid: int) -> dict[str, str]:
    """Return the environment that a process was started with."""
    content = Path(f"/proc/{pid}/environ").read_bytes().decode()
    return dict(item.split("=", 1) for item in content.split("\0") if "=" in item)
