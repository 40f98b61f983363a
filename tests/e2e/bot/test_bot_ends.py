"""Each way into, and out of, a meeting is reported as what it was."""

from __future__ import annotations

import json
import os
import signal

import pytest

from tests.e2e.bot.conftest import World
from tests.support.bot_process import BOT_NAME, CODE
from tests.support.lent_accounts import google_account
from tests.support.wait_until import wait_until
from vexa.contracts.bot import ACCOUNT_FILE, Hears
from vexa.contracts.meeting import MeetingStatus, Outcome

KNOCKED = ["joining", "awaiting_admission"]


async def test_an_open_meeting_is_joined_by_hand_and_left_on_order(world: World) -> None:
    await world.control.create_meeting(
        CODE, dialogs=["recording", "still_there"], interstitial=True
    )
    await world.control.add_participant(CODE, "Ada")
    bot = await world.send(notice="Notes are being taken.")
    await world.manager.wait_for("active")
    chat = await world.control.wait_for_event(CODE, "chat", within_s=20)
    assert chat["text"] == "Notes are being taken."
    heartbeats = world.manager.heartbeats
    await wait_until(lambda: heartbeats[-1].notice_posted, what="news of the notice")
    world.manager.leave.set()
    assert await bot.ended() == 0
    assert world.manager.statuses == ["joining", "active", "completed"]
    assert world.manager.end.outcome is Outcome.STOPPED_BY_USER
    assert world.manager.tokens == {"Bearer a-meeting-token"}
    events = await world.control.events(CODE)
    clicks = [entry for entry in events if entry["event"] in {"click", "typed"}]
    assert clicks
    assert all(entry["trusted"] for entry in clicks)
    hello = next(entry for entry in events if entry["event"] == "hello")
    assert not hello["webdriver"]
    joined = next(entry for entry in events if entry["event"] == "joined")
    assert joined["name"] == BOT_NAME
    assert any(entry["event"] == "leave_pressed" for entry in events)
    assert bot.browser_pids() == []
    assert not list(bot.folder.glob("*.png"))


async def test_a_notice_waits_for_the_dialog_that_lies_over_the_chat(world: World) -> None:
    await world.control.create_meeting(CODE, dialogs=["still_there"])
    await world.control.add_participant(CODE, "Ada")
    bot = await world.send(notice="Notes are being taken.")
    chat = await world.control.wait_for_event(CODE, "chat", within_s=180)
    assert chat["text"] == "Notes are being taken."
    await world.control.order(CODE, "end")
    assert await bot.ended() == 0
    assert world.manager.end.outcome is Outcome.MEETING_ENDED
    # told with the end, since no heartbeat may come between
    assert world.manager.end.notice_posted is True
    events = [entry["event"] for entry in await world.control.events(CODE)]
    assert events.count("chat") == 1


async def test_the_lobby_is_waited_in_and_is_not_the_meeting(world: World) -> None:
    await world.control.create_meeting(CODE, access="ask")
    await world.control.add_participant(CODE, "Ada")
    bot = await world.send()
    await world.manager.wait_for("awaiting_admission")
    beats = len(world.manager.heartbeats)
    await wait_until(lambda: len(world.manager.heartbeats) > beats + 2, within_s=20)
    assert world.manager.statuses == KNOCKED
    await world.control.order(CODE, "admit")
    await world.manager.wait_for("active")
    await world.control.order(CODE, "end")
    assert await bot.ended() == 0
    assert world.manager.statuses == [*KNOCKED, "active", "completed"]
    assert world.manager.end.outcome is Outcome.MEETING_ENDED


