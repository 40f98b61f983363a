"""The Meet double: one place that names which file does what."""

from __future__ import annotations

from string import ascii_lowercase
from typing import get_args

from vexa.simulator.doubles import Double, made_up
from vexa.simulator.google_meet.options import Dialog, MeetOptions
from vexa.simulator.google_meet.pages import SIGN_IN_URL, build_page_router
from vexa.simulator.google_meet.wire import MeetWire, device_ids

DOUBLE = Double(
    hosts=("meet.google.com", "accounts.google.com"),
    options=MeetOptions,
    device_ids=device_ids,
    wire=MeetWire,
    page_router=build_page_router,
    page_path=lambda code: f"/{code}",
    made_up_id=lambda dice: made_up(dice, ascii_lowercase, 3, 4, 3),
    id_form="three groups of small letters, as abc-defg-hij",
    effects=frozenset({"captcha_solved"}),
    has_captcha=True,
    sign_in_url=SIGN_IN_URL,
    dialogs=frozenset(get_args(Dialog)),
    layouts=frozenset({"tiled", "spotlight"}),
)
