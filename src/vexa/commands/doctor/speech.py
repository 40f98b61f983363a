"""Check of the speech model."""

from __future__ import annotations

import asyncio

from vexa.commands.doctor.findings import Finding, fail, ok, warn
from vexa.contracts.errors import EngineUnavailable
from vexa.whisperlive.models import find_model
from vexa.whisperlive.settings import WhisperSettings


async def check_model(settings: WhisperSettings) -> Finding:
    """The model that the operator named is on this machine."""
    name = settings.whisper_model_size
    if settings.whisper_engine != "faster_whisper":
        return ok("model", f"the engine {settings.whisper_engine} brings its own")
    try:
        found = await asyncio.to_thread(
            find_model,
            name,
            settings.vexa_home / "models",
            settings.whisper_model_revision,
            may_download=False,
        )
    except EngineUnavailable as exc:
        if settings.whisper_download:
            remedy = "nothing, if this machine may reach the model's hub at the first start"
            return warn("model", f"{name} is not on this machine yet", remedy)
        return fail("model", exc.detail, "name a folder in WHISPER_MODEL_SIZE")
    return ok("model", f"{name} in {found.folder}")