@pytest.mark.parametrize(
    ("order", "outcome"),
    [
        ("deny", Outcome.DENIED),
        ("block", Outcome.BLOCKED),
        ("kill_page", Outcome.BLOCKED),
    ],
)
async def test_each_refusal_at_the_door(world: World, order: str, outcome: Outcome) -> None:
    await world.control.create_meeting(CODE, access="ask")
    bot = await world.send()
    await world.manager.wait_for("awaiting_admission")
    await world.control.order(CODE, order)
    assert await bot.ended() == 0
    assert world.manager.end.outcome is outcome
    assert world.manager.end.status is MeetingStatus.FAILED
    assert list(bot.folder.glob("*.png"))


@pytest.mark.parametrize(
    ("order", "outcome"),
    [("admit", Outcome.STOPPED_BY_USER), ("expire", Outcome.KNOCK_TIMED_OUT)],
)
async def test_a_knock_that_meet_withdraws_is_made_once_more(
    world: World, order: str, outcome: Outcome
) -> None:
    await world.control.create_meeting(CODE, access="ask")
    bot = await world.send()
    await world.manager.wait_for("awaiting_admission")
    first = await world.control.wait_for_event(CODE, "knocked")
    await world.control.order(CODE, "expire")
    await world.control.wait_for_event(CODE, "knocked", within_s=60, after=first["seq"])
    await world.control.order(CODE, order)
    if order == "admit":
        await world.manager.wait_for("active")
        world.manager.leave.set()
    assert await bot.ended() == 0
    assert world.manager.end.outcome is outcome
    knocks = [event for event in await world.control.events(CODE) if event["event"] == "knocked"]
    assert len(knocks) == 2


async def test_the_bot_gives_up_knocking_by_itself(world: World) -> None:
    await world.control.create_meeting(CODE, access="ask")
    bot = await world.send(automatic_leave={"max_wait_for_admission": 4_000})
    assert await bot.ended() == 0
    assert world.manager.statuses == [*KNOCKED, "failed"]
    assert world.manager.end.outcome is Outcome.KNOCK_TIMED_OUT


@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        ("not_found", Outcome.NOT_FOUND),
        ("blocked", Outcome.BLOCKED),
        ("sign_in", Outcome.SIGN_IN_REQUIRED),
    ],
)
async def test_each_page_that_lets_nobody_in(world: World, page: str, outcome: Outcome) -> None:
    await world.control.create_meeting(CODE, page=page)
    bot = await world.send()
    assert await bot.ended() == 0
    assert world.manager.statuses == ["joining", "failed"]
    assert world.manager.end.outcome is outcome


async def test_a_toast_removes_nobody_and_a_removal_does(world: World) -> None:
    await world.control.create_meeting(CODE)
    await world.control.add_participant(CODE, "Ada")
    bot = await world.send()
    await world.manager.wait_for("active")
    await world.control.order(CODE, "toast", duration_s=6)
    beats = len(world.manager.heartbeats)
    await wait_until(lambda: len(world.manager.heartbeats) > beats + 5, within_s=30)
    assert world.manager.statuses[-1] == "active"
    await world.control.order(CODE, "remove")
    assert await bot.ended() == 0
    assert world.manager.end.outcome is Outcome.REMOVED
    assert world.manager.end.status is MeetingStatus.COMPLETED
    assert list(bot.folder.glob("*.png"))


async def test_a_bot_whose_network_is_gone_for_long_says_so(world: World) -> None:
    await world.control.create_meeting(CODE)
    await world.control.add_participant(CODE, "Ada")
    bot = await world.send()
    await world.manager.wait_for("active")
    await world.control.wait_for_event(CODE, "connection", state="connected")
    await world.control.order(CODE, "drop_network", duration_s=600)
    assert await bot.ended(within_s=180) == 0
    assert world.manager.statuses == ["joining", "active", "failed"]
    assert world.manager.end.outcome is Outcome.NETWORK_LOST
    states = [entry["state"] for entry in bot.events("connection_state")]
    assert states[-1] in {"disconnected", "failed"}


