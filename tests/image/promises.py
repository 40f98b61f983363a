"""What every running container is asked for, whatever its stores are."""

from __future__ import annotations

import re
from typing import Any

import httpx2

from tests.image.engine import Container, wait_for
from vexa.demo.api_client import ApiClient
from vexa.demo.screenplay import Screenplay

ADMIN_TOKEN = "image-test-admin-token-0123456789"
GATEWAY = "http://127.0.0.1:8056"
#: The six of the deployment document.
CORE = (
    "admin-api",
    "api-gateway",
    "bot-manager",
    "transcription-collector",
    "whisperlive",
    "xvfb",
)
READY_S = 120.0


def wait_until_ready(container: Container) -> float:
    """Return how long it took until speech can be transcribed. Fails with the log."""

    def is_ready() -> bool:
        assert container.state()["Running"], container.logs()[-3000:]
        return _is_200(f"{GATEWAY}/readyz") and _is_200("http://127.0.0.1:9091/readyz")

    return wait_for(is_ready, READY_S, "container ready")


def is_bot_manager_up() -> bool:
    """Whether bots can be asked for, such as after a restart."""
    return _is_200("http://127.0.0.1:8080/readyz")


def _is_200(url: str) -> bool:
    try:
        return httpx2.get(url, trust_env=False, timeout=5).status_code == 200
    except httpx2.HTTPError:
        return False


async def signed_up() -> ApiClient:
    """A user of the container."""
    client = ApiClient(GATEWAY, ADMIN_TOKEN)
    await client.sign_up()
    return client


def check_status(container: Container, *, stores: bool) -> None:
    """`supervisorctl status`, found without -c, shows the six, and stores only if there are any."""
    result = container.run("supervisorctl", "status")
    assert result.returncode == 0, result.stdout + result.stderr
    lines = result.stdout.splitlines()
    shown = {line.split()[0]: line for line in lines}
    wanted = {f"vexa-core:{name}" for name in CORE} | ({"vexa-stores:redis"} if stores else set())
    assert set(shown) == wanted
    for line in lines:
        assert re.search(r"RUNNING\s+pid \d+, uptime \d+:\d\d:\d\d$", line), line


def check_health(container: Container) -> None:
    """The image's HEALTHCHECK holds, and fails when a program is stopped."""
    command = ("/opt/vexa/bin/python", "/usr/local/lib/vexa/healthcheck.py")
    assert container.run(*command).returncode == 0
    assert container.run("supervisorctl", "stop", "vexa-core:admin-api").returncode == 0
    broken = container.run(*command)
    assert broken.returncode == 1
    assert ":8057/" in broken.stdout
    assert container.run("supervisorctl", "start", "vexa-core:admin-api").returncode == 0
    wait_for(lambda: container.run(*command).returncode == 0, 30, "healthy again")


def check_secrets(container: Container, secrets: list[str]) -> None:
    """A bot's account reads no secret of the services, and no log holds one."""
    listed = container.run("sh", "-c", "cat /proc/[0-9]*/environ | tr \\\\0 \\\\n")
    assert any(secret in listed.stdout for secret in secrets), "root sees them, so they are there"
    # `docker exec` hands the container's variables to what it runs: those are not the question
    below = container.run(
        *("env", "-i", "PATH=/usr/bin:/bin", "sh"),
        "-c",
        "for pid in /proc/[0-9]*; do cat $pid/environ $pid/cmdline; done | tr \\\\0 \\\\n; "
        "find / -xdev -readable -type f -size -256k "
        '-not -path "/usr/*" -not -path "/opt/*" -not -path "/proc/*" -not -path "/sys/*" '
        "-exec cat {} +; ls /var/lib/vexa /var/log/vexa-bots /root",
        user="vexa-bot",
    )
    for secret in secrets:
        assert secret not in below.stdout
        assert secret not in container.logs()
    for place in ("/var/lib/vexa", "/var/log/vexa-bots", "/root"):
        assert f"'{place}': Permission denied" in below.stderr
    kills = container.run(
        "sh", "-c", "for p in /proc/[0-9]*; do kill -0 ${p#/proc/}; done", user="vexa-bot"
    )
    pids = container.run("supervisorctl", "pid", "vexa-core:api-gateway").stdout.split()
    assert pids
    assert all(f"({pid})" in kills.stderr or "not permitted" in kills.stderr for pid in pids)


def check_accounts(container: Container) -> None:
    """Every program runs as vexa, every bot and its browser as vexa-bot."""
    script = "for p in /proc/[0-9]*; do echo $(stat -c %U $p) $(tr \\\\0 \\  <$p/cmdline); done"
    lines = container.run("sh", "-c", script).stdout.splitlines()
    owners = [tuple(f"{line} ".split(" ", 1)) for line in lines]
    bots = [
        owner for owner, command in owners if "-m vexa bot " in command or "chromium" in command
    ]
    assert bots
    assert set(bots) == {"vexa-bot"}
    for program in ("api-gateway", "admin-api", "bot-manager", "transcription-collector"):
        assert [owner for owner, command in owners if f"-m vexa {program} " in command] == ["vexa"]
    check_capabilities(container)


def check_capabilities(container: Container) -> None:
    """The light programs are forked, and hold no more than setpriv would leave them."""
    told = 'cat $p/comm; grep -hE "^(CapInh|CapPrm|CapEff|CapAmb|NoNewPrivs):" $p/status | cut -f2'
    script = f"for p in /proc/[0-9]*; do echo $({told}); done"
    lines = set(container.run("sh", "-c", script).stdout.splitlines())
    nothing, over_bots = f"{0:016x}", f"{0xE3:016x}"
    for name in ("api-gateway", "admin-api", "transcription-c"):
        assert f"{name} {' '.join([nothing] * 4)} 1" in lines
    assert f"bot-manager {' '.join([over_bots] * 4)} 0" in lines


def heard_share(segments: list[dict[str, Any]], play: Screenplay, turn: int) -> float:
    """Share of a turn's words that are in finals under its speaker's name."""
    said = _words(play.turns[turn].recording.text)
    name = play.turns[turn].participant
    text = " ".join(s["text"] for s in segments if s["speaker"] == name and s["completed"])
    found = set(_words(text))
    return sum(word in found for word in said) / len(said)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())
