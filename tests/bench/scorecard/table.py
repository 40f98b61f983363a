"""The cases: for each platform its variants and faults, and what is true of each.

The truth is written from what the double does and from `contracts.meeting`, never from what a bot
was seen to report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.bench.scorecard.cases import Act, Case, Chat, Hold, Order, Step, Truth, Wait
from vexa.contracts.meeting import MeetingStatus as S
from vexa.contracts.meeting import Outcome as O

PLATFORMS = ("google_meet", "teams", "zoom", "jitsi")
#: Passcodes that fit every platform's form, the right and a wrong one.
RIGHT, WRONG = "s3cret99", "guess1234"
#: Session of the account that the server lends to bots.
SESSION = "s3cret-session"
IN, LOBBY = Wait(S.ACTIVE), Wait(S.AWAITING_ADMISSION)
ASK = {"access": "ask"}
#: Time within which a bot has surely seen who is there, seconds.
SEEN = Hold(10.0)
END, REMOVE = Order("end"), Order("remove")
#: A network that does not come back while anybody waits.
GONE = Order("drop_network", {"duration_s": 600})
#: What a participant can write to look like an end.
FAKE_ENDS = {
    "google_meet": "You've been removed from the meeting",
    "teams": "You've been removed from this meeting",
    "zoom": "You have been removed",
    "jitsi": "You were kicked out of the meeting",
}
HOUR_MS = 3_600_000
#: Longer than a page tells of silence by itself: only that its tracks are read proves the rest.
SILENCE_MS = 25_000


def leaves(**limits_ms: int) -> dict[str, Any]:
    """Limits of automatic leaving; those that a case is not about are far away."""
    far = {"max_time_left_alone": HOUR_MS, "no_one_joined_timeout": HOUR_MS}
    return {"automatic_leave": {**far, **limits_ms}}


def stayed(outcome: O) -> Truth:
    """Return the truth of a bot that was in; a broken stay counts as failed."""
    broken = {O.PAGE_DEAD, O.BROWSER_FAILED, O.BOT_CRASHED, O.BOT_HUNG, O.NETWORK_LOST}
    return Truth(S.ACTIVE, S.FAILED if outcome in broken else S.COMPLETED, outcome)


def waited(outcome: O) -> Truth:
    """Return the truth of a bot that came to the lobby and no further."""
    return Truth(S.AWAITING_ADMISSION, S.FAILED, outcome)


def kept_out(outcome: O) -> Truth:
    """Return the truth of a bot that did not come to the lobby."""
    return Truth(S.JOINING, S.FAILED, outcome)


def doors(platform: str) -> list[Case]:
    """Ways in and out that every platform has."""

    def case(name: str, truth: Truth, *steps: Step, **facts: Any) -> Case:
        return Case(platform, name, truth, steps, **facts)

    by_user = Truth(S.AWAITING_ADMISSION, S.COMPLETED, O.STOPPED_BY_USER)
    soon = leaves(max_wait_for_admission=5_000)
    return [
        case("stop", stayed(O.STOPPED_BY_USER), IN, SEEN, Act.STOP),
        case("end", stayed(O.MEETING_ENDED), IN, SEEN, END),
        case("remove", stayed(O.REMOVED), IN, SEEN, REMOVE),
        case("admit", stayed(O.MEETING_ENDED), LOBBY, SEEN, Order("admit"), IN, END, options=ASK),
        case("deny", waited(O.DENIED), LOBBY, Order("deny"), options=ASK),
        case("nobody_answers", waited(O.KNOCK_TIMED_OUT), options=ASK, ask=soon),
        case("stop_in_lobby", by_user, LOBBY, Act.STOP, options=ASK),
        case("end_in_lobby", waited(O.MEETING_ENDED), LOBBY, END, options=ASK),
        case(
            "left_alone",
            stayed(O.LEFT_ALONE),
            *(IN, SEEN, Act.COMPANY_LEAVES),
            ask=leaves(max_time_left_alone=4_000),
        ),
        case(
            "no_one_joins",
            stayed(O.NO_ONE_JOINED),
            IN,
            ask=leaves(no_one_joined_timeout=5_000),
            company=(),
        ),
        case("longest_stay", stayed(O.MAX_TIME), IN, ask=leaves(max_bot_time=8_000)),
    ]


def disturbances(platform: str) -> list[Case]:
    """Faults that every double can show: those that end nothing, and those that end a stay."""

    def held(name: str, *steps: Step) -> Case:
        return Case(platform, name, stayed(O.MEETING_ENDED), (IN, *steps, END))

    def broken(name: str, outcome: O, act: Step) -> Case:
        return Case(platform, name, stayed(outcome), (IN, SEEN, act))

    # Zoom's page has no connection of WebRTC that tells of it
    lost = () if platform == "zoom" else (broken("network_lost", O.NETWORK_LOST, GONE),)
    return [
        held("toast", Order("toast", {"duration_s": 6}), Hold(10)),
        held("stall", Order("stall", {"duration_s": 12}), Hold(14)),
        held("network_gap", Order("drop_network", {"duration_s": 8}), Hold(14)),
        held("fake_end_in_chat", SEEN, Chat(FAKE_ENDS[platform]), Hold(10)),
        *lost,
        broken("page_dies", O.PAGE_DEAD, Order("kill_page")),
        broken("browser_killed", O.BROWSER_FAILED, Act.KILL_BROWSER),
        broken("bot_killed", O.BOT_CRASHED, Act.KILL_BOT),
        broken("bot_frozen", O.BOT_HUNG, Act.FREEZE_BOT),
    ]


def talks(platform: str, *variants: tuple[str, Mapping[str, Any]]) -> list[Case]:
    """Meetings whose words are scored, a silent one, and one with talk from the first moment."""
    truth, steps = stayed(O.STOPPED_BY_USER), (IN, Act.TALK, Act.STOP)
    plain = [Case(platform, f"talk_{n}", truth, steps, talkers=n, company=()) for n in (2, 3, 5)]
    others = [
        Case(platform, f"talk_{name}", truth, steps, options, talkers=3, company=())
        for name, options in (("late_names", {"roster_delay_s": 8}), *variants)
    ]
    first = Case(
        platform,
        "first_text",
        truth,
        (IN, Act.FIRST_TEXT, Act.STOP),
        talks_from_admission=True,
        options={"clock": "on_admission"},
    )
    silent = Case(
        platform,
        "silence",
        stayed(O.MEETING_ENDED),
        (IN, Act.SILENCE, END),
        company=("Ada", "Bob"),
        once=True,
    )
    left = Case(
        platform,
        "left_in_silence",
        stayed(O.SILENCE),
        (IN, Act.TALK),
        ask=leaves(silence_timeout=SILENCE_MS),
        talkers=2,
        company=(),
    )
    return [*plain, *others, first, silent, left]


def page(platform: str, name: str, outcome: O, **options: Any) -> Case:
    """Return the case of a page that lets nobody in."""
    return Case(platform, name, kept_out(outcome), (), options)


def variant(platform: str, name: str, *steps: Step, **facts: Any) -> Case:
    """Return the case of another way to the same meeting, which ends it."""
    return Case(platform, name, stayed(O.MEETING_ENDED), (*(steps or (IN, SEEN)), END), **facts)


def accounts(platform: str) -> list[Case]:
    """Meetings that take no guests: with the account that the server lends, and with it ended."""
    members = {"guests": False, "session": SESSION}
    ended = {**members, "session": "another"}
    ask = {"authenticated": True}
    return [
        Case(platform, "account_signed_out", kept_out(O.ACCOUNT_SIGNED_OUT), (), ended, ask),
        variant(platform, "account", options=members, ask=ask),
    ]


def google_meet() -> list[Case]:
    """Meet's own."""
    name = "google_meet"
    asks = {**ASK, "kill_on_knock": True}
    dialogs = ("recording", "got_it", "others_may_see", "gemini", "still_there")
    knocks = {"block": O.BLOCKED, "kill_page": O.BLOCKED}
    # the bot knocks once more
    withdrawn = {**ASK, "knock_timeout_s": 15}
    return [
        Case(name, "knock_expire", waited(O.KNOCK_TIMED_OUT), (LOBBY,), withdrawn),
        *(
            Case(name, f"knock_{order}", waited(outcome), (LOBBY, Order(order)), ASK)
            for order, outcome in knocks.items()
        ),
        # the lobby stands for half a second
        Case(
            name, "killed_at_the_knock", replace(waited(O.BLOCKED), or_reached=S.JOINING), (), asks
        ),
        page(name, "not_found", O.NOT_FOUND, page="not_found"),
        page(name, "blocked", O.BLOCKED, page="blocked"),
        page(name, "sign_in", O.SIGN_IN_REQUIRED, page="sign_in"),
        page(name, "captcha", O.CAPTCHA, captcha=True),
        *accounts(name),
        variant(name, "interstitial", options={"interstitial": True}),
        variant(name, "dialogs", options={"dialogs": dialogs}),
        variant(name, "strict_policy", options={"csp": "strict"}),
        variant(name, "own_tile_late", options={"self_tile_delay_s": 12}),
        variant(name, "asks_still_there", IN, Order("dialog", {"dialog": "still_there"}), SEEN),
        *talks(
            name,
            ("flicker", {"flicker_share": 0.2}),
            ("no_receivers", {"neteq_always": True}),
        ),
    ]


