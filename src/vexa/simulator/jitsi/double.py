"""The Jitsi double: one place that names which file does what."""

from __future__ import annotations

from string import ascii_lowercase

from vexa.simulator.doubles import Double, made_up
from vexa.simulator.jitsi.options import JitsiOptions
from vexa.simulator.jitsi.pages import SIGN_IN_PATH, build_page_router
from vexa.simulator.jitsi.wire import JitsiWire, device_ids

DOUBLE = Double(
    # the second stands for a deployment that an operator names
    hosts=("meet.jit.si", "jitsi.example.org"),
    options=JitsiOptions,
    device_ids=device_ids,
    wire=JitsiWire,
    page_router=build_page_router,
    page_path=lambda room: f"/{room}",
    made_up_id=lambda dice: f"room-{made_up(dice, ascii_lowercase, 10)}",
    id_form="a room's name in small letters, as weekly-sync",
    sign_in_url=SIGN_IN_PATH,
    effects=frozenset({"disconnected"}),
    layouts=frozenset({"tiles", "stage"}),
)
