"""The HTTP side of the speech server: health, readiness, metrics. It owns the whole process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from vexa.kit.service_app import create_service_app
from vexa.whisperlive.program import SpeechProgram
from vexa.whisperlive.settings import WhisperSettings


def create_app(settings: WhisperSettings) -> FastAPI:
    """Make the app whose lifespan is the speech server's."""
    program = SpeechProgram(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with program.running():
            app.state.program = program
            yield

    async def model_problem() -> str | None:
        return program.engine.problem

    async def facts() -> dict[str, Any]:
        return {**program.engine.facts, **await program.facts()}

    async def abilities() -> dict[str, Any]:
        return program.engine.abilities

    return create_service_app(
        "Vexa speech server",
        lifespan=lifespan,
        checks={"model": model_problem},
        facts=facts,
        abilities=abilities,
    )