@pytest.mark.parametrize(
    ("company", "outcome"), [(True, Outcome.LEFT_ALONE), (False, Outcome.NO_ONE_JOINED)]
)
async def test_a_bot_without_company_leaves(world: World, company: bool, outcome: Outcome) -> None:
    await world.control.create_meeting(CODE)
    ada = await world.control.add_participant(CODE, "Ada") if company else None
    # a busy machine may see Ada late
    limits = {"max_time_left_alone": 3_000, "no_one_joined_timeout": 60_000 if company else 4_000}
    bot = await world.send(automatic_leave=limits)
    await world.manager.wait_for("active")
    if ada is not None:
        await wait_until(lambda: world.manager.heartbeats[-1].participants == 1, within_s=60)
        await world.control.remove_participant(CODE, ada["id"])
    assert await bot.ended() == 0
    assert world.manager.end.outcome is outcome


async def test_silence_in_company_ends_a_stay_that_had_sound(world: World) -> None:
    speech = [{"at_s": 0.5, "say": "We are done for today.", "voice": "slt"}]
    await world.control.create_meeting(CODE)
    await world.control.add_participant(CODE, "Ada", speech=speech)
    # longer than the page tells of silence: that its tracks are read is what proves the rest
    bot = await world.send(automatic_leave={"silence_timeout": 25_000})
    await world.manager.wait_for("active")
    await wait_until(lambda: world.manager.heartbeats[-1].participants == 1, within_s=60)
    await world.control.start_clock(CODE)
    await wait_until(lambda: world.manager.heartbeats[-1].hears is Hears.PAGE, within_s=60)
    assert await bot.ended(within_s=120) == 0
    assert world.manager.end.outcome is Outcome.SILENCE
    assert world.manager.end.status is MeetingStatus.COMPLETED
    assert world.manager.heartbeats[-1].participants == 1


async def test_a_captcha_calls_for_help_and_the_join_goes_on_when_it_is_solved(
    world: World,
) -> None:
    await world.control.create_meeting(CODE, captcha=True)
    await world.control.add_participant(CODE, "Ada")
    bot = await world.send(help_wait_s=600)
    await world.manager.wait_for("needs_help")
    needed = world.manager.reports[-1].help
    assert needed is not None
    assert needed.what is Outcome.CAPTCHA
    beats = len(world.manager.heartbeats)
    await wait_until(lambda: len(world.manager.heartbeats) > beats + 2, within_s=60)
    assert world.manager.heartbeats[-1].state == "needs_help"
    assert "join_pressed" not in [entry["event"] for entry in await world.control.events(CODE)]
    await world.control.order(CODE, "effect", effect="captcha_solved")
    await world.manager.wait_for("active")
    await world.control.order(CODE, "end")
    assert await bot.ended() == 0
    assert world.manager.statuses == ["joining", "needs_help", "active", "completed"]
    assert world.manager.end.outcome is Outcome.MEETING_ENDED


async def test_a_captcha_that_nobody_solves_ends_the_join_as_what_it_was(world: World) -> None:
    await world.control.create_meeting(CODE, captcha=True)
    bot = await world.send(help_wait_s=3)
    assert await bot.ended(within_s=180) == 0
    assert world.manager.statuses == ["joining", "needs_help", "failed"]
    assert world.manager.end.outcome is Outcome.CAPTCHA


async def test_a_bot_with_an_account_joins_where_guests_may_not_and_keeps_it_fresh(
    world: World,
) -> None:
    await world.control.create_meeting(CODE, guests=False, session="s3cret", access="ask")
    await world.control.add_participant(CODE, "Ada")
    bot = await world.send(account=google_account("s3cret"))
    await world.manager.wait_for("awaiting_admission")
    await world.control.order(CODE, "admit")
    await world.manager.wait_for("active")
    knocked = await world.control.wait_for_event(CODE, "knocked")
    assert knocked["name"] == "Notetaker Account"
    await world.control.order(CODE, "end")
    assert await bot.ended() == 0
    assert world.manager.end.outcome is Outcome.MEETING_ENDED
    left = json.loads((bot.folder / ACCOUNT_FILE).read_text())["cookies"]
    values = {cookie["name"]: cookie["value"] for cookie in left}
    assert values["SID"] == "s3cret"
    assert values["__Secure-1PSIDTS"] not in {"old", None}
    assert "s3cret" not in bot.log.read_text()


