"""A bot's own display: its pointer presses what a page shows, and it ends with its bot."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

from tests.support.processes import find_program
from tests.support.wait_until import wait_until
from vexa.bot.browser import arguments, find_chromium, left_out
from vexa.bot.hand import Hand
from vexa.bot.own_display import SCREEN, OwnDisplay, open_own_display
from vexa.bot.page import BrowserPage
from vexa.bot.pointer import Pointer, PointerError
from vexa.contracts.bot import BrowserAccess

#: Opens a display and is killed while it has it.
OWNER = """
import asyncio, sys
from pathlib import Path
from vexa.bot.own_display import open_own_display

async def main():
    async with open_own_display(Path(sys.argv[1])) as display:
        print(display.name, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""
#: A field, buttons that go elsewhere when a pointer comes, once or always, and one that stays; in a
#: page without a doctype, where bare `:hover` fits nothing of it.
CONTENT = """
<body style="margin: 0"><style>* { position: absolute; width: 160px; height: 40px }</style>
<input id="name" style="left: 200px; top: 120px">
<button id="shy" style="left: 900px; top: 60px">Shy</button>
<button id="coy" style="left: 900px; top: 460px">Coy</button>
<button id="still" style="left: 500px; top: 400px">Still</button>
<script>
  const moved = new Set();
  window.seen = [];
  const take = ({ type, target, clientX, clientY }) =>
    seen.push({ type, at: target.id, whole: clientX % 1 === 0 && clientY % 1 === 0 });
  for (const kind of ["pointermove", "pointerdown", "click"])
    document.addEventListener(kind, take, true);
  shy.addEventListener("pointerenter", () => {
    if (!moved.has(shy)) { moved.add(shy); shy.style.left = "300px"; }
  });
  coy.addEventListener("pointerenter", () => {
    coy.style.left = coy.style.left === "900px" ? "300px" : "900px";
  });
</script></body>
"""


async def tells_its_pointer(display: str, authority: Path | None) -> bool:
    """Ask a display where its pointer is; tell whether it answers."""
    cookie = {} if authority is None else {"XAUTHORITY": str(authority)}
    process = await asyncio.create_subprocess_exec(
        *(find_program("xdotool"), "getmouselocation"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "DISPLAY": display, "HOME": "/nonexistent", **cookie},
    )
    return await asyncio.wait_for(process.wait(), 60) == 0


async def test_only_who_has_its_cookie_may_use_it_and_it_ends(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    async with open_own_display(folders[0]) as display, open_own_display(folders[1]) as other:
        assert display is not None
        assert other is not None
        assert display.name != other.name
        assert display.authority.stat().st_mode & 0o077 == 0
        assert await tells_its_pointer(display.name, display.authority)
        assert not await tells_its_pointer(display.name, None)
        assert not await tells_its_pointer(display.name, other.authority)
        cookie = tmp_path / "cookie"
        cookie.write_bytes(display.authority.read_bytes())
    assert not await tells_its_pointer(display.name, cookie)
    assert not display.authority.exists()


async def test_a_killed_owner_leaves_no_display(tmp_path: Path) -> None:
    owner = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", OWNER, str(tmp_path)), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    name = ""
    while not name.startswith(":"):
        name = (await asyncio.wait_for(owner.stdout.readline(), 120)).decode().strip()
    cookie = tmp_path / "Xauthority"
    assert await tells_its_pointer(name, cookie)
    owner.kill()
    await owner.wait()

    async def is_gone() -> bool:
        return not await tells_its_pointer(name, cookie)

    await wait_until(is_gone, within_s=60, what="no display")


@pytest.fixture
async def display(tmp_path: Path) -> AsyncIterator[OwnDisplay]:
    async with open_own_display(tmp_path) as opened:
        assert opened is not None
        yield opened


@pytest.fixture
async def page(tmp_path: Path, display: OwnDisplay) -> AsyncIterator[Page]:
    """A page on the display, with things to press."""
    line = arguments(BrowserAccess(), small_shm=True, egress_port=9, alone=True)
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            user_data_dir=tmp_path / "profile",
            executable_path=find_chromium(None),
            headless=False,
            args=line,
            ignore_default_args=left_out(small_shm=True),
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **display.variables},
            no_viewport=True,
        )
        shown = context.pages[0]
        await shown.set_content(CONTENT)
        yield shown
        await context.close()


def bots_page(page: Page, display: OwnDisplay) -> BrowserPage:
    """The page as a bot has it at the door."""
    return BrowserPage(page, {}, hand=Hand(page, Pointer(display, random.Random())))


async def seen(page: Page) -> list[dict[str, Any]]:
    """What the page saw of pointers since it was asked."""
    found: list[dict[str, Any]] = await page.evaluate("seen.splice(0)")
    return found


async def test_what_is_pressed_was_pointed_at_on_the_way_of_a_pointer(
    page: Page, display: OwnDisplay
) -> None:
    hands = bots_page(page, display)
    assert await hands.type_text("#name", "Notetaker")
    assert await page.input_value("#name") == "Notetaker"
    await seen(page)
    assert await hands.click("#still")
    events = await seen(page)
    assert [one["at"] for one in events if one["type"] == "click"] == ["still"]
    assert "pointermove" in [one["type"] for one in events]
    assert all(one["whole"] for one in events)
    assert not await hands.click("#none")


async def test_what_went_elsewhere_is_followed_once(page: Page, display: OwnDisplay) -> None:
    assert await bots_page(page, display).click("#shy")
    events = await seen(page)
    assert [one["at"] for one in events if one["type"] == "pointerdown"] == ["shy"]
    assert all(one["whole"] for one in events)


async def test_what_evades_the_pointer_is_pressed_by_the_browser(
    page: Page, display: OwnDisplay
) -> None:
    assert await bots_page(page, display).click("#coy")
    events = await seen(page)
    assert len([one for one in events if one["type"] == "pointerdown"]) == 1
    assert not all(one["whole"] for one in events)


async def test_without_a_pointer_the_browser_presses(
    page: Page, display: OwnDisplay, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    pointer = Pointer(display, random.Random())
    hands = BrowserPage(page, {}, hand=Hand(page, pointer))
    with pytest.raises(PointerError, match="xdotool"):
        await pointer.press()
    assert await hands.click("#still")
    assert [one["at"] for one in await seen(page) if one["type"] == "click"] == ["still"]


async def test_a_path_reaches_the_edges_of_the_screen(display: OwnDisplay) -> None:
    pointer = Pointer(display, random.Random(3))
    width, height = SCREEN
    for corner in ((0, 0), (width - 1, height - 1)):
        await pointer.glide(corner)
        assert await pointer.place() == corner
