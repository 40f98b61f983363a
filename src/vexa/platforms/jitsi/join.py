"""From a room's address to its door: joined, in its lobby, or refused."""

from __future__ import annotations

import json
from urllib.parse import quote

from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import MeetingPage, Stage
from vexa.platforms.jitsi.admission import judge_admission
from vexa.platforms.jitsi.doorway import Doorway

#: Time that the page gets to show what it is; a slow deployment's scripts take long (2026-09).
_FIRST_SIGHT_S = 60.0
_LOOK_EVERY_S = 0.4
#: A refusal is believed when so many looks in a row show it.
_SURE = 2
#: What the address asks of the page. A deployment may honour some of it only; `startSilent` must
#: never be among it, since it takes away all sound.
_CONFIG: dict[str, bool | int] = {
    "config.startWithAudioMuted": True,
    "config.startWithVideoMuted": True,
    "config.prejoinConfig.enabled": False,
    "config.p2p.enabled": False,
    "config.requireDisplayName": False,
    "config.deeplinking.disabled": True,
    "config.disableInitialGUM": True,
    "config.analytics.disabled": True,
    "config.channelLastN": 0,
}


def join_url(url: str, bot_name: str) -> str:
    """Return the address with what the page should do, as JSON values in its fragment."""
    wanted = {**_CONFIG, "userInfo.displayName": bot_name}
    fragment = "&".join(f"{key}={quote(json.dumps(value))}" for key, value in wanted.items())
    return f"{url}#{fragment}"


async def knock(page: MeetingPage, doorway: Doorway) -> None:
    """Open the address and answer what stands in the way, until the room or its lobby is there.

    Raises:
        JoinError: the page refuses, cannot be read, or does not look as expected.
    """
    await page.open(join_url(doorway.entry.url, doorway.entry.bot_name))
    waited_s, refused = 0.0, 0
    while waited_s < _FIRST_SIGHT_S:
        view = await page.look()
        judgement = judge_admission(view)
        refused = refused + 1 if judgement.outcome else 0
        if judgement.outcome and refused >= _SURE:
            raise JoinError(judgement.outcome, judgement.reason)
        if judgement.stage in {Stage.IN_MEETING, Stage.LOBBY}:
            return
        if judgement.stage in {Stage.CONSENT, Stage.PREJOIN}:
            await doorway.answer(page, view)
        await page.pause(_LOOK_EVERY_S)
        waited_s += _LOOK_EVERY_S
    raise JoinError(Outcome.PAGE_CHANGED, "join: no room, no lobby and no refusal")
