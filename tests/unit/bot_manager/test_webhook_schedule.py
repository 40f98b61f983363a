"""When a failed delivery is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from vexa.bot_manager.webhooks.schedule import JITTER, MOST_TRIES, next_try

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def _times(chance: float) -> list[datetime]:
    times = [NOW]
    while (after := next_try(len(times), times[-1], chance=chance)) is not None:
        times.append(after)
    return times


def test_ten_tries_over_75_hours() -> None:
    times = _times(0.5)
    assert len(times) == MOST_TRIES == 10
    assert times[-1] - times[0] == timedelta(hours=75, minutes=35, seconds=5)


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_jitter_spreads_every_pause(chance: float) -> None:
    plain, spread = _times(0.5), _times(chance)
    factor = 1 + JITTER * (2 * chance - 1)
    for (a, b), (c, d) in zip(pairwise(plain), pairwise(spread), strict=True):
        assert (d - c) / (b - a) == pytest.approx(factor)


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("120", timedelta(seconds=120)),
        ("1", timedelta(seconds=5)),
        ("9" * 5000, timedelta(hours=24)),
        ("Wed, 25 Nov 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Wed, 25 Nov 2026 12:10:00", timedelta(minutes=10)),
        ("Wed, 25 Nov 2020 12:10:00 GMT", timedelta(seconds=5)),
        ("Wed, 25 Nov 9999 12:10:00 GMT", timedelta(hours=24)),
        ("soon", timedelta(seconds=5)),
        ("-5", timedelta(seconds=5)),
        ("٣", timedelta(seconds=5)),
        ("", timedelta(seconds=5)),
        ("Wed, 99 Nov 2026 12:10:00 GMT", timedelta(seconds=5)),
    ],
)
def test_retry_after_is_honoured_within_bounds(header: str, pause: timedelta) -> None:
    assert next_try(1, NOW, chance=0.5, retry_after=header) == NOW + pause


def test_retry_after_gives_no_further_try() -> None:
    assert next_try(10, NOW, chance=0.5, retry_after="1") is None
