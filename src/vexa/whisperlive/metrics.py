"""What Prometheus can read of the speech server."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_FAST_S = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16)

SESSIONS = Gauge("vexa_speech_sessions", "Speech sessions that are open")
REFUSED = Counter("vexa_speech_refused_total", "Connections that were refused", ["reason"])
QUEUE_WAIT_S = Histogram(
    "vexa_speech_queue_wait_seconds", "Wait of a due decode for a worker", ["kind"], buckets=_FAST_S
)
DECODE_S = Histogram("vexa_speech_decode_seconds", "Time of one decode", ["kind"], buckets=_FAST_S)
BATCH = Histogram("vexa_speech_batch_size", "Windows in one decode", buckets=(1, 2, 3, 4, 8))
LEVEL = Gauge("vexa_speech_backoff_level", "0 = no back-off … 4 = new sessions are refused")
FINALS = Counter("vexa_speech_finals_total", "Final segments")
DRAFTS_DROPPED = Counter("vexa_speech_drafts_dropped_total", "Drafts dropped under load")
UNSTORED = Gauge("vexa_speech_unstored_finals", "Finals that wait for Redis")
MODEL_LOADED = Gauge("vexa_speech_model_loaded", "1 while a model is loaded")
