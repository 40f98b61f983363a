"""What a case of the scorecard is: what a meeting is told, what happens, what is true of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from vexa.contracts.meeting import MeetingStatus, Outcome


@dataclass(frozen=True)
class Truth:
    """How a bot's stay goes: the furthest it comes before its end, and the end that is told.

    `or_reached` is as true: the page shows the one or the other faster than anyone has to look.
    """

    reached: MeetingStatus
    status: MeetingStatus
    outcome: Outcome
    or_reached: MeetingStatus | None = None


@dataclass(frozen=True)
class Wait:
    """Until the meeting of the bot is told to have a status."""

    status: MeetingStatus


@dataclass(frozen=True)
class Hold:
    """For some seconds the bot stays in the status that it has; another one is untrue."""

    seconds: float


@dataclass(frozen=True)
class Order:
    """An order of the double's control API."""

    name: str
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Chat:
    """The first of the company writes something."""

    text: str


class Act(StrEnum):
    """What people and the machine do."""

    STOP = "stop"
    COMPANY_LEAVES = "company_leaves"
    KILL_BROWSER = "kill_browser"
    KILL_BOT = "kill_bot"
    FREEZE_BOT = "freeze_bot"
    TALK = "talk"
    SILENCE = "silence"
    FIRST_TEXT = "first_text"


Step: TypeAlias = Wait | Hold | Order | Chat | Act


@dataclass(frozen=True)
class Case:
    """One kind of meeting.

    Attributes:
        options: of the double's meeting; language and apostrophe follow the seed where not named.
        ask: what `POST /bots` gets besides the address.
        link: the address with `{id}` in it; None sends platform and id.
        company: who is there before the bot; those who talk come besides.
        talkers: how many people hold the talk of `Act.TALK`; their words are scored.
        talks_from_admission: somebody reads without end from the bot's admission on.
        once: one meeting is run, whatever number of seeds is asked for.
    """

    platform: str
    name: str
    truth: Truth
    steps: tuple[Step, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    ask: Mapping[str, Any] = field(default_factory=dict)
    link: str | None = None
    company: tuple[str, ...] = ("Ada",)
    talkers: int = 0
    talks_from_admission: bool = False
    once: bool = False

    @property
    def key(self) -> str:
        """The case's name among all: `platform/name`."""
        return f"{self.platform}/{self.name}"


class UnknownCase(ValueError):
    """`ONLY` names what there is not."""


def choose(cases: list[Case], only: str | None) -> list[Case]:
    """Return the cases that `ONLY` names: platforms or `platform/case`, with commas.

    Raises:
        UnknownCase: a name fits no case.
    """
    if not only:
        return cases
    chosen: list[Case] = []
    for wanted in (part.strip() for part in only.split(",")):
        fitting = [case for case in cases if wanted in {case.platform, case.key}]
        if not fitting:
            raise UnknownCase(f"ONLY: {wanted} is no platform and no case")
        chosen += [case for case in fitting if case not in chosen]
    return chosen
