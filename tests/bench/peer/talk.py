"""Sends a recording by whisper-live's own streaming client; run by the Python of its environment.

Arguments: port, file of int16 mono at 16 kHz. Prints what the client made of it as one JSON line.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from types import ModuleType

# the client imports PyAudio for microphones; none is used here
sys.modules["pyaudio"] = ModuleType("pyaudio")

from whisper_live.client import (  # type: ignore[import-not-found]  # noqa: E402
    StreamingTranscriptionClient,
)

BLOCK_BYTES = 3200
BLOCK_S = 0.1


def main() -> None:
    """Talk at the pace of speech, and say what came back."""
    port, file = int(sys.argv[1]), Path(sys.argv[2])
    committed: list[str] = []
    partials: list[str] = []
    errors: list[str] = []
    client = StreamingTranscriptionClient(
        "127.0.0.1",
        port,
        lang="en",
        on_partial_transcript=lambda text, _: partials.append(text),
        on_committed_transcript=lambda text, _: committed.append(text),
        on_error=lambda error: errors.append(repr(error)),
    )
    sound = file.read_bytes()
    with client:
        for start in range(0, len(sound), BLOCK_BYTES):
            client.send(sound[start : start + BLOCK_BYTES], pcm_format="int16")
            time.sleep(BLOCK_S)
    print()  # noqa: T201
    result = {"committed": committed, "partials": len(partials), "errors": errors}
    print(json.dumps(result))  # noqa: T201


if __name__ == "__main__":
    main()
