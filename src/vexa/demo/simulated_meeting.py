"""One meeting in the simulator, whose participants follow a screenplay."""

from __future__ import annotations

import asyncio
import secrets
import string
import time
from typing import Any

from vexa.demo.scores import SaidWord
from vexa.demo.screenplay import Screenplay, Turn
from vexa.simulator.client import ControlClient


def random_code() -> str:
    """A meeting code of the platform's form that nobody uses yet."""
    letters = "".join(secrets.choice(string.ascii_lowercase) for _ in range(10))
    return f"{letters[:3]}-{letters[3:7]}-{letters[7:]}"


class SimulatedMeeting:
    """Whoever comes has to be let in."""

    def __init__(self, control: ControlClient, code: str) -> None:
        self.code = code
        self._control = control

    async def create(self) -> None:
        """Make the meeting."""
        await self._control.create_meeting(self.code, access="ask")

    async def join_early(self, play: Screenplay) -> None:
        """Bring in everyone who is there from the beginning."""
        for name, join_s in play.joins_s.items():
            if join_s == 0:
                await self._add(name, play)

    async def start(self, play: Screenplay) -> None:
        """Start the clock; return when the last participant has come in."""
        started_s = await self._control.start_clock(self.code)
        for name, join_s in sorted(play.joins_s.items(), key=lambda item: item[1]):
            if join_s > 0:
                await asyncio.sleep(max(0.0, started_s + join_s - time.time()))
                await self._add(name, play)

    async def is_knocking(self) -> bool:
        """Tell whether someone waits to be let in."""
        state = await self._control.meeting(self.code)
        return any(visitor["state"] == "knocking" for visitor in state["visitors"])

    async def admit(self) -> None:
        """Let in whoever knocks."""
        await self._control.order(self.code, "admit")

    async def wait_until_said(self) -> None:
        """Return when everything scheduled has been said."""
        while True:
            state = await self._control.meeting(self.code)
            if state["speech_over"]:
                return
            await asyncio.sleep(0.5)

    async def truth(self) -> list[dict[str, Any]]:
        """Utterances that were really played."""
        return await self._control.truth(self.code)

    async def _add(self, name: str, play: Screenplay) -> None:
        speech = [speech_body(turn) for turn in play.turns if turn.participant == name]
        await self._control.add_participant(self.code, name, speech=speech)


def speech_body(turn: Turn) -> dict[str, Any]:
    """Return a turn as the control API takes it."""
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
