"""The pages in a real Chromium: what a bot has to tell apart."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.integration.simulator.conftest import CODE, OpenPage, join, press_join
from vexa.simulator.client import ControlClient
from vexa.simulator.process import SimulatorProcess

URL = f"https://meet.google.com/{CODE}?hl=en"
PREVIEW = "Backgrounds and effects"


async def knock(page: Page, control: ControlClient, button: str = "Ask to join") -> None:
    await page.goto(URL)
    await press_join(page, button)
    await control.wait_for_event(CODE, "knocked")


async def test_prejoin_has_one_text_input_and_a_button_that_waits_for_a_name(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE, access="ask")
    page = await open_page()
    response = await page.goto(URL)
    assert response is not None
    policy = response.headers["content-security-policy"]
    assert "'strict-dynamic'" in policy
    assert "require-trusted-types-for 'script'" in policy
    name = page.locator('input[type="text"][jsname][aria-label="Your name"]')
    await expect(page.locator('input[type="text"]')).to_have_count(1)
    ask = page.locator('//button[@jsname][.//span[text()="Ask to join"]]')
    await expect(ask).to_be_disabled()
    await name.fill("Bot")
    await expect(ask).to_be_enabled()
    for label in ("microphone (ctrl + d)", "camera (ctrl + e)"):
        await page.click(f'[aria-label="Turn off {label}"]')
        await expect(page.locator(f'[aria-label="Turn on {label}"]')).to_be_visible()
    await expect(page.locator("[data-participant-id]")).to_contain_text(PREVIEW)
    await expect(page.locator('iframe[src*="/recaptcha/"]')).to_be_hidden()
    await expect(page.get_by_text("Other ways to join")).to_be_visible()


async def test_lobby_looks_like_a_call_and_is_none(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE, access="ask")
    await control.add_participant(CODE, "Ann")
    page = await open_page()
    await knock(page, control)
    await expect(page.locator('button[aria-label="Leave call"]')).to_be_visible()
    await expect(page.locator('[role="toolbar"]')).to_be_visible()
    await expect(page.get_by_text("You’ll join the call when someone lets you in")).to_be_visible()
    await expect(page.get_by_text("Return to home screen")).to_be_visible()
    await expect(page.locator("audio")).to_have_count(3)
    assert "Ann" not in await page.content()
    await control.order(CODE, "admit")
    name = page.locator("[data-participant-id] .label span.notranslate")
    await expect(name.first).to_have_text("Ann")
    events = await control.events(CODE)
    pressed = next(e for e in events if e["event"] == "join_pressed")
    assert pressed["trusted"] is True
    assert pressed["webdriver"] is True
    assert pressed["name"] == "Notetaker"


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ("deny", "Someone in the call denied your request to join"),
        ("expire", "No one responded to your request to join the call"),
        ("block", "You can’t join this video call"),
    ],
)
async def test_knocks_end_in_different_texts(
    order: str, text: str, control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE, access="ask")
    page = await open_page()
    await knock(page, control)
    await control.order(CODE, order)
    await expect(page.get_by_text(text)).to_be_visible()
    await expect(page.get_by_text("Return to home screen")).to_be_visible()


async def test_unanswered_knock_times_out_by_itself(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE, access="ask", knock_timeout_s=0.5, apostrophe="straight")
    page = await open_page()
    await knock(page, control)
    await control.wait_for_event(CODE, "timeout")
    await expect(page.get_by_text("No one responded")).to_be_visible()


async def test_german_pages(control: ControlClient, open_page: OpenPage) -> None:
    await control.create_meeting(CODE, access="ask", locale="de")
    page = await open_page()
    await knock(page, control, "Teilnahme erbitten")
    await expect(page.get_by_text("Bitte warten Sie, bis Sie vom Organisator")).to_be_visible()
    await control.order(CODE, "admit")
    await expect(page.get_by_text("Du nimmst an diesem Anruf teil")).to_be_visible()
    await page.click('button[aria-label="Anruf verlassen"]')
    await control.wait_for_event(CODE, "left")


async def test_names_presenter_and_chat_in_the_call(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE, self_tile_delay_s=0.5)
    first = await control.add_participant(CODE, "Sam", host=True)
    await control.add_participant(CODE, "Sam")
    await control.add_participant(CODE, "Sam", presents_for=first["id"])
    page = await open_page()
    await join(page, control)
    await expect(page.locator(".tiles [data-participant-id]")).to_have_count(4)
    await expect(page.locator("[data-self-name]")).to_have_count(1)
    await page.mouse.move(50, 50)
    await page.click('button[aria-label="People"]')
    rows = page.locator('div[aria-label="Participants"][role="list"] [role="listitem"]')
    await expect(rows).to_have_count(4)
    await expect(rows.filter(has_text="Meeting host")).to_have_count(1)
    await expect(rows.filter(has_text="(You)")).to_have_attribute("aria-label", "Notetaker")
    await expect(rows.filter(has_text="Presentation")).to_have_count(1)
    await page.click('button[aria-label="Chat with everyone"]')
    await page.fill('textarea[aria-label="Send a message"]', "I take notes here.")
    await page.keyboard.press("Enter")
    said = await control.wait_for_event(CODE, "chat")
    assert said["text"] == "I take notes here."
    await control.order(CODE, "chat", participant=first["id"], text="Welcome")
    await expect(page.get_by_text("Welcome", exact=True)).to_be_visible()
    await control.remove_participant(CODE, first["id"])
    await expect(page.locator(".tiles [data-participant-id]")).to_have_count(3)


async def test_the_own_tiles_mark_goes_and_comes_back(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE, self_tile_delay_s=0.1, self_tile_drops_every_s=4)
    page = await open_page()
    await join(page, control)
    for count in (1, 0, 1):
        await expect(page.locator("[data-self-name]")).to_have_count(count, timeout=10_000)
    await expect(page.locator(".tiles [data-participant-id]")).to_have_count(1)


async def test_toolbar_hides_and_comes_back(control: ControlClient, open_page: OpenPage) -> None:
    await control.create_meeting(CODE, toolbar_hides_after_s=0.3)
    page = await open_page()
    await join(page, control)
    leave = page.locator('button[aria-label="Leave call"]')
    await expect(leave).to_be_hidden()
    await page.mouse.move(100, 100)
    await page.mouse.move(120, 100)
    await expect(leave).to_be_visible()


async def test_speaking_shows_on_the_tile(control: ControlClient, open_page: OpenPage) -> None:
    await control.create_meeting(CODE, flicker_share=0, clock="on_admission")
    speech = [{"at_s": 1, "say": "Nothing is more useful than a short and honest answer."}]
    ann = await control.add_participant(CODE, "Ann", speech=speech)
    page = await open_page()
    await join(page, control)
    tile = page.locator(f'.tiles [data-participant-id="{ann["device_id"]}"]')
    await expect(tile).to_have_class("tile Oaajhc")
    await expect(tile).to_have_class("tile gjg47c", timeout=10_000)


async def test_removal_and_end_say_so_and_a_toast_says_nothing(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE, home_after_s=0.5)
    page = await open_page()
    other = await open_page()
    await join(page, control, name="One")
    await join(other, control, name="Two")
    await control.order(CODE, "toast")
    await expect(page.get_by_role("alert")).to_have_text("Reconnecting")
    visitors = (await control.meeting(CODE))["visitors"]
    assert [visitor["state"] for visitor in visitors] == ["in_call", "in_call"]
    await control.order(CODE, "remove", visitor=visitors[0]["id"])
    await expect(page.locator(".roSPhc")).to_contain_text("You’ve been removed from the meeting")
    await page.wait_for_url("https://meet.google.com/")
    await control.order(CODE, "end")
    ended = other.locator(".roSPhc")
    await expect(ended).to_contain_text("Your host ended the meeting for everyone")


@pytest.mark.parametrize(
    ("page_fault", "text"),
    [
        ("blocked", "You can’t join this video call"),
        ("not_found", "Check your meeting code"),
        ("sign_in", "Use your Google Account"),
    ],
)
async def test_pages_instead_of_prejoin(
    page_fault: str, text: str, control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE, page=page_fault)
    page = await open_page()
    await page.goto(URL)
    await expect(page.get_by_text(text)).to_be_visible()
    host = "accounts.google.com" if page_fault == "sign_in" else "meet.google.com"
    assert page.url.startswith(f"https://{host}/")


async def test_unknown_meeting(control: ControlClient, open_page: OpenPage) -> None:
    page = await open_page()
    await page.goto("https://meet.google.com/zzz-zzzz-zzz")
    await expect(page.get_by_text("Check your meeting code")).to_be_visible()


async def test_silent_kill_blacks_the_page(control: ControlClient, open_page: OpenPage) -> None:
    await control.create_meeting(CODE, access="ask", kill_on_knock=True)
    page = await open_page()
    async with page.expect_console_message(lambda said: "EndCause = 72" in said.text):
        await knock(page, control)
    await expect(page.locator("button")).to_have_count(0)


@pytest.mark.parametrize("part_px", [0.0, 0.4])
async def test_a_knock_that_wants_a_pointer_refuses_the_browsers_own(
    control: ControlClient, open_page: OpenPage, part_px: float
) -> None:
    await control.create_meeting(CODE, access="ask", wants_pointer=True)
    page = await open_page()
    await page.goto(URL)
    await page.get_by_label("Your name").fill("Notetaker")
    button = page.get_by_role("button", name="Ask to join")
    box = await button.bounding_box()
    assert box is not None
    async with page.expect_console_message(lambda said: "EndCause = 72" in said.text):
        for number in range(12):
            await page.mouse.move(int(box["x"]) + number + part_px, int(box["y"]) + 10 + part_px)
        await page.mouse.down()
        await page.mouse.up()
    await expect(page.locator("button")).to_have_count(0)
    events = await control.events(CODE)
    facts = next(e["pointer"] for e in events if e["event"] == "join_pressed")
    assert facts["moves"] >= 5
    assert facts["whole_pixels"] is (part_px == 0)
    assert not facts["whole_ms"]
    assert not facts["of_display"]


async def test_dialogs_and_challenge(control: ControlClient, open_page: OpenPage) -> None:
    await control.create_meeting(CODE, dialogs=["recording"])
    page = await open_page()
    await join(page, control)
    dialog = page.locator('div[aria-modal="true"][role="dialog"]')
    await expect(dialog).to_contain_text("This video call is being recorded")
    await dialog.locator('button[data-mdc-dialog-action="ok"]').click()
    await expect(dialog).to_have_count(0)
    await control.order(CODE, "captcha")
    challenge = page.locator('iframe[src*="recaptcha"]')
    await expect(challenge).to_be_visible()
    box = await challenge.bounding_box()
    assert box is not None
    assert box["width"] >= 120
    assert box["height"] >= 40


async def test_late_roster_shows_names_later(control: ControlClient, open_page: OpenPage) -> None:
    await control.create_meeting(CODE, roster_delay_s=4)
    page = await open_page()
    await join(page, control)
    await control.add_participant(CODE, "Ann")
    await expect(page.locator(".tiles [data-participant-id]")).to_have_count(1)
    tile = page.locator(".tiles").get_by_text("Ann")
    await expect(tile).to_have_count(0)
    await expect(tile).to_have_count(1, timeout=8_000)


async def test_host_page_admits_and_removes(
    simulator: SimulatorProcess, control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE, access="ask")
    guest, host = await open_page(), await open_page()
    await knock(guest, control)
    await host.goto(simulator.host_url(CODE))
    await host.get_by_role("button", name="Admit").click()
    await control.wait_for_event(CODE, "admitted")
    await host.get_by_role("button", name="Remove").click()
    await expect(guest.locator(".roSPhc")).to_be_visible()
    await host.get_by_role("button", name="End for everyone").click()
    await control.wait_for_event(CODE, "meeting_ended")


@pytest.mark.parametrize("policy", ["strict", "none"])
async def test_other_policies_let_the_page_work(
    policy: str, control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE, csp=policy)
    page = await open_page()
    response = await page.goto(URL)
    assert response is not None
    given = response.headers.get("content-security-policy", "")
    assert ("connect-src 'self'" in given) == (policy == "strict")
    await join(page, control)
    await expect(page.locator(".tiles [data-participant-id]")).to_have_count(1)


@pytest.mark.parametrize(
    ("option", "has_packets", "is_played"),
    [("neteq", True, True), ("neteq", False, False), ("neteq_always", False, True)],
)
async def test_the_other_pipeline_is_for_browsers_that_give_packets_or_for_all(
    control: ControlClient, open_page: OpenPage, option: str, has_packets: bool, is_played: bool
) -> None:
    await control.create_meeting(CODE, **{option: True})
    page = await open_page()
    if not has_packets:
        await page.add_init_script("delete RTCRtpReceiver.prototype.createEncodedStreams")
    await page.goto(URL)
    await press_join(page, "Join now")
    await control.wait_for_event(CODE, "media_answered")
    await expect(page.locator("audio")).to_have_count(0 if is_played else 3)
    played = [event for event in await control.events(CODE) if event["event"] == "sound"]
    if is_played:
        await control.wait_for_event(CODE, "sound")
    else:
        assert played == []


async def test_pictures_move_unless_the_visitor_wants_audio_only(
    control: ControlClient, open_page: OpenPage
) -> None:
    await control.create_meeting(CODE, cameras=2, csp="none")
    page = await open_page()
    await join(page, control)
    pictures = "[...document.querySelectorAll('.pictures video')]"
    moving = f"{pictures}.filter((picture) => picture.currentTime > 1).length === 2"
    await page.wait_for_function(moving, timeout=60_000)
    preferences = "[0, 0, 0, 0, 0, 0, 0, 0, [0, 0, 0, 0, 0, 1]]"
    await page.evaluate(
        "(text) => localStorage.setItem('meet-preferences', JSON.stringify(text))", preferences
    )
    await join(page, control, name="Other")
    await expect(page.locator(".tile").first).to_be_visible()
    await expect(page.locator(".pictures video")).to_have_count(0)
