"""Runs the whole speech server inside the test process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from tests.support.speech_client import SECRET
from vexa.whisperlive.program import SpeechProgram
from vexa.whisperlive.settings import WhisperSettings


def speech_settings(redis_url: str, home: Path, **more: Any) -> WhisperSettings:
    """Settings of a server on free ports with the scripted engine, and short waits."""
    values: dict[str, Any] = {
        "internal_api_secret": SecretStr(SECRET),
        "redis_url": SecretStr(redis_url),
        "vexa_home": home,
        "whisper_live_port": 0,
        "whisper_engine": "scripted",
        "wl_resume_window_s": 0.5,
        "wl_hello_timeout_s": 1.0,
        "wl_idle_turn_s": 1.0,
        "whisper_download": False,
        **more,
    }
    return WhisperSettings(**values)


@asynccontextmanager
async def speech_server(
    redis_url: str, home: Path, **more: Any
) -> AsyncIterator[tuple[str, SpeechProgram]]:
    """Yield the server's URL and its parts."""
    program = SpeechProgram(speech_settings(redis_url, home, **more))
    async with program.running():
        yield f"ws://127.0.0.1:{program.port}", program