def teams() -> list[Case]:
    """Teams' own."""
    name = "teams"
    not_begun = {**ASK, "started": False}
    wait = leaves(max_wait_for_admission=5_000)
    share = Order("effect", {"effect": "share", "details": {"duration_s": 5}})
    by_caption = {"sources": False, "outlines": "none"}
    by_outline = {"sources": False, "flicker_share": 0}
    return [
        Case(name, "not_started", waited(O.NOT_STARTED), (), not_begun, wait),
        page(name, "not_found", O.NOT_FOUND, page="not_found"),
        page(name, "sign_in", O.SIGN_IN_REQUIRED, page="sign_in"),
        page(name, "sign_in_elsewhere", O.SIGN_IN_REQUIRED, page="sign_in", sign_in_by="redirect"),
        page(name, "captcha", O.CAPTCHA, captcha=True),
        *accounts(name),
        variant(name, "full_client", options={"client": "v2"}),
        variant(name, "no_launcher", options={"launcher": False}),
        variant(name, "devices_twice", options={"devices_question": "twice"}),
        variant(name, "no_frames", options={"frames": False, "call_object": "none"}),
        variant(name, "short_link", link="https://teams.microsoft.com/meet/{id}?p=AbC123dE"),
        variant(name, "screen_shared", IN, share, SEEN),
        *talks(
            name,
            ("outlines", by_outline),
            ("outline_style", {**by_outline, "outlines": "style"}),
            ("captions", by_caption),
            ("copy_of_the_mix", {"main_audio": "silent", "sound_off": True}),
            ("no_main_audio", {"main_audio": "missing", "call_object": "msteamscalling"}),
        ),
    ]


