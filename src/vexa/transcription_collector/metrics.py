"""What an operator watches: how far behind the collector is, and what it could not handle."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

LAG = Gauge("vexa_collector_lag_entries", "Stream entries that no collector has read yet")
PENDING = Gauge("vexa_collector_pending_entries", "Stream entries read but not acknowledged")
OLDEST_PENDING = Gauge(
    "vexa_collector_oldest_pending_seconds", "Age of the oldest entry that is not acknowledged"
)
STORED_FINALS = Counter("vexa_collector_stored_finals", "Final segments stored")
DEAD_LETTERS = Counter("vexa_collector_dead_letters", "Entries that could not be handled")
CLAIMED = Counter("vexa_collector_claimed_entries", "Entries taken over from a dead collector")
RETRIES = Counter("vexa_collector_retries", "Batches that had to wait for a store")
