"""Starts the stock whisper-live server; run by the Python of its own environment.

Arguments: port, model folder, and `name=value` options of `TranscriptionServer.run`.
"""

from __future__ import annotations

import json
import sys

# only the bench's own environment has it
from whisper_live.server import TranscriptionServer  # type: ignore[import-not-found]


def main() -> None:
    """Serve until killed."""
    port, model, *options = sys.argv[1:]
    given = {name: json.loads(value) for name, value in (item.split("=", 1) for item in options)}
    TranscriptionServer().run(
        "127.0.0.1",
        port=int(port),
        backend="faster_whisper",
        faster_whisper_custom_model_path=model,
        single_model=True,
        max_clients=64,
        max_connection_time=3600,
        **given,
    )


if __name__ == "__main__":
    main()
