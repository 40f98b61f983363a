"""Which button of Meet's pre-join page is pressed in an unknown language, in a real Chromium."""

from __future__ import annotations

import pytest

from tests.integration.simulator.conftest import OpenPage
from vexa.bot.page import BrowserPage
from vexa.platforms.google_meet.selectors import ONLY_TEXT_BUTTON, PROBES

FIELD = '<input type="text" jsname="a">'
JOIN = '<button jsname="b"><span>Liity</span></button>'
OTHER = '<button jsname="c" aria-haspopup="true"><span>Muut tavat</span></button>'
ICONS = (
    '<button jsname="d" aria-label="Mikrofoni"><i class="google-material-icons">mic</i></button>'
    '<button jsname="e"><span><svg width="9" height="9"></svg>Esitä</span></button>'
    '<button jsname="f"><span class="material-symbols-outlined">tune</span></button>'
)
HOME = '<button jsname="g"><span>Palaa</span></button>'


@pytest.mark.parametrize(
    ("shown", "pressed"),
    [
        (FIELD + ICONS + JOIN + OTHER, "Liity"),
        (ICONS + HOME, None),
        (FIELD + JOIN + HOME, None),
        (FIELD + ICONS + OTHER, None),
        (FIELD + JOIN.replace("<button", "<button disabled"), None),
    ],
)
async def test_the_only_text_button_beside_a_name_field_is_pressed(
    open_page: OpenPage, shown: str, pressed: str | None
) -> None:
    page = await open_page()
    await page.set_content(shown)
    await page.evaluate(
        "() => addEventListener('click', ({ target }) => {"
        " window.pressed = target.closest('button').textContent; })"
    )
    assert await BrowserPage(page, PROBES).click(ONLY_TEXT_BUTTON) is (pressed is not None)
    assert await page.evaluate("() => window.pressed ?? null") == pressed
