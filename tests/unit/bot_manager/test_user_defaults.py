"""When a bot leaves by itself: the request's word, else its user's, else the server's."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from vexa.bot_manager.user_defaults import leave_of_user, merged_leave
from vexa.contracts.bot import AutomaticLeave

SERVER = AutomaticLeave(
    max_bot_time=1, max_wait_for_admission=2, max_time_left_alone=3, no_one_joined_timeout=4
)
POSITIVE = "Input should be greater than 0"
A_NUMBER = "Input should be a valid integer, unable to parse string as an integer"


def of_user(config: Any) -> AutomaticLeave:
    return leave_of_user(7, {"plan": "free", "bot_config": config}, SERVER)


def test_request_names_only_what_it_changes() -> None:
    defaults = AutomaticLeave(max_bot_time=1, max_wait_for_admission=2, max_time_left_alone=3)
    asked = AutomaticLeave.model_validate({"max_wait_for_admission": 50})
    merged = merged_leave(defaults, asked)
    assert merged.max_wait_for_admission == 50
    assert (merged.max_bot_time, merged.max_time_left_alone) == (1, 3)
    assert merged_leave(defaults, None) == defaults


def test_a_users_defaults_come_before_the_servers() -> None:
    with capture_logs() as logs:
        assert leave_of_user(7, {}, SERVER) == SERVER
        assert of_user(None) == SERVER
        own = of_user({"max_bot_time": 10, "max_time_left_alone": "30", "bot_name": "Notes"})
    assert own == SERVER.model_copy(update={"max_bot_time": 10, "max_time_left_alone": 30})
    assert logs == []


@pytest.mark.parametrize(
    ("older", "newest"),
    [
        ("waiting_room_timeout", "max_wait_for_admission"),
        ("waitingRoomTimeout", "max_wait_for_admission"),
        ("everyone_left_timeout", "max_time_left_alone"),
        ("everyoneLeftTimeout", "max_time_left_alone"),
        ("noOneJoinedTimeout", "no_one_joined_timeout"),
    ],
)
def test_older_names_are_taken_and_the_newest_wins(older: str, newest: str) -> None:
    assert of_user({older: 50}) == SERVER.model_copy(update={newest: 50})
    assert of_user({newest: 60, older: 50}) == SERVER.model_copy(update={newest: 60})
    assert of_user({newest: None, older: 50}) == SERVER.model_copy(update={newest: 50})


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"max_bot_time": 0}, {"bot_config.max_bot_time": POSITIVE}),
        ({"waiting_room_timeout": -1}, {"bot_config.max_wait_for_admission": POSITIVE}),
        (
            {"no_one_joined_timeout": "soon", "max_bot_time": 10**12},
            {
                "bot_config.no_one_joined_timeout": A_NUMBER,
                "bot_config.max_bot_time": "Input should be less than or equal to 604800000",
            },
        ),
        (
            [1],
            {"bot_config": "Input should be a valid dictionary or instance of AutomaticLeaveAsked"},
        ),
    ],
)
def test_a_bad_value_is_told_of_and_the_others_hold(config: Any, told: dict[str, str]) -> None:
    written = {**config, "max_time_left_alone": 30} if isinstance(config, dict) else config
    with capture_logs() as logs:
        leave = of_user(written)
    holds = {"max_time_left_alone": 30} if isinstance(config, dict) else {}
    assert leave == SERVER.model_copy(update=holds)
    assert {line["field"]: line["allowed"] for line in logs} == told
    assert {(line["event"], line["user_id"]) for line in logs} == {("user_default_ignored", 7)}
