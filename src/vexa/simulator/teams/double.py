"""The Teams double: one place that names which file does what."""

from __future__ import annotations

from vexa.simulator.doubles import Double, made_up
from vexa.simulator.teams.accounts import SIGN_IN_HOST, SIGN_IN_URL
from vexa.simulator.teams.options import TeamsOptions
from vexa.simulator.teams.pages import build_page_router
from vexa.simulator.teams.wire import TeamsWire, device_ids

DOUBLE = Double(
    hosts=("teams.live.com", "teams.microsoft.com", SIGN_IN_HOST),
    options=TeamsOptions,
    device_ids=device_ids,
    wire=TeamsWire,
    page_router=build_page_router,
    page_path=lambda native_id: f"/meet/{native_id}",
    # no zero: leading ones are lost where people take ids for numbers
    made_up_id=lambda dice: made_up(dice, "123456789", 11),
    id_form="10 to 15 digits",
    sign_in_url=SIGN_IN_URL,
    effects=frozenset({"captcha_solved", "share"}),
    has_captcha=True,
    layouts=frozenset({"gallery", "speaker", "together"}),
)
