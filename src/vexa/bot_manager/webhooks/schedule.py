"""When a failed delivery is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: Pause after each failed try; after the last try the delivery has failed. Ten tries over
#: 75 h 35 min, as the Standard Webhooks specification proposes.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MOST_TRIES = len(PAUSES) + 1
#: A pause is longer or shorter by up to this share, so that tries of many endpoints spread out.
JITTER = 0.1
#: An endpoint cannot ask for a longer pause than this.
LONGEST_RETRY_AFTER = timedelta(hours=24)


def next_try(
    ended: int, now: datetime, *, chance: float, retry_after: str | None = None
) -> datetime | None:
    """Say when to try again.

    Args:
        ended: how many tries have failed, at least 1.
        now: when the last one did.
        chance: from 0 to 1, new for each call.
        retry_after: the header of the answer: seconds, or a date of HTTP.

    Returns:
        The time, or None when there is no try left.
    """
    if ended >= MOST_TRIES:
        return None
    pause = PAUSES[ended - 1] * (1 + JITTER * (2 * chance - 1))
    asked = _asked_pause(retry_after, now)
    return now + (pause if asked is None else max(pause, asked))


def _asked_pause(header: str | None, now: datetime) -> timedelta | None:
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        # a number of more digits than this is longer than any limit, and than what int() takes
        seconds = int(text[:10])
        return min(timedelta(seconds=seconds), LONGEST_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(moment - now, LONGEST_RETRY_AFTER)
