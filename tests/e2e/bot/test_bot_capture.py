"""Sound leaves a page that the browser takes for one on the internet.

Chromium is started through a script that adds a flag, so that the bot itself runs unchanged.
"""

from __future__ import annotations

from pathlib import Path

from tests.e2e.bot.conftest import World
from tests.e2e.bot.test_bot_hears import LINE, check_attribution
from tests.support.bot_process import CODE
from tests.support.wait_until import wait_until
from vexa.bot.browser import find_chromium


def chromium_with(flag: str, folder: Path) -> str:
    """A script that starts Chromium with one more flag."""
    script = folder / "chromium-with-flag"
    script.write_text(f'#!/bin/sh\nexec "{find_chromium(None)}" "$@" "{flag}"\n')
    script.chmod(0o755)
    return str(script)


async def test_a_public_page_with_a_strict_policy_that_stalls(world: World, tmp_path: Path) -> None:
    # the double lives on loopback, which hides what a page on the internet may not do
    override = f"--ip-address-space-overrides=127.0.0.1:{world.simulator.https_port}=public"
    await world.control.create_meeting(CODE, csp="strict")
    await world.control.add_participant(CODE, "Ada", speech=[{"at_s": 1.0, "say": LINE}])
    bot = await world.send(chromium_path=chromium_with(override, tmp_path))
    await world.manager.wait_for("active")
    await world.control.order(CODE, "stall", duration_s=12)
    await world.control.start_clock(CODE)

    async def is_over() -> bool:
        return bool((await world.control.meeting(CODE))["speech_over"])

    await wait_until(is_over, within_s=60, what="end of the speech")
    truth = await world.control.truth(CODE)
    await world.control.order(CODE, "end")
    assert await bot.ended() == 0, bot.tail()
    check_attribution(world.speech, truth)
    assert {entry["method"] for entry in bot.events("track_captured")} == {"processor"}
