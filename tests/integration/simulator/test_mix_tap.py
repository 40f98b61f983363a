"""What a page plays by Web Audio comes out of it, and the page notices nothing."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import Page

from tests.integration.simulator.conftest import CODE, OpenPage
from tests.support.wait_until import wait_until
from vexa.bot.capture import METHODS, Capture
from vexa.bot.page_messages import AudioPiece, QuietTrack
from vexa.simulator.client import ControlClient

#: Ten times a piece's length without any.
_SILENT_S = 1.0
#: Plays a tone; `window.node` is connected to the destination, as a worklet's node would be.
PLAY = """() => {
  const context = new AudioContext();
  window.tone = context.createOscillator();
  window.node = context.createGain();
  window.given = window.tone.connect(window.node) === window.node;
  window.node.connect(context.destination);
  window.tone.start();
}"""


class Tap:
    """A page whose played sound is taken."""

    def __init__(self) -> None:
        self.pieces: list[AudioPiece] = []
        self.quiets: list[QuietTrack] = []
        self.last_s = 0.0

    def _take(self, piece: AudioPiece) -> None:
        self.pieces.append(piece)
        self.last_s = time.monotonic()

    async def install(self, page: Page, methods: tuple[str, ...], *, taps_page: bool) -> Capture:
        def drop(_message: object) -> None:
            raise AssertionError("no such message")

        capture = Capture(
            frozenset(),
            self._take,
            self.quiets.append,
            drop,
            drop,
            heeds_page_mix=(lambda: True) if taps_page else None,
            methods=methods,
        )
        await capture.install(page.context, page)
        await page.goto(f"https://meet.google.com/{CODE}")
        await page.evaluate(PLAY)
        return capture


@pytest.mark.parametrize("methods", [METHODS, ("worklet",), ("script",)])
async def test_played_sound_is_one_track_until_it_is_disconnected(
    methods: tuple[str, ...], control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE, csp="none")
    page = await open_page()
    tap = Tap()
    capture = await tap.install(page, methods, taps_page=True)
    await wait_until(lambda: len(tap.pieces) >= 5, what="sound")
    assert {piece.names.track for piece in tap.pieces} == {"page-mix"}
    assert all(piece.source is None for piece in tap.pieces)
    # a way of reading that plays something itself must not be taken for the page
    assert capture.tracks == 1
    assert await page.evaluate("() => window.given")
    assert "[native code]" in await page.evaluate("() => '' + AudioNode.prototype.connect")
    await page.evaluate("() => window.node.disconnect(window.node.context.destination)")
    await _until_silent(tap)
    await page.evaluate("() => window.node.connect(window.node.context.destination)")
    count = len(tap.pieces)
    await wait_until(lambda: len(tap.pieces) > count, what="sound again")
    await page.evaluate("() => window.node.disconnect()")
    await _until_silent(tap)


async def _until_silent(tap: Tap) -> None:
    await wait_until(lambda: time.monotonic() - tap.last_s > _SILENT_S, what="silence")


async def test_no_platform_is_tapped_that_does_not_ask_for_it(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE)
    page = await open_page()
    tap = Tap()
    capture = await tap.install(page, METHODS, taps_page=False)
    await page.evaluate("() => new Promise((done) => setTimeout(done, 500))")
    assert (capture.tracks, tap.pieces) == (0, [])
