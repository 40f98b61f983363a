"""When a bot leaves by itself, as a request or a user's `data.bot_config` asks for it."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from vexa.contracts.bot import AutomaticLeave

#: No bot stays longer than a week, ms.
_LONGEST_MS = 7 * 24 * 3_600_000
#: Names of the seed's bots (wire.md §4) and of 0.9 (wire.md §1.6) → names of 0.10. Of two older
#: names of one time the later one here counts.
_OLD_NAMES = {
    "waitingRoomTimeout": "max_wait_for_admission",
    "everyoneLeftTimeout": "max_time_left_alone",
    "noOneJoinedTimeout": "no_one_joined_timeout",
    "waiting_room_timeout": "max_wait_for_admission",
    "everyone_left_timeout": "max_time_left_alone",
}


def newest_names(times: dict[str, Any]) -> dict[str, Any]:
    """Put the names of 0.10 for older ones. A newer name beside an older one counts; null is none.

    Unknown names stay.
    """
    given = {name: value for name, value in times.items() if value is not None}
    old = {new: given[name] for name, new in _OLD_NAMES.items() if name in given}
    return {**old, **{name: given[name] for name in given if name not in _OLD_NAMES}}


class AutomaticLeaveAsked(AutomaticLeave):
    """When a bot leaves by itself, as somebody asks for it; what is left out is not asked for.

    `waiting_room_timeout` and `everyone_left_timeout` are taken as older names, and so are
    `waitingRoomTimeout`, `everyoneLeftTimeout` and `noOneJoinedTimeout`.
    """

    max_bot_time: int = Field(14_400_000, gt=0, le=_LONGEST_MS, description="longest stay, ms")
    max_wait_for_admission: int = Field(
        900_000, gt=0, le=_LONGEST_MS, description="longest time in the lobby, ms"
    )
    max_time_left_alone: int = Field(
        60_000, gt=0, le=_LONGEST_MS, description="alone after others left, ms"
    )
    no_one_joined_timeout: int = Field(
        600_000, gt=0, le=_LONGEST_MS, description="alone since joining, ms"
    )
    silence_timeout: int = Field(
        1_200_000, ge=0, le=_LONGEST_MS, description="nobody heard, ms; 0: never leave"
    )

    @model_validator(mode="before")
    @classmethod
    def _known_names(cls, value: Any) -> Any:
        return newest_names(value) if isinstance(value, dict) else value
