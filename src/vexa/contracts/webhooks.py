"""What leaves for a user's webhook endpoint: event types, headers, states of a delivery."""

from __future__ import annotations

from enum import StrEnum

#: Version of the envelope, as generation 0.10 names it.
API_VERSION = "2026-03-01"


class EventType(StrEnum):
    """The events that this version sends."""

    STATUS_CHANGE = "meeting.status_change"
    STARTED = "meeting.started"
    COMPLETED = "meeting.completed"
    FAILED = "bot.failed"
    TEST = "webhook.test"


#: Events about the end of a meeting; they carry the flat meeting of generation 0.6.
END_EVENTS = frozenset({EventType.COMPLETED, EventType.FAILED})

#: What an endpoint without `webhook_events` gets: generation 0.6 told every move and the end.
SEED_EVENTS = frozenset({EventType.STATUS_CHANGE}) | END_EVENTS
#: What an endpoint with `webhook_events` gets unless the map says false (generation 0.10).
DEFAULT_EVENTS = frozenset({EventType.COMPLETED})


def wants(events: dict[str, bool] | None, event: EventType) -> bool:
    """Tell whether an endpoint with this `webhook_events` map gets an event."""
    if event is EventType.TEST:
        return True
    if events is None:
        return event in SEED_EVENTS
    return events.get(event, event in DEFAULT_EVENTS)


class DeliveryStatus(StrEnum):
    """What became of one event for one endpoint."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    SKIPPED = "skipped"


class DeliveryOutcome(StrEnum):
    """The wire's words for the same (generation 0.12)."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


DELIVERY_OUTCOMES: dict[DeliveryStatus, DeliveryOutcome] = {
    DeliveryStatus.PENDING: DeliveryOutcome.QUEUED,
    DeliveryStatus.DELIVERED: DeliveryOutcome.DELIVERED,
    DeliveryStatus.FAILED: DeliveryOutcome.FAILED,
    DeliveryStatus.SKIPPED: DeliveryOutcome.SUPPRESSED,
}