@pytest.mark.parametrize("guests", [True, False])
async def test_a_bot_whose_account_is_signed_out_joins_nothing(world: World, guests: bool) -> None:
    await world.control.create_meeting(CODE, guests=guests, session="s3cret")
    bot = await world.send(account=google_account("expired"))
    assert await bot.ended(within_s=180) == 0
    assert world.manager.statuses == ["joining", "failed"]
    assert world.manager.end.outcome is Outcome.ACCOUNT_SIGNED_OUT
    events = [entry["event"] for entry in await world.control.events(CODE)]
    assert not {"typed", "join_pressed", "joined"} & set(events)
    assert not (bot.folder / ACCOUNT_FILE).exists()


async def test_an_order_before_the_bot_is_in_cancels_the_join(world: World) -> None:
    await world.control.create_meeting(CODE, access="ask")
    bot = await world.send()
    await world.manager.wait_for("joining")
    world.manager.leave.set()
    assert await bot.ended() == 0
    assert world.manager.end.outcome is Outcome.STOPPED_BY_USER
    assert world.manager.end.status is MeetingStatus.COMPLETED
    assert "active" not in world.manager.statuses


async def test_sigterm_leaves_politely_and_quickly(world: World) -> None:
    await world.control.create_meeting(CODE)
    await world.control.add_participant(CODE, "Ada")
    bot = await world.send()
    await world.manager.wait_for("active")
    bot.signal(signal.SIGTERM)
    assert await bot.ended(within_s=10) == 0
    assert world.manager.end.outcome is Outcome.SERVER_STOPPED
    events = [entry["event"] for entry in await world.control.events(CODE)]
    assert "leave_pressed" in events


async def test_a_killed_browser_is_reported_and_a_killed_bot_leaves_none(world: World) -> None:
    await world.control.create_meeting(CODE)
    await world.control.add_participant(CODE, "Ada")
    bot = await world.send()
    await world.manager.wait_for("active")
    for pid in bot.browser_pids():
        os.kill(pid, signal.SIGKILL)
    assert await bot.ended() == 0
    assert world.manager.end.outcome in {Outcome.BROWSER_FAILED, Outcome.PAGE_DEAD}
    world.manager.reports.clear()
    second = await world.send()
    await world.manager.wait_for("active")
    second.signal(signal.SIGKILL)
    await wait_until(lambda: not second.browser_pids(), within_s=10, what="no browser left")


@pytest.mark.parametrize("is_in", [True, False])
async def test_a_page_whose_main_thread_is_stuck_is_dead(world: World, is_in: bool) -> None:
    await world.control.create_meeting(CODE, access="open" if is_in else "ask")
    await world.control.add_participant(CODE, "Ada")
    bot = await world.send()
    await world.manager.wait_for("active" if is_in else "awaiting_admission")
    await world.control.order(CODE, "stall", busy_ms=600_000, every_ms=100, duration_s=600)
    assert await bot.ended(within_s=240) == 0
    assert world.manager.end.outcome is Outcome.PAGE_DEAD
    assert bot.browser_pids() == []


async def test_the_end_is_reported_to_a_manager_that_was_away(world: World) -> None:
    await world.control.create_meeting(CODE)
    await world.control.add_participant(CODE, "Ada")
    bot = await world.send()
    await world.manager.wait_for("active")
    world.manager.is_away = True
    await world.control.order(CODE, "end")
    await wait_until(lambda: bot.events("stay_ended"), within_s=30, what="the end of the stay")
    world.manager.is_away = False
    assert await bot.ended() == 0
    assert world.manager.end.outcome is Outcome.MEETING_ENDED
