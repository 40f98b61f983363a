"""Whose name a tile of Meet tells, in a real Chromium: never an icon's, a button's or a room's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Page

from tests.integration.simulator.conftest import OpenPage
from vexa.bot.page import BrowserPage
from vexa.platforms.base import Person
from vexa.platforms.google_meet import glow
from vexa.platforms.google_meet.people import people_shown
from vexa.platforms.google_meet.platform import GoogleMeet
from vexa.platforms.google_meet.selectors import PROBES

ICON = '<i class="google-material-icons notranslate" aria-hidden="true">keep</i>'
SYMBOL = '<span class="google-symbols notranslate">more_vert</span>'
CONTROLS = (
    f'{ICON}{SYMBOL}<button aria-label="Pin"><span class="notranslate">Pin Bob</span></button>'
    '<div role="tooltip"><span class="notranslate">Bob is muted</span></div>'
)
NAME = '<div><span class="notranslate">Ada Lovelace</span></div>'


def tile(inner: str, device: str = "d1") -> str:
    return f'<div data-participant-id="{device}" class="Oaajhc">{inner}</div>'


def row(label: str, inner: str = "", device: str = "d1") -> str:
    return (
        f'<div role="listitem" aria-label="{label}" data-participant-id="{device}">x{inner}</div>'
    )


async def news_of(page: Page) -> dict[str, Any]:
    await page.evaluate(f"() => {{ window.told = []; ({glow.NEWS})((text) => told.push(text)); }}")
    await page.wait_for_function("() => told.length > 0")
    news: dict[str, Any] = json.loads(await page.evaluate("() => told[0]"))
    return news


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        (tile(CONTROLS + NAME), "Ada Lovelace"),
        (tile(CONTROLS), ""),
        (tile("Turn on captions"), ""),
        (tile(CONTROLS) + row("Ada Lovelace", SYMBOL), "Ada Lovelace"),
        (tile(NAME) + tile(NAME), "Ada Lovelace"),
        (tile(NAME + '<span class="notranslate">Bob</span>'), ""),
    ],
)
async def test_the_name_is_what_stands_where_names_stand(
    open_page: OpenPage, shown: str, name: str
) -> None:
    page = await open_page()
    await page.set_content(shown)
    looking = BrowserPage(page, PROBES)
    assert people_shown(await looking.look()) == (Person("d1", name),)
    told = GoogleMeet().decode_news(json.dumps(await news_of(page)))
    assert [(sign.device_id, sign.is_on) for sign in told.speaking] == [("d1", True)]
    assert [person.name for person in told.people] == ([name] if name else [])


async def test_a_room_heard_as_one_names_none_of_its_people(open_page: OpenPage) -> None:
    group = '<div aria-label="Adaptive audio group">y</div>'
    rows = row("Merged audio", device="d3") + row("Ada Lovelace", group)
    page = await open_page()
    await page.set_content(
        tile(NAME)
        + tile('<span class="notranslate">Bob</span>', "d2")
        + f'<div data-cohort-id="c">{rows}</div>'
    )
    news = await news_of(page)
    assert [(device, shares) for device, _, _, shares in news["lit"]] == [
        ("d1", True),
        ("d2", False),
    ]
    told = GoogleMeet().decode_news(json.dumps(news))
    assert [person.name for person in told.people] == ["", "Bob"]
