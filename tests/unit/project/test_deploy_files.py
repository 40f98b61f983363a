import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml  # type: ignore[import-untyped]

from vexa.supervision.settings import ContainerSettings

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (ROOT / "Dockerfile.monolithic").read_text()
SCHEMAS = {
    "compose.yaml": "compose",
    "dokploy/docker-compose.yml": "compose",
    "dokploy/template.toml": "dokploy",
    "easypanel.json": "easypanel",
    "railway.json": "railway",
    "render.yaml": "render",
}
COMPOSE = [name for name, schema in SCHEMAS.items() if schema == "compose"]
PAGES = sorted((ROOT / "docs" / "deploy").glob("*.md"))
SETTINGS = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", (ROOT / "docs" / "settings.md").read_text()))
#: Read by others than this server: Compose's own, the stores' images', the hosts', the model hub's.
OF_OTHERS = {
    *("PUBLISH_ADDRESS", "VEXA_IMAGE", "HF_HOME"),
    *("POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD", "REDISCLI_AUTH"),
    *("CHOWN", "DAC_OVERRIDE", "KILL", "SETGID", "SETUID", "NET_BIND_SERVICE"),
    *("EASYPANEL_DOMAIN", "PROJECT_NAME", "RAILWAY_RUN_UID", "ON_FAILURE"),
}
NAME = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
API_PORT = ContainerSettings.model_fields["api_gateway_port"].default
VOLUMES = {
    *re.findall(r"(?:VEXA_HOME|HF_HOME)=(\S+)", DOCKERFILE),
    str(ContainerSettings.model_fields["bot_logs_dir"].default),
}
FOLDERS = {*VOLUMES, *re.findall(r"VEXA_LOG_DIR=(\S+)", DOCKERFILE)}


def load(name: str) -> Any:
    text = (DEPLOY / name).read_text()
    if name.endswith(".toml"):
        return tomllib.loads(text)
    return json.loads(text) if name.endswith(".json") else yaml.safe_load(text)


def _compose(content: Any) -> dict[str, Any]:
    service = content["services"]["vexa"]
    ports = [*service.get("ports", []), *service.get("expose", [])]
    return {
        "variables": set(service["environment"]),
        "port": int(ports[0].rpartition(":")[2]),
        "mounts": {volume.partition(":")[2] for volume in service["volumes"]},
        "dockerfile": service.get("build", {}).get("dockerfile"),
        "grace_s": int(service["stop_grace_period"].rstrip("s")),
    }


def _dokploy(content: Any) -> dict[str, Any]:
    config = content["config"]
    return {"variables": set(config["env"]), "port": config["domains"][0]["port"]}


def _easypanel(content: Any) -> dict[str, Any]:
    data = content["services"][0]["data"]
    return {
        "variables": {line.partition("=")[0] for line in data["env"].splitlines()},
        "port": data["domains"][0]["port"],
        "mounts": {mount["mountPath"] for mount in data["mounts"]},
        "dockerfile": data["build"]["file"],
    }


def _railway(content: Any) -> dict[str, Any]:
    return {
        "dockerfile": content["build"]["dockerfilePath"],
        "health": content["deploy"]["healthcheckPath"],
        "grace_s": content["deploy"]["drainingSeconds"],
    }


def _render(content: Any) -> dict[str, Any]:
    web = content["services"][0]
    given = {variable["key"]: variable.get("value") for variable in web["envVars"]}
    return {
        "variables": set(given),
        "port": int(given["PORT"]),
        "mounts": {web["disk"]["mountPath"]},
        "dockerfile": web["dockerfilePath"],
        "health": web["healthCheckPath"],
        "grace_s": web["maxShutdownDelaySeconds"],
    }


#: What a file gives to this server, in one form for every host.
SERVER = {
    "compose": _compose,
    "dokploy": _dokploy,
    "easypanel": _easypanel,
    "railway": _railway,
    "render": _render,
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_file_is_of_its_hosts_form(name: str) -> None:
    schema = json.loads((Path(__file__).parent / "schemas" / f"{SCHEMAS[name]}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    errors = jsonschema.Draft202012Validator(schema).iter_errors(load(name))
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def test_every_file_is_checked() -> None:
    found = {str(path.relative_to(DEPLOY)) for path in DEPLOY.rglob("[!.]*") if path.is_file()}
    assert found == set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_file_says_of_the_server_what_is_so(name: str) -> None:
    found = SERVER[SCHEMAS[name]](load(name))
    assert found.get("variables", set()) - SETTINGS - OF_OTHERS == set()
    assert found.get("port", API_PORT) == API_PORT
    assert f"EXPOSE {API_PORT} " in DOCKERFILE
    assert found.get("mounts", set()) <= VOLUMES
    if dockerfile := found.get("dockerfile"):
        assert (ROOT / dockerfile).is_file()
    assert found.get("health", "/health") == "/health"
    assert found.get("grace_s", 10) >= 10


@pytest.mark.parametrize("name", COMPOSE)
def test_a_compose_file_keeps_what_it_is_given(name: str) -> None:
    content = load(name)
    vexa, redis = content["services"]["vexa"], content["services"]["redis"]
    assert vexa["hostname"]
    command = " ".join(redis["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    for store in ("postgres", "redis"):
        assert vexa["depends_on"][store] == {"condition": "service_healthy"}
        assert content["services"][store]["healthcheck"]["test"]
        assert "ports" not in content["services"][store]
    used = {
        volume.partition(":")[0] for s in content["services"].values() for volume in s["volumes"]
    }
    assert used == set(content["volumes"])


@pytest.mark.parametrize("name", COMPOSE)
def test_a_compose_file_holds_no_secret_and_asks_for_each(name: str) -> None:
    secret = re.compile(r"(PASSWORD|TOKEN|AUTH|SECRET)$")
    values = [
        value
        for service in load(name)["services"].values()
        for key, value in service.get("environment", {}).items()
        if secret.search(key)
    ]
    assert len(values) == 5
    for value in values:
        assert re.fullmatch(r"\$\{[A-Z_]+:\?[^}]+\}", value)


def test_the_template_answers_all_that_its_compose_file_asks_for() -> None:
    text = (DEPLOY / "dokploy" / "docker-compose.yml").read_text()
    template = load("dokploy/template.toml")
    assert set(re.findall(r"\$\{([A-Z_]+):\?", text)) <= set(template["config"]["env"])
    domain = template["config"]["domains"][0]
    assert domain["serviceName"] in yaml.safe_load(text)["services"]


def test_what_render_refers_to_is_there() -> None:
    content = load("render.yaml")
    made = {part["name"]: part for part in [*content["services"], *content["databases"]]}
    for variable in content["services"][0]["envVars"]:
        for source in ("fromDatabase", "fromService"):
            assert variable.get(source, {"name": "vexa"})["name"] in made
    assert made["vexa-redis"]["maxmemoryPolicy"] == "noeviction"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_names_only_what_there_is(page: Path) -> None:
    text = page.read_text()
    assert set(NAME.findall(text)) - SETTINGS - OF_OTHERS == set()
    for link in re.findall(r"\]\(([^)#]+)", text):
        assert "://" in link or (page.parent / link).exists(), link
    for path in re.findall(r"`(deploy/[^`. ][^` ]*|[a-z/]*Dockerfile[^` ]*)`", text):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"(/(?:var/lib|var/log|root)/[a-z./-]+)", text):
        assert any(path.rstrip(".").startswith(known) for known in FOLDERS), path


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_says_what_was_tried(page: Path) -> None:
    text = " ".join(page.read_text().split())
    assert "has not been run on" in text
    assert "`make image-test`" in text
