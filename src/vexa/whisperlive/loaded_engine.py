"""The engine with its model: loaded in the background, tried again until it works."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from vexa.contracts.errors import EngineUnavailable
from vexa.kit.memory import give_back_free_memory
from vexa.whisperlive import metrics
from vexa.whisperlive.engines.base import Engine, Gate
from vexa.whisperlive.engines.registry import ENGINES
from vexa.whisperlive.models import ModelFolder, find_model
from vexa.whisperlive.settings import WhisperSettings

_log = structlog.get_logger(__name__)

#: First and longest pause between two tries to load.
RETRY_FIRST_S = 2.0
RETRY_MAX_S = 60.0


class LoadedEngine:
    """Holds the engine once it is there. `problem` says why it is not."""

    def __init__(self, settings: WhisperSettings, on_loaded: Callable[[], None]) -> None:
        """Load nothing yet; `on_loaded` is called once, when the engine is there."""
        self._settings = settings
        self._on_loaded = on_loaded
        self._loader = ENGINES.load(settings.whisper_engine)
        self._engine: Engine | None = None
        self._model: ModelFolder | None = None
        self._loaded = asyncio.Event()
        self.problem: str | None = "the model is being loaded"

    @property
    def engine(self) -> Engine | None:
        """The engine, or None while there is none."""
        return self._engine

    @property
    def gate(self) -> Gate:
        """Which frames are worth a decode; known before the model is loaded."""
        return self._loader.gate

    @property
    def facts(self) -> dict[str, str | None]:
        """What runs here, for `/health`."""
        return {
            "engine": self._settings.whisper_engine,
            "model": self._settings.whisper_model_size,
            "model_sha256": self._model.sha256 if self._model else None,
        }

    @property
    def abilities(self) -> dict[str, list[str] | None]:
        """The languages that the loaded model knows, for `/readyz`; None is any of Whisper's."""
        known = self._engine.capabilities.languages if self._engine else None
        return {"languages": sorted(known) if known is not None else None}

    async def wait(self) -> Engine:
        """Return the engine once it is loaded."""
        await self._loaded.wait()
        assert self._engine is not None
        return self._engine

    async def run(self) -> None:
        """Load; on failure say why and try again, for as long as it takes."""
        pause_s = RETRY_FIRST_S
        while self._engine is None:
            try:
                self._engine = await asyncio.to_thread(self._load)
            except EngineUnavailable as exc:
                self.problem = exc.detail
                _log.warning("model_not_loaded", why=exc.detail, retry_s=pause_s)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, RETRY_MAX_S)
        self.problem = None
        metrics.MODEL_LOADED.set(1)
        _log.info("model_loaded", **self.facts)
        self._loaded.set()
        self._on_loaded()

    def _load(self) -> Engine:
        settings = self._settings
        if self._loader.needs_model:
            cache = settings.vexa_home / "models"
            self._model = find_model(
                settings.whisper_model_size,
                cache,
                settings.whisper_model_revision,
                may_download=settings.whisper_download,
            )
        folder = self._model.folder if self._model else None
        engine = self._loader.load(folder, settings.engine_options)
        give_back_free_memory()
        return engine
