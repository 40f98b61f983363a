"""Whether the services behind the gateway answer, for its `/readyz`."""

from __future__ import annotations

import httpx2

from vexa.api_gateway.settings import GatewaySettings
from vexa.kit.service_app import Check

#: Longest wait for one service's word; readiness is asked for every few seconds.
ANSWER_S = 2.0


def service_checks(settings: GatewaySettings, client: httpx2.AsyncClient) -> dict[str, Check]:
    """Name of a service → its check. A service that lives counts; its own stores are its own."""
    addresses = {
        "admin-api": settings.admin_api_url,
        "bot-manager": settings.bot_manager_url,
        "transcription-collector": settings.transcription_collector_url,
    }
    return {name: _check(name, url, client) for name, url in addresses.items()}


def _check(name: str, url: str, client: httpx2.AsyncClient) -> Check:
    async def problem() -> str | None:
        try:
            answer = await client.get(f"{url}/health", timeout=ANSWER_S)
        except httpx2.HTTPError:
            return f"{name} cannot be reached"
        return None if answer.status_code == 200 else f"{name} answers {answer.status_code}"

    return problem
