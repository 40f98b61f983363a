"""The orchestrators that `ORCHESTRATOR` may name."""

from __future__ import annotations

from collections.abc import Callable

from vexa.bot_manager.orchestrators.base import Orchestrator, OrchestratorConfig
from vexa.kit.registry import Registry

ORCHESTRATORS: Registry[Callable[[OrchestratorConfig], Orchestrator]] = Registry(
    "ORCHESTRATOR", {"process": "vexa.bot_manager.orchestrators.process:ProcessOrchestrator"}
)
