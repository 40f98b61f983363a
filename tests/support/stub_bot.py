"""A bot without a browser: speaks the callback protocol and misbehaves as its name says.

Run as a script with a `BotLaunch` on standard input, as the orchestrator runs the real bot. The
bot's name chooses what it does, so that a test chooses it through `POST /bots`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2

from vexa.contracts.bot import (
    ACCOUNT_FILE,
    Account,
    BotLaunch,
    Cookie,
    HeartbeatAnswer,
    OrderKind,
)

CHILD_CODE = "import time; time.sleep(300)"


class StubBot:
    """One stay in a meeting that does not exist."""

    def __init__(self, launch: BotLaunch) -> None:
        self.launch = launch
        self._config_revision = 0
        self._http = httpx2.Client(
            base_url=launch.manager_url,
            headers={"Authorization": f"Bearer {launch.token}"},
            timeout=10,
        )

    def _post(self, path: str, body: dict[str, object]) -> httpx2.Response:
        """Post until the manager answers: it may be restarting."""
        body = {"connection_id": self.launch.connection_id, **body}
        while True:
            try:
                response = self._http.post(f"/bots/internal/callback/{path}", json=body)
            except httpx2.HTTPError:
                time.sleep(0.1)
                continue
            if response.status_code < 500:
                return response.raise_for_status()
            time.sleep(0.1)

    def report(
        self,
        status: str,
        outcome: str | None = None,
        needs: dict[str, str] | None = None,
        notice_posted: bool | None = None,
    ) -> None:
        """Report a move."""
        told = {"outcome": outcome, "help": needs, "notice_posted": notice_posted}
        self._post("status_change", {"status": status, **told})

    def join(self) -> None:
        """Report the way into the meeting."""
        for status in ("joining", "awaiting_admission", "active"):
            self.report(status)

    def stay(self, *, obey: bool = True) -> None:
        """Send heartbeats until told to leave."""
        while True:
            beat = {"state": "active", "config_revision": self._config_revision}
            answer = HeartbeatAnswer.model_validate(self._post("heartbeat", beat).json())
            for order in answer.orders:
                if order.action is OrderKind.LEAVE and obey:
                    return
                if order.speech is not None and order.config_revision is not None:
                    self._config_revision = order.config_revision
                    self._note_order(order.model_dump_json())
            time.sleep(0.05)

    def _note_order(self, order: str) -> None:
        with Path(self.launch.work_dir, "orders.jsonl").open("a") as file:
            file.write(order + "\n")

    def renew_account(self) -> None:
        """Leave the cookies that came with the launch, renewed; or forge one that nobody gave."""
        forged = Account(cookies=[Cookie(name="SID", value="forged", domain=".google.com")])
        left = (self.launch.account or forged).cookies
        cookies = [{**cookie.model_dump(), "value": f"{cookie.value}-renewed"} for cookie in left]
        Path(self.launch.work_dir, ACCOUNT_FILE).write_text(json.dumps({"cookies": cookies}))

    def ask_for_help(self) -> None:
        """Report the way to a captcha, back to the lobby, and to another captcha; wait there."""
        needs = {"what": "captcha", "until": "2030-01-01T00:00:00.000Z"}
        again = ("awaiting_admission", "needs_help")
        for status in ("joining", *again, *again):
            self.report(status, needs=needs if status == "needs_help" else None)
        end = Path(self.launch.work_dir, "go-on")
        while not end.exists():
            self._post("heartbeat", {"state": "needs_help"})
            time.sleep(0.05)

    def start_children(self) -> None:
        """Leave processes in groups and sessions of their own, one with a clean environment."""
        marked = subprocess.Popen([sys.executable, "-c", CHILD_CODE], start_new_session=True)
        # as Chromium's children: no mark in the environment, but the profile on the command line
        profile = f"--user-data-dir={self.launch.work_dir}/profile"
        like_chromium = subprocess.Popen(
            [sys.executable, "-c", CHILD_CODE, profile],
            start_new_session=True,
            env={"PATH": os.environ["PATH"]},
        )
        pids = Path(self.launch.work_dir, "children.tmp")
        pids.write_text(f"{marked.pid} {like_chromium.pid}")
        pids.rename(pids.with_suffix(".pids"))

    def run(self) -> int:
        """Do what the name says; return the exit code."""
        kind = self.launch.bot_name
        if kind == "stand-in":
            # the test is the bot: it reports and beats by this launch
            Path(self.launch.work_dir, "launch.json").write_text(self.launch.model_dump_json())
            time.sleep(300)
        if kind == "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if kind == "dies-at-start":
            return 1
        if kind == "early":
            self.stay()
            self.report("completed", "stopped_by_user")
            return 0
        if kind == "captcha":
            self.ask_for_help()
            self.report("failed", "captcha")
            return 0
        if kind == "account":
            self.renew_account()
            kind = "denied"
        if kind == "denied":
            self.report("joining")
            self.report("awaiting_admission")
            self.report("failed", "denied")
            return 0
        self.join()
        self.start_children()
        return self._in_meeting(kind)

    def _in_meeting(self, kind: str) -> int:
        if kind == "crash":
            Path(self.launch.work_dir, "last.png").write_bytes(b"picture")
            return 3
        if kind == "hang":
            self._post("heartbeat", {"state": "active"})
            os.kill(os.getpid(), signal.SIGSTOP)
        if kind == "ends":
            self.report("completed", "meeting_ended", notice_posted=True)
            return 0
        if kind == "lingers":
            self.report("completed", "meeting_ended")
            time.sleep(300)
        self.stay(obey=kind != "deaf")
        self.report("completed", "stopped_by_user")
        return 5 if kind == "odd-exit" else 0


def main() -> int:
    """Read the launch and run. Without a manager, only be a process."""
    launch = BotLaunch.model_validate_json(sys.stdin.read())
    has_passcode = launch.passcode is not None
    place = f"{launch.platform} on {launch.hosts}, passcode {has_passcode}"
    sys.stdout.write(f"stub bot of meeting {launch.meeting_id}: {place}\n")
    sys.stdout.flush()
    bot = StubBot(launch)
    if launch.manager_url:
        return bot.run()
    if launch.bot_name == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    bot.start_children()
    if launch.bot_name == "crash":
        return 3
    time.sleep(300)
    return 0


if __name__ == "__main__":
    sys.exit(main())
