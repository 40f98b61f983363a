"""The container with its stores named by separate variables, as the deployment document does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.image import promises
from tests.image.conftest import MODEL
from tests.image.engine import Container, Docker
from tests.image.stores import external_stores

#: The document's own values.
VARIABLES = {
    "DB_HOST": "postgres.example.com",
    "DB_PORT": "5432",
    "DB_NAME": "vexa",
    "DB_USER": "postgres",
    "DB_PASSWORD": "your-password",
    "REDIS_HOST": "redis.example.com",
    "REDIS_PORT": "6379",
    "REDIS_PASSWORD": "your-redis-password",
}


@pytest.mark.timeout(200)
async def test_separate_variables_lead_to_the_same_server(
    docker: Docker, models_volume: str, tmp_path: Path
) -> None:
    roles = {"postgres": (VARIABLES["DB_PASSWORD"], VARIABLES["DB_NAME"])}
    hosts = [
        flag
        for name in (VARIABLES["DB_HOST"], VARIABLES["REDIS_HOST"])
        for flag in ("--add-host", f"{name}:127.0.0.1")
    ]
    environment = {
        **VARIABLES,
        "ADMIN_API_TOKEN": promises.ADMIN_TOKEN,
        "WHISPER_MODEL_SIZE": MODEL,
    }
    with external_stores(tmp_path / "redis", roles, [VARIABLES["REDIS_PASSWORD"]]):
        container = Container.start(docker, "vexa", environment, "-v", models_volume, *hosts)
        try:
            promises.wait_until_ready(container)
            promises.check_status(container, stores=False)
            client = await promises.signed_up()
            assert client.api_key.startswith("vx_")
            await client.aclose()
            shown = container.logs()
            assert "postgresql://postgres:****@postgres.example.com:5432/vexa" in shown
            assert "redis://:****@redis.example.com:6379/0" in shown
            assert VARIABLES["DB_PASSWORD"] not in shown.replace(VARIABLES["REDIS_PASSWORD"], "")
        finally:
            container.remove()
