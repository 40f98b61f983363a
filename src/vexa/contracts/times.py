"""The two ways the wire writes a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def iso_utc(moment: datetime) -> str:
    """Write an aware time as `YYYY-MM-DDTHH:MM:SS.mmmZ`, the form of feeds and `absolute_*`."""
    return (
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
    )


def parse_iso(text: str) -> datetime:
    """Read an ISO time; one without a zone is taken as UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def naive_utc(moment: datetime) -> datetime:
    """Drop the zone of a UTC time: the form of row times in REST."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def after(start: datetime, seconds: float) -> datetime:
    """Return the time `seconds` after `start`."""
    return start + timedelta(seconds=seconds)
