"""Settings of the demo."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from vexa.kit.settings import CommonSettings


class DemoSettings(CommonSettings):
    """What `vexa demo` reads besides the server's own settings."""

    speech: Path | None = Field(
        None, description="folder of human speech with manifest.json; flite's voices when unset"
    )
    seed: int = Field(1, description="who says what when; another seed, another meeting")
    demo_exit: bool = Field(False, description="end after the scores instead of staying up")
    demo_out: Path | None = Field(
        None, description="folder that keeps frames.jsonl, truth.jsonl and transcript.json"
    )
    whisper_model_size: str = Field("base", description="speech model of the demo")