def zoom() -> list[Case]:
    """Zoom's own."""
    name = "zoom"
    wait = leaves(max_wait_for_admission=5_000)
    begins = Order("effect", {"effect": "host_starts"})
    locked = {"passcode": RIGHT}
    return [
        page(name, "wall", O.BOTS_NOT_ALLOWED, wall="on_load"),
        page(name, "wall_after_join", O.BOTS_NOT_ALLOWED, wall="after_join"),
        page(name, "sign_in", O.SIGN_IN_REQUIRED, page="sign_in"),
        page(name, "authentication", O.SIGN_IN_REQUIRED, page="blocked"),
        page(name, "cannot_connect", O.NETWORK_LOST, failing_loads=99),
        page(name, "sound_does_not_join", O.PAGE_CHANGED, audio_joins=False),
        page(name, "passcode_missing", O.PASSCODE_WRONG, **locked),
        Case(name, "passcode_wrong", kept_out(O.PASSCODE_WRONG), (), locked, {"passcode": WRONG}),
        variant(name, "passcode", options=locked, ask={"passcode": RIGHT}),
        *(
            Case(name, f"not_started_{way}", waited(O.NOT_STARTED), (), {"started": way}, wait)
            for way in ("invalid_link", "waits")
        ),
        variant(name, "begins_later", LOBBY, begins, IN, options={"started": "invalid_link"}),
        *accounts(name),
        variant(name, "classic", link="https://acme.zoom.us/wc/join/{id}"),
        variant(name, "launch_page", link="https://zoom.us/j/{id}", options={"shell": True}),
        variant(name, "terms", options={"terms": True, "failing_loads": 1}),
        variant(name, "dialogs", options={"dialogs": ("ai_companion", "recording", "muted")}),
        variant(name, "microphone_live", options={"microphone_live": True}),
        *talks(
            name,
            ("tile", {"signs": "tile"}),
            ("late_tile", {"tile_delay_ms": 900}),
            ("own_tracks", {"plays": "tracks"}),
        ),
    ]


def jitsi() -> list[Case]:
    """Jitsi's own."""
    name = "jitsi"
    wait = leaves(max_wait_for_admission=5_000)
    locked = {"password": RIGHT}
    blip = Order("effect", {"effect": "disconnected", "details": {"duration_s": 5}})
    opaque = {"honours_config": False, "stream_names": "opaque"}
    return [
        *(
            Case(name, f"gate_{gate}", waited(O.NOT_STARTED), (), {"gate": gate}, wait)
            for gate in ("members_only", "not_started", "moderator")
        ),
        page(name, "passcode_missing", O.PASSCODE_WRONG, **locked),
        Case(name, "passcode_wrong", kept_out(O.PASSCODE_WRONG), (), locked, {"passcode": WRONG}),
        variant(name, "passcode", options=locked, ask={"passcode": RIGHT}),
        variant(name, "operators_host", link="https://jitsi.example.org/{id}"),
        variant(name, "unsafe_room", options={"unsafe_room": True}),
        variant(name, "guest_landing", options={"guest_landing": True}),
        variant(name, "own_prejoin", options={"honours_config": False}),
        variant(name, "strict_policy", options={"csp": "strict"}),
        variant(name, "slow_server", options={"join_delay_s": 5}),
        variant(name, "end_without_page", options={"end_page": False}),
        variant(name, "disconnected_for_a_moment", IN, SEEN, blip, SEEN),
        *talks(name, ("opaque_streams", opaque)),
    ]


def all_cases() -> list[Case]:
    """Every case, platform by platform."""
    own = {"google_meet": google_meet, "teams": teams, "zoom": zoom, "jitsi": jitsi}
    return [
        case for name in PLATFORMS for case in (*doors(name), *disturbances(name), *own[name]())
    ]
