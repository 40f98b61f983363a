"""The Zoom double: one place that names which file does what."""

from __future__ import annotations

from vexa.simulator.doubles import Double, made_up
from vexa.simulator.zoom.options import ZoomOptions
from vexa.simulator.zoom.pages import SIGN_IN_PATH, build_page_router
from vexa.simulator.zoom.wire import ZoomWire, device_ids

DOUBLE = Double(
    # the last stands for a company's own front door
    hosts=("app.zoom.us", "zoom.us", "acme.zoom.us"),
    options=ZoomOptions,
    device_ids=device_ids,
    wire=ZoomWire,
    page_router=build_page_router,
    page_path=lambda meeting_id: f"/wc/{meeting_id}/join",
    # no zero: leading ones are lost where people take ids for numbers
    made_up_id=lambda dice: made_up(dice, "123456789", 11),
    id_form="9 to 11 digits",
    sign_in_url=SIGN_IN_PATH,
    dialogs=frozenset({"ai_companion", "recording", "muted"}),
    effects=frozenset({"captcha_solved", "host_starts"}),
    has_captcha=True,
    layouts=frozenset({"speaker", "sharing", "single", "suspension"}),
)
