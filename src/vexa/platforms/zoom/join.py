"""From a meeting's address to its waiting room or its sound, or to the page that says no."""

from __future__ import annotations

from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import MeetingPage, Stage
from vexa.platforms.zoom.admission import JOINING, judge_admission
from vexa.platforms.zoom.doorway import Doorway

#: Time that the client gets to load, to be passed through and to show what it is.
_FIRST_SIGHT_S = 120.0
_LOOK_EVERY_S = 0.4
#: A refusal is believed when so many looks in a row show it.
_SURE = 2


async def knock(page: MeetingPage, doorway: Doorway) -> None:
    """Open the address and answer what stands in the way, until there is something to wait for.

    Raises:
        JoinError: the page refuses, cannot be read, or does not look as expected.
    """
    await doorway.open(page)
    waited_s, refused = 0.0, 0
    reason = ""
    while waited_s < _FIRST_SIGHT_S:
        view = await page.look()
        judgement = judge_admission(view)
        reason = judgement.reason
        refused = refused + 1 if judgement.outcome else 0
        if judgement.outcome and refused >= _SURE:
            raise JoinError(judgement.outcome, judgement.reason)
        if judgement.stage in {Stage.IN_MEETING, Stage.LOBBY}:
            return
        if judgement.stage is Stage.CONSENT:
            await doorway.answer(page, view)
        else:
            await page.stir()
        await page.pause(_LOOK_EVERY_S)
        waited_s += _LOOK_EVERY_S
    outcome = Outcome.NETWORK_LOST if reason == JOINING else Outcome.PAGE_CHANGED
    raise JoinError(outcome, f"join: {reason}")
