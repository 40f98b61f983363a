"""What a visitor does and sends is on record, the same on every platform."""

from __future__ import annotations

import io
import json
import wave
from typing import Any

import httpx2
import numpy as np
import pytest

from tests.integration.simulator.conftest import OpenPage
from tests.integration.simulator.visits import NAME, VISITS
from tests.support.wait_until import wait_until
from vexa.simulator.client import ControlClient

#: Loudness that a tone surpasses, dB of full scale.
LOUD_DBOV = -30
PASSCODE = "s3cret99"


@pytest.mark.parametrize("platform", VISITS)
async def test_clicks_typing_and_leaving_are_on_record(
    platform: str, control: ControlClient, open_page: OpenPage
) -> None:
    visit = VISITS[platform]
    await control.create_meeting(visit.code, platform=platform)
    page = await open_page()
    await page.goto(visit.url)
    await visit.go_in(page)
    await control.wait_for_event(visit.code, "joined", name=NAME)
    await visit.leave(page)
    await control.wait_for_event(visit.code, "left")
    events = await control.events(visit.code)

    def of(kind: str) -> list[dict[str, Any]]:
        return [one for one in events if one["event"] == kind]

    assert "Chrom" in of("hello")[0]["agent"]
    assert of("hello")[0]["webdriver"] is True
    typed = [(one["value"], one["trusted"], one["how"]) for one in of("typed")]
    assert typed[-1] == (NAME, True, "insertText")
    assert len(typed) == len(NAME)
    assert all(one["trusted"] and one["x"] >= 0 for one in of("click"))
    assert of("click")[-1]["label"] is not None
    assert "leave" in str(of("click")[-1]["label"]).lower()
    assert [one["trusted"] for one in of("leave_pressed")] == [True]
    assert of("join_pressed")[0]["name"] == NAME


@pytest.mark.parametrize(
    ("platform", "option", "field", "ok"),
    [
        ("zoom", "passcode", "#input-for-pwd", None),
        ("jitsi", "password", 'input[name="lockKey"]', "Enter"),
    ],
)
async def test_a_typed_passcode_is_on_no_record(
    platform: str,
    option: str,
    field: str,
    ok: str | None,
    control: ControlClient,
    open_page: OpenPage,
) -> None:
    visit = VISITS[platform]
    await control.create_meeting(visit.code, platform=platform, **{option: PASSCODE})
    page = await open_page()
    await page.goto(visit.url)
    await visit.go_in(page)
    await page.locator(field).press_sequentially(PASSCODE)
    if ok is not None:
        await page.keyboard.press(ok)
    length = len(PASSCODE)
    await control.wait_for_event(visit.code, "typed", secret=True, length=length, trusted=True)
    events = json.dumps(await control.events(visit.code))
    assert not any(PASSCODE[:n] in events for n in range(4, length + 1))


@pytest.mark.parametrize(
    ("platform", "options"),
    [
        ("google_meet", {}),
        ("teams", {}),
        ("jitsi", {}),
        ("zoom", {"plays": "worklet"}),
        ("zoom", {"plays": "element"}),
        ("zoom", {"plays": "tracks"}),
    ],
    ids=str,
)
async def test_what_a_microphone_sends_is_kept(
    platform: str, options: dict[str, Any], control: ControlClient, open_page: OpenPage
) -> None:
    visit = VISITS[platform]
    await control.create_meeting(visit.code, platform=platform, tone_microphone=True, **options)
    page = await open_page()
    await page.goto(visit.url)
    await visit.go_in(page)
    joined = await control.wait_for_event(visit.code, "joined", name=NAME)
    await visit.talk(page)

    async def is_heard() -> bool:
        sent = (await control.visitor(visit.code, joined["visitor"]))["microphone"]
        return bool(sent["sent_s"] > 1 and sent["loudest_dbov"] > LOUD_DBOV)

    await wait_until(is_heard, within_s=60, what="a tone")
    with wave.open(io.BytesIO(await control.microphone(visit.code, joined["visitor"]))) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (48_000, 1)
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(samples[-24_000:]))
    assert np.argmax(spectrum) * 2 == pytest.approx(440, abs=4)


async def test_only_a_visitor_has_a_microphone(control: ControlClient) -> None:
    visit = VISITS["google_meet"]
    await control.create_meeting(visit.code)
    with pytest.raises(httpx2.HTTPStatusError, match="404"):
        await control.microphone(visit.code, "nobody")
