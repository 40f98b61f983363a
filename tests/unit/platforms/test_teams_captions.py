"""Captions as evidence: when they are turned on, and whose a stretch of sound is by them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from vexa.bot.mixed_sound import MixedSound
from vexa.bot.page_messages import AudioPiece
from vexa.platforms.base import Element, MeetingPage, PageView, Speaking, TrackNames
from vexa.platforms.stalls import Seen
from vexa.platforms.teams import selectors
from vexa.platforms.teams.captions import LEAST_LATE_MS, MOST_LATE_MS, Captions
from vexa.platforms.teams.company import NOBODY, SIGN_LATE_MS, Company, Outline
from vexa.platforms.teams.news import decode_news
from vexa.platforms.teams.platform import Teams

LOUD, QUIET = 5_000, 50
MAIN = TrackNames("mainAudio-1", "a")
VIEW = PageView("https://teams.microsoft.com/v2/", "", {"leave_button": (Element(),)})
SHOWN = PageView(VIEW.url, "", {"captions": (Element(),)})
PIECE_MS = 100.0


class Page(MeetingPage):
    """A menu: notes what is clicked of what `there` names."""

    def __init__(self, *there: str) -> None:
        self.there = there
        self.clicked: list[str] = []

    async def open(self, url: str) -> None:
        raise AssertionError(url)

    async def look(self) -> PageView:
        return VIEW

    async def click(self, selector: str) -> bool:
        if selector in self.there:
            self.clicked.append(selector)
        return selector in self.there

    async def type_text(self, selector: str, text: str) -> bool:
        raise AssertionError(selector)

    async def paste(self, selector: str, text: str) -> bool:
        return await self.type_text(selector, text)

    async def press(self, key: str) -> None:
        raise AssertionError(key)

    async def run(self, script: str, argument: str | None = None) -> bool:
        raise AssertionError(script)

    async def stir(self) -> None:
        """Nothing hides."""

    async def pause(self, seconds: float) -> None:
        """Nothing loads."""


WAY = (selectors.MORE_BUTTONS[0], selectors.SPEECH_MENUS[0], selectors.CAPTIONS_ON[0])


def hear(captions: Captions, seconds: float, peak: int = LOUD, from_ms: float = 0.0) -> None:
    for number in range(round(seconds * 10)):
        captions.hear(from_ms + number * PIECE_MS, peak)


async def test_captions_are_turned_on_once_somebody_spoke_for_a_while_unseen() -> None:
    captions, page = Captions(lambda: 100.0), Page(*WAY)
    hear(captions, 60, QUIET)
    hear(captions, 1.9, from_ms=60_000)
    await captions.turn_on(page, VIEW)
    assert page.clicked == []
    hear(captions, 0.5, from_ms=90_000)
    await captions.turn_on(page, SHOWN)
    assert page.clicked == []
    await captions.turn_on(page, VIEW)
    assert page.clicked == list(WAY)


async def test_captions_stay_off_where_something_better_tells() -> None:
    captions, page = Captions(lambda: 100.0), Page(*WAY)
    hear(captions, 30)
    captions.has_better = True
    await captions.turn_on(page, VIEW)
    assert page.clicked == []


async def test_a_client_without_the_control_is_asked_a_few_times_and_its_menu_closed() -> None:
    now = [100.0]
    captions, page = Captions(lambda: now[0]), Page(*WAY[:1])
    hear(captions, 10)
    for now[0] in (100.0, 101.0, 110.0, 120.0, 130.0):
        await captions.turn_on(page, VIEW)
    assert page.clicked == [WAY[0]] * 6


async def test_the_platform_counts_only_sound_that_counts_and_learns_of_better_signs() -> None:
    teams, page = Teams(), Page(*WAY)
    for number in range(100):
        teams.hears(MAIN, number * PIECE_MS, LOUD)
    teams.decode_news(json.dumps({"signs": True}))
    in_meeting = PageView(VIEW.url, "", {**VIEW.found, "stage": (Element(),)})
    await teams.tidy(page, in_meeting)
    assert WAY[1] not in page.clicked
    teams = Teams()
    for number in range(100):
        teams.hears(MAIN, number * PIECE_MS, LOUD)
    await teams.tidy(page, in_meeting)
    assert page.clicked[-2:] == list(WAY[1:])


def heard_by(
    talks: list[tuple[str, float, float]],
    late_ms: float = 1_500.0,
    missed: tuple[tuple[float, float], ...] = (),
) -> list[tuple[float, str | None]]:
    """Pieces of talk and whose they are, with captions `late_ms` after their words.

    Args:
        talks: author, begin and end of what has captions, seconds.
        late_ms: how late they are.
        missed: begin and end of what has none.
    """
    teams, out = Teams(), list[tuple[float, str | None]]()
    call = {"own": "8:bot", "people": [["8:a", "Ada"], ["8:b", "Bob"]], "sources": []}
    teams.decode_news(json.dumps({"call": call}))
    teams.decode_news(json.dumps({"captions": []}))
    mix = MixedSound(teams.speaking_late_ms, lambda piece: out.append((piece.at_ms, piece.source)))
    grown = [
        (name, second * 1000 + late_ms)
        for name, begin, end in talks
        for second in np.arange(begin + 0.4, end + 0.01, 0.4)
    ]
    spoken = [(begin, end) for _, begin, end in talks] + list(missed)
    for step in range(1, 400):
        now_ms = step * PIECE_MS
        at_ms = now_ms - PIECE_MS
        if any(begin * 1000 <= at_ms < end * 1000 for begin, end in spoken):
            mix.take(AudioPiece("t", at_ms, None, 16_000, np.full(1_600, LOUD, np.int16), MAIN))
        new = [[name, at_ms, now_ms] for name, at in grown if at_ms < at <= now_ms]
        if new:
            news = teams.decode_news(json.dumps({"captions": new}))
            mix.late_ms = teams.speaking_late_ms
            for sign in news.speaking:
                mix.note(sign)
        mix.tick(now_ms)
    mix.flush()
    return out


def share(out: list[tuple[float, str | None]], device: str, begin: float, end: float) -> float:
    of = [source for at, source in out if begin * 1000 <= at < end * 1000]
    return sum(source == device for source in of) / len(of)


#: Somebody's first words, which show that captions work.
WARM = ("Ada", 0.0, 2.0)


def test_each_of_two_who_leave_a_pause_is_named_and_nothing_is_anothers() -> None:
    out = heard_by([WARM, ("Ada", 6, 12), ("Bob", 15, 21)])
    assert share(out, "8:a", 6, 12) > 0.9
    assert share(out, "8:b", 15, 21) > 0.9
    assert share(out, "8:b", 0, 12) == share(out, "8:a", 15, 21) == 0


@pytest.mark.parametrize("late_ms", [1_000.0, 1_500.0, 2_000.0, 2_500.0])
def test_a_change_of_speaker_leaves_its_edges_to_nobody_however_late_captions_are(
    late_ms: float,
) -> None:
    out = heard_by([WARM, ("Ada", 6, 14), ("Bob", 14.2, 22)], late_ms)
    assert share(out, "8:b", 0, 14) == share(out, "8:a", 14.2, 22) == 0
    assert share(out, "8:a", 6, 14) > 0.5
    assert share(out, "8:b", 14.2, 22) > 0.5


def test_talk_of_two_at_once_is_nobodys() -> None:
    out = heard_by([WARM, ("Ada", 8, 14), ("Bob", 8, 14)])
    assert share(out, "8:a", 8, 14) == share(out, "8:b", 8, 14) == 0


def test_what_was_said_before_captions_worked_is_nobodys() -> None:
    out = heard_by([("Ada", 10, 14)], missed=((7, 10),))
    assert share(out, "8:a", 7, 10) == 0
    assert share(out, "8:a", 11.5, 14) == 1


def test_an_author_who_is_not_known_to_be_in_is_somebody_whose_sound_has_no_name() -> None:
    made = Company()
    made.bot_name = "Notetaker"
    made.take_call("8:bot", [("8:a", "Ada")], {})
    for author in ("Speaker 1", "", "Unknown user", "Notetaker"):
        change = made.take_captions([("Ada", 0.0, 100.0), (author, 0.0, 100.0)])
        assert {sign.device_id for sign in change.speaking} == {"8:a", NOBODY}
        assert change.streams == {"8:a": "8:a"}
    out = heard_by([WARM, ("Speaker 1", 8, 14)])
    assert share(out, "8:a", 8, 14) == share(out, "8:b", 8, 14) == 0


def test_a_line_that_grew_says_who_spoke_when() -> None:
    made = Company()
    made.take_tiles(["Ada"])
    made.take_captions([])
    assert made.late_ms == MOST_LATE_MS
    made.take_captions([("Ada", 0.0, 100.0)])
    change = made.take_captions([("Ada (Guest)", 10_000.0, 10_100.0)])
    spoke = [(s.device_id, s.is_on, s.at_ms - made.late_ms) for s in change.speaking]
    assert spoke == [
        ("tile:Ada", True, 10_000.0 - MOST_LATE_MS),
        ("tile:Ada", False, 10_100.0 - LEAST_LATE_MS),
    ]


def test_outlines_that_come_after_all_outweigh_captions() -> None:
    made = Company()
    made.take_tiles(["Ada"])
    made.take_captions([])
    lit = made.take_outlines([Outline("Ada", True, Seen(10_000.0, 10_000.0))])
    assert [s.at_ms - made.late_ms for s in lit.speaking] == [10_000.0 - SIGN_LATE_MS]
    assert made.take_captions([("Ada", 10_000.0, 10_100.0)]).speaking == ()


@pytest.mark.parametrize(
    "change",
    [["Ada", 1], ["Ada", 1, "2"], [1, 1, 2], ["Ada", 5, 1], ["Ada", 0, 1e300], "Ada", None],
)
def test_news_of_another_form_say_nothing(change: Any) -> None:
    made = Company()
    made.take_tiles(["Ada"])
    told = decode_news(json.dumps({"captions": [change]}), made)
    assert not getattr(told, "speaking", (Speaking("", False, 0.0),))
