"""The simulator as a process of its own, and one meeting in it."""

from __future__ import annotations

import asyncio
import json
import secrets
import string
import sys
import time
from pathlib import Path
from typing import Any

import httpx2

from vexa.contracts.errors import VexaError
from vexa.demo.scores import SaidWord
from vexa.demo.screenplay import Screenplay, Turn

_START_S = 60.0
_STOP_S = 10.0


class SimulatorFailed(VexaError):
    """The simulated Google Meet did not start."""

    code = "simulator_failed"


class SimulatorProcess:
    """`python -m vexa.simulator`, ended when the demo ends."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._process: asyncio.subprocess.Process | None = None
        self.addresses: dict[str, Any] = {}

    async def start(self) -> None:
        """Start it and read its addresses.

        Raises:
            SimulatorFailed: it ended, or did not get ready; with the end of its log.
        """
        self._home.mkdir(parents=True, exist_ok=True)
        log = self._home / "simulator.log"
        with log.open("wb") as errors:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "vexa.simulator", "--home", str(self._home)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), _START_S)
            self.addresses = json.loads(line)
        except (TimeoutError, json.JSONDecodeError) as exc:
            raise SimulatorFailed(log.read_text(errors="replace")[-1500:]) from exc

    async def stop(self) -> None:
        """End it. Safe to call twice."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


def random_code() -> str:
    """A meeting code of the platform's form that nobody uses yet."""
    letters = "".join(secrets.choice(string.ascii_lowercase) for _ in range(10))
    return f"{letters[:3]}-{letters[3:7]}-{letters[7:]}"


class SimulatedMeeting:
    """One meeting whose participants follow a screenplay."""

    def __init__(self, control_url: str, code: str) -> None:
        self.code = code
        self._http = httpx2.AsyncClient(
            base_url=f"{control_url}/control", timeout=60.0, trust_env=False
        )

    async def create(self) -> None:
        """Make the meeting: whoever comes has to be let in."""
        await self._post("/meetings", {"native_id": self.code, "access": "ask"})

    async def join_early(self, play: Screenplay) -> None:
        """Bring in everyone who is there from the beginning."""
        for name, join_s in play.joins_s.items():
            if join_s == 0:
                await self._add(name, play)

    async def start(self, play: Screenplay) -> None:
        """Start the clock, and bring in the others when their time comes; returns at once after."""
        started = await self._post(f"/meetings/{self.code}/clock", {})
        for name, join_s in sorted(play.joins_s.items(), key=lambda item: item[1]):
            if join_s > 0:
                wait_s = started["started_epoch_s"] + join_s - time.time()
                await asyncio.sleep(max(0.0, wait_s))
                await self._add(name, play)

    async def is_knocking(self) -> bool:
        """Tell whether someone waits to be let in."""
        answer = await self._http.get(f"/meetings/{self.code}")
        return any(visitor["state"] == "knocking" for visitor in answer.json()["visitors"])

    async def admit(self) -> None:
        """Let in whoever knocks."""
        await self._post(f"/meetings/{self.code}/admit", {})

    async def wait_until_said(self) -> None:
        """Return when everything scheduled has been said."""
        while True:
            answer = await self._http.get(f"/meetings/{self.code}")
            if answer.json()["speech_over"]:
                return
            await asyncio.sleep(0.5)

    async def truth(self) -> list[dict[str, Any]]:
        """Utterances that were really played."""
        answer = await self._http.get(f"/meetings/{self.code}/truth")
        lines: list[dict[str, Any]] = answer.json()
        return lines

    async def _add(self, name: str, play: Screenplay) -> None:
        speech = [_speech(turn) for turn in play.turns if turn.participant == name]
        await self._post(f"/meetings/{self.code}/participants", {"name": name, "speech": speech})

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._http.post(path, json=body)
        if answer.is_error:
            raise SimulatorFailed(f"{path}: {answer.status_code} {answer.text}")
        result: dict[str, Any] = answer.json() if answer.content else {}
        return result

    async def aclose(self) -> None:
        """Close the connection to the control API."""
        await self._http.aclose()


def _speech(turn: Turn) -> dict[str, Any]:
    recording = turn.recording
    return {
        "at_s": turn.at_s,
        "file": str(recording.file.resolve()),
        "text": recording.text,
        "words": [[word.text, word.start_s, word.end_s] for word in recording.words],
    }


def said_words(truth: list[dict[str, Any]]) -> list[SaidWord]:
    """Reference words of what was played, in order of time."""
    words = [
        SaidWord(text, line["name"], end_s)
        for line in truth
        for text, _start_s, end_s in line["words"] or []
    ]
    return sorted(words, key=lambda word: word.end_s)
