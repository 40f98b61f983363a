"""The bot's capture in a real page: sound without the page's help, by each way of reading."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from tests.integration.simulator.conftest import CODE, OpenPage, join
from tests.support.wait_until import wait_until
from vexa.bot.capture import METHODS, Capture
from vexa.bot.page_messages import AudioPiece, ChannelMessage, News, QuietTrack
from vexa.platforms.google_meet.roster_messages import CHANNEL, decode_channel
from vexa.simulator.client import ControlClient

LINE = "The quick brown fox jumps over the lazy dog."
#: The page's own audio elements get no stream, as on a platform that plays sound by other means.
PLAYS_NOTHING = """
  const create = Document.prototype.createElement;
  Document.prototype.createElement = function (name, ...rest) {
    const element = create.call(this, name, ...rest);
    if (name === 'audio') {
      Object.defineProperty(element, 'srcObject', { set() {}, get: () => null });
      element.play = async () => {};
    }
    return element;
  };
"""


class Heard:
    """What a capture gave."""

    def __init__(self) -> None:
        self.loud_s: dict[str | None, float] = defaultdict(float)
        self.last_ms = 0.0
        self.first_ms = 0.0
        self.quiets: list[QuietTrack] = []
        self.messages: list[ChannelMessage] = []
        self.news: list[News] = []

    def take(self, piece: AudioPiece) -> None:
        """Count sound that somebody would hear."""
        if np.abs(piece.samples).max() > 300:
            self.loud_s[piece.source] += len(piece.samples) / piece.rate_hz
            self.first_ms = self.first_ms or piece.at_ms
            self.last_ms = piece.at_ms


async def hear(
    control: ControlClient, open_page: OpenPage, methods: tuple[str, ...], **options: Any
) -> tuple[Heard, dict[str, Any]]:
    """Let one person say a line to a page with the capture in it."""
    await control.create_meeting(CODE, **options)
    speech = [{"at_s": 0.5, "say": LINE}]
    await control.add_participant(CODE, "Ada", speech=speech)
    page = await open_page()
    heard = Heard()
    capture = Capture(
        frozenset({CHANNEL}),
        heard.take,
        heard.quiets.append,
        heard.messages.append,
        heard.news.append,
        methods=methods,
    )
    await capture.install(page.context, page)
    await page.context.add_init_script(script=PLAYS_NOTHING)
    await join(page, control)
    await wait_until(lambda: capture.tracks >= 3, what="three tracks")
    await control.start_clock(CODE)

    async def is_over() -> bool:
        return bool((await control.meeting(CODE))["speech_over"])

    await wait_until(is_over, within_s=60, what="end of the speech")
    (line,) = await control.truth(CODE)
    end_ms = line["end_epoch_s"] * 1000
    await wait_until(lambda: heard.last_ms > end_ms - 500, within_s=10, what="the last sound")
    return heard, line


@pytest.mark.parametrize(
    ("methods", "csp"),
    [
        (METHODS, "google"),
        (METHODS, "strict"),
        (("worklet",), "none"),
        (("worklet", "script"), "strict"),
    ],
)
async def test_sound_is_heard_in_time_under_its_source(
    methods: tuple[str, ...], csp: str, control: ControlClient, open_page: OpenPage
) -> None:
    heard, line = await hear(control, open_page, methods, csp=csp)
    source = str(line["stream_id"])
    length_s = line["end_epoch_s"] - line["start_epoch_s"]
    assert set(heard.loud_s) == {source}
    assert heard.loud_s[source] > 0.6 * length_s
    assert 0 <= heard.first_ms / 1000 - line["start_epoch_s"] < 0.6
    assert abs(heard.last_ms / 1000 - line["end_epoch_s"]) < 0.6
    # silence after it is told as it passes, and then no more
    over_ms = heard.last_ms + 3_000
    await wait_until(lambda: any(one.until_ms > over_ms for one in heard.quiets), what="silence")
    assert all(one.until_ms < over_ms + 3_000 for one in heard.quiets)


async def test_the_roster_comes_out_of_the_page(
    control: ControlClient, open_page: OpenPage
) -> None:
    heard, line = await hear(control, open_page, METHODS)
    changes = [decode_channel(message.data) for message in heard.messages]
    streams = {stream: device for change in changes for stream, device in change.streams.items()}
    assert streams[str(line["stream_id"])] == line["device_id"]


async def test_the_page_sees_an_ordinary_browser(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE)
    page = await open_page()
    nobody = Heard()
    capture = Capture(
        frozenset({CHANNEL}),
        nobody.take,
        nobody.quiets.append,
        nobody.messages.append,
        nobody.news.append,
    )
    await capture.install(page.context, page)
    await page.goto(f"https://meet.google.com/{CODE}")
    seen = await page.evaluate(
        """() => ({
          names: Object.getOwnPropertyNames(window).filter((name) => /^_/.test(name)),
          encoded: 'createEncodedStreams' in RTCRtpReceiver.prototype,
          native: Function.prototype.toString.call(RTCPeerConnection),
          same: new RTCPeerConnection().constructor === RTCPeerConnection,
          kind: new RTCPeerConnection() instanceof RTCPeerConnection,
          sub: new (class extends RTCPeerConnection { own() { return 1; } })().own(),
          statics: typeof RTCPeerConnection.generateCertificate,
        })"""
    )
    assert seen["names"] == []
    assert not seen["encoded"]
    assert "[native code]" in seen["native"]
    assert (seen["same"], seen["kind"], seen["sub"]) == (True, True, 1)
    assert seen["statics"] == "function"


async def test_a_platforms_script_tells_news_that_the_page_cannot_see_or_forge(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE)
    page = await open_page()
    heard = Heard()
    script = "(tell) => { tell('Zoë is in'); tell('x'.repeat(300000)); window.seen = typeof tell; }"
    capture = Capture(
        frozenset(),
        heard.take,
        heard.quiets.append,
        heard.messages.append,
        heard.news.append,
        page_script=script,
    )
    await capture.install(page.context, page)
    await page.goto(f"https://meet.google.com/{CODE}")
    assert await page.evaluate("() => [window.seen, typeof tell, typeof report]") == [
        *("function", "undefined", "undefined"),
    ]
    await wait_until(lambda: heard.news, what="news")
    assert {news.text for news in heard.news} == {"Zoë is in"}
