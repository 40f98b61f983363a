"""The engines an operator may name in WHISPER_ENGINE."""

from __future__ import annotations

from vexa.kit.registry import Registry
from vexa.whisperlive.engines.base import EngineLoader

ENGINES: Registry[EngineLoader] = Registry(
    "WHISPER_ENGINE",
    {
        "faster_whisper": "vexa.whisperlive.engines.faster_whisper:LOADER",
        "remote": "vexa.whisperlive.engines.remote:LOADER",
        "scripted": "vexa.whisperlive.engines.scripted:LOADER",
    },
)
