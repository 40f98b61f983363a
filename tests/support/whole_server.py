"""The four HTTP programs with stub bots, and users: what a client from outside meets."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.support.programs import ADMIN_TOKEN, INTERNAL_SECRET, Programs
from tests.support.wait_until import wait_until

STUB = Path(__file__).with_name("stub_bot.py")
#: A deployment of Jitsi that the operator of the server has named.
JITSI_HOST = "meet.example.org"
PROGRAMS = ("admin-api", "transcription-collector", "bot-manager", "api-gateway")


class WholeServer:
    """Running programs over one database and one Redis."""

    def __init__(self, programs: Programs, database_url: str, redis_url: str) -> None:
        self.programs = programs
        self.database_url = database_url
        self.redis_url = redis_url
        self.url = programs.url("api-gateway")
        self.http = httpx2.Client(base_url=self.url, timeout=30, trust_env=False)

    def new_user(self) -> User:
        """Make a user with a fresh key."""
        body = {"email": f"{uuid.uuid4().hex}@example.com"}
        headers = {"X-Admin-Token": ADMIN_TOKEN}
        made = self.http.post("/users", json=body, headers=headers).raise_for_status().json()
        return User(self, made["id"], made["api_key"])


class User:
    """One user, and REST in their name."""

    def __init__(self, server: WholeServer, user_id: int, api_key: str) -> None:
        self.server = server
        self.id = user_id
        self.api_key = api_key

    def json(self, method: str, path: str, **options: Any) -> Any:
        """Call a route that must succeed."""
        headers = {"X-API-Key": self.api_key}
        answer = self.server.http.request(method, path, headers=headers, **options)
        assert answer.is_success, answer.text
        return answer.json()

    def new_key(self) -> ExtraKey:
        """Mint one more key of this user."""
        headers = {"X-Admin-Token": ADMIN_TOKEN}
        answer = self.server.http.post(f"/admin/users/{self.id}/tokens", headers=headers)
        token = answer.raise_for_status().json()
        return ExtraKey(User(self.server, self.id, token["token"]), token["id"])

    async def send_bot(self, native_id: str, bot_name: str = "Notes") -> dict[str, Any]:
        """Send a stub bot and wait until it is in the meeting."""
        body = {"platform": "google_meet", "native_meeting_id": native_id, "bot_name": bot_name}
        meeting: dict[str, Any] = self.json("POST", "/bots", json=body)
        await self.has_status(meeting["id"], "active")
        return meeting

    async def has_said(self, native_id: str, text: str) -> None:
        """Wait until a final is in the transcript."""

        def is_there() -> bool:
            transcript = self.json("GET", f"/transcripts/google_meet/{native_id}")
            return any(s["text"] == text and s["completed"] for s in transcript["segments"])

        await wait_until(is_there, what=f"{text!r} in the transcript")

    async def has_status(self, meeting_id: int, wanted: str) -> None:
        """Wait until a meeting has a status."""

        def has_it() -> bool:
            meetings = self.json("GET", "/meetings")["meetings"]
            return any(m["id"] == meeting_id and m["status"] == wanted for m in meetings)

        await wait_until(has_it, within_s=40, what=f"meeting {wanted}")


@dataclass(frozen=True, slots=True)
class ExtraKey:
    """One more key, which can be ended."""

    user: User
    token_id: int

    def revoke(self) -> None:
        """End the key."""
        headers = {"X-Admin-Token": ADMIN_TOKEN}
        path = f"/admin/tokens/{self.token_id}"
        self.user.server.http.delete(path, headers=headers).raise_for_status()


@contextmanager
def whole_server(
    database_url: str, redis_url: str, folder: Path, **env: str
) -> Iterator[WholeServer]:
    """Run the programs; everything has ended afterwards."""
    settings = {
        "SKIP_TRANSCRIPTION_CHECK": "1",
        "BOT_COMMAND": f"{sys.executable} {STUB}",
        "BOT_STOP_DELAY": "2",
        "MAX_BOTS": "100",
        "URL_ALLOWED_HOSTS": "127.0.0.1",
        "JITSI_HOSTS": JITSI_HOST,
        **env,
    }
    programs = Programs(database_url, redis_url, folder, settings)
    programs.share_address("BOT_CALLBACK_BASE_URL", "bot-manager")
    try:
        with ThreadPoolExecutor() as pool:
            list(pool.map(programs.start, PROGRAMS))
        server = WholeServer(programs, database_url, redis_url)
        yield server
        server.http.close()
        _take_bots_out(programs.url("bot-manager"))
    finally:
        programs.stop()


def _take_bots_out(url: str) -> None:
    headers = {"X-Internal-Secret": INTERNAL_SECRET}
    address = f"{url}/bots/internal/drain?seconds=10"
    httpx2.post(address, headers=headers, timeout=30, trust_env=False).raise_for_status()


def migrate(database_url: str) -> None:
    """Bring a database to the present schema, as an operator does."""
    command = [sys.executable, "-m", "vexa", "migrate"]
    subprocess.run(command, env={"DATABASE_URL": database_url}, check=True)
