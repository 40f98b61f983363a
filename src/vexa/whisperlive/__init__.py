"""The speech server: audio comes in over a WebSocket, text goes out, live and exactly once."""

import os

# OpenBLAS reads this once, when numpy is loaded. Its helper threads spin between the small
# products of the mel filters and take a fifth of a decode's CPU from the workers (ADR 0021).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # noqa: TID251
