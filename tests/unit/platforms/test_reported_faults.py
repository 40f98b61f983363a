"""Faults of docs/public-reports.md that no other test shows."""

from __future__ import annotations

import re

import pytest

from vexa.bot.page_scripts import read_script
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import Element, PageView, Stage, plain
from vexa.platforms.google_meet.platform import GoogleMeet
from vexa.platforms.jitsi.platform import Jitsi
from vexa.platforms.teams import admission as teams
from vexa.platforms.teams.platform import Teams
from vexa.platforms.zoom.platform import Zoom

TEAMS = "https://teams.microsoft.com/v2/"
#: What makes a server send something else, or a page answer with a description that is refused.
CHANGES_MEDIA = re.compile(r"\.(direction|setParameters|replaceTrack|setCodecPreferences|stop)\b")


@pytest.mark.parametrize("platform", [GoogleMeet, Jitsi, Teams, Zoom])
def test_no_script_of_the_bots_changes_what_the_page_negotiates(
    platform: type[GoogleMeet | Jitsi | Teams | Zoom],
) -> None:
    parts = ("capture.js", "labels.js", "readers.js", "mix_tap.js", "look.js")
    scripts = [platform.page_script, platform.state_script, *map(read_script, parts)]
    found = [CHANGES_MEDIA.search(script) for script in scripts]
    assert found == [None] * len(scripts)


def test_a_button_that_tries_again_is_no_refusal() -> None:
    buttons = (Element(text="Retry"), Element(text="OK"))
    for found in ({"denied": buttons}, {"dialog": buttons}):
        judged = teams.judge_admission(PageView(TEAMS, plain("Retry OK Try again"), found))
        assert judged.stage is not Stage.OVER


@pytest.mark.parametrize(
    "seen",
    [
        PageView(TEAMS, plain("Verify you're a real person")),
        PageView(TEAMS, "", {"captcha": (Element(),)}),
    ],
)
def test_a_captcha_of_teams_calls_for_help_and_is_no_refusal(seen: PageView) -> None:
    assert Teams().help_needed(seen) is Outcome.CAPTCHA
    assert teams.judge_admission(seen).outcome is None
