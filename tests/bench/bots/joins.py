"""How long bots take from their start to `active`, one after the other and all at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tests.bench.bots.place import CAMERAS, HOLD_S, Place, tell
from tests.support.fake_manager import FakeManager
from vexa.simulator.client import ControlClient


@dataclass(frozen=True)
class Joins:
    """Seconds to `active` of those who got there, of how many were sent."""

    sent: int
    took_s: list[float]


async def join_at_once(place: Place, control: ControlClient, count: int) -> Joins:
    """Send bots to as many meetings at once; each leaves when all are in."""
    codes = []
    async with FakeManager(HOLD_S) as manager:
        bots = []
        for _ in range(count):
            codes.append(place.next_code)
            await control.create_meeting(codes[-1], cameras=CAMERAS)
            await control.add_participant(codes[-1], "Ada")
            bots.append(await place.send(manager))
        took = await asyncio.gather(*map(place.until_active, bots))
        manager.leave.set()
        await asyncio.gather(*map(place.take_out, bots))
    for native_id in codes:
        await control.order(native_id, "end")
    return Joins(count, [seconds for seconds in took if seconds is not None])


async def join_in_a_row(place: Place, control: ControlClient, count: int) -> Joins:
    """Send one bot after the other, each when the one before has gone."""
    took_s: list[float] = []
    for number in range(count):
        took_s += (await join_at_once(place, control, 1)).took_s
        tell(f"join {number + 1}: {len(took_s)} in, last after {took_s[-1:]} s")
    return Joins(count, took_s)
