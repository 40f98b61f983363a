"""Checks of this machine: browser, display, shared memory, disk, files, ports."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
from playwright.async_api import async_playwright

from vexa.bot.browser import find_chromium, has_small_shm, sandbox_obstacle
from vexa.commands.doctor.findings import Finding, fail, ok, warn
from vexa.supervision.preflight import port_variables
from vexa.supervision.settings import UpSettings

_GIB = 1024**3
#: A day of many meetings with their logs fits in the one; the other is for models, too.
_LEAST_FREE_BYTES = 1 * _GIB
_GOOD_FREE_BYTES = 5 * _GIB
_START_TIMEOUT_S = 20
_PROBE_TIMEOUT_S = 2.0
#: One program that another account can run; prints nothing when there is no obstacle.
_ASK_FOR_OBSTACLE = (
    "import asyncio; from vexa.bot.browser import sandbox_obstacle; "
    "print(asyncio.run(sandbox_obstacle()) or '', end='')"
)
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


async def check_chromium(wanted: str | None) -> Finding:
    """There is a browser, and it starts."""
    found = find_chromium(wanted)
    if found is None:
        async with async_playwright() as playwright:
            found = playwright.chromium.executable_path
    remedy = "install chromium (`make setup` does), or name one in CHROMIUM_PATH"
    try:
        process = await asyncio.create_subprocess_exec(
            found,
            "--version",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return fail("chromium", f"{found} is not there or cannot be run", remedy)
    try:
        output, _ = await asyncio.wait_for(process.communicate(), _START_TIMEOUT_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        return fail("chromium", f"{found} does not answer", remedy)
    if process.returncode != 0:
        return fail("chromium", f"{found} ends with status {process.returncode}", remedy)
    return ok("chromium", output.decode(errors="replace").strip())


async def check_sandbox(bot_user: str | None) -> Finding:
    """Chromium can be sandboxed here, under the account that bots run as."""
    if bot_user and os.geteuid() == 0:
        obstacle = await _obstacle_of(bot_user)
    else:
        obstacle = await sandbox_obstacle()
    if obstacle is None:
        return ok("sandbox", "bots' browsers are sandboxed")
    remedy = (
        "run the server as an account that is not root, or name one in BOT_USER, and let it make "
        "user namespaces (sysctl kernel.unprivileged_userns_clone or user.max_user_namespaces; "
        "Docker: a seccomp profile that allows them)"
    )
    return warn("sandbox", f"bots' browsers run without it: {obstacle}", remedy)


async def _obstacle_of(account: str) -> str | None:
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _ASK_FOR_OBSTACLE),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd="/",
            user=account,
            group=pwd.getpwnam(account).pw_gid,
            extra_groups=[],
        )
    except (LookupError, OSError):
        return f"it cannot be looked at as {account}"
    output, _ = await process.communicate()
    if process.returncode != 0:
        return f"it cannot be looked at as {account}"
    return output.decode() or None


def check_display() -> Finding:
    """There is a display for the browsers."""
    found = shutil.which("Xvfb")
    if found is None:
        return fail("xvfb", "it is not installed", "install xvfb (`make setup` does)")
    return ok("xvfb", found)


def check_pointer(*, is_wanted: bool) -> Finding:
    """There is what moves the pointer of a bot's own display, if bots are to have one."""
    if not is_wanted:
        return ok("pointer", "off (BOT_OWN_DISPLAY)")
    found = shutil.which("xdotool")
    if found is None:
        text = "xdotool is not installed: bots knock with clicks that Google Meet may refuse"
        return warn("pointer", text, "install xdotool (`make setup` does)")
    return ok("pointer", found)


def check_sound_sink(*, is_wanted: bool) -> Finding:
    """There is a sound server for the bots, if they are to have one."""
    if not is_wanted:
        return ok("sound sink", "off (BOT_SOUND_SINK)")
    found = shutil.which("pulseaudio")
    if found is None:
        remedy = "install the package pulseaudio, or unset BOT_SOUND_SINK"
        return fail("sound sink", "BOT_SOUND_SINK is on, and pulseaudio is not installed", remedy)
    return ok("sound sink", found)


def check_shared_memory() -> Finding:
    """Chromium has the shared memory that it likes."""
    if has_small_shm():
        remedy = "give it 512 MB or more (Docker: --shm-size=1g)"
        return warn("/dev/shm", "missing or small, so browsers use files, which is slower", remedy)
    return ok("/dev/shm", "large enough")


def check_disk(home: Path) -> Finding:
    """There is room for what the server keeps."""
    folder = next(place for place in (home, *home.parents) if place.is_dir())
    free = shutil.disk_usage(folder).free
    text = f"{free / _GIB:.1f} GB free at {folder}"
    remedy = "free some space, or put VEXA_HOME on another disk"
    if free < _LEAST_FREE_BYTES:
        return fail("disk", text, remedy)
    if free < _GOOD_FREE_BYTES:
        return warn("disk", text, remedy)
    return ok("disk", text)


def check_secrets(folder: Path) -> Finding:
    """Nobody but the owner may read the secrets."""
    if not folder.is_dir():
        return ok("secrets", "none are kept on this machine")
    open_paths = [path for path in (folder, *folder.iterdir()) if path.stat().st_mode & _FOR_OTHERS]
    if not open_paths:
        return ok("secrets", f"only their owner may read {folder}")
    names = " ".join(str(path) for path in open_paths)
    return fail("secrets", f"others may reach {names}", f"chmod go= {names}")


def is_running(settings: UpSettings) -> bool:
    """Tell whether this machine's gateway answers."""
    url = f"http://127.0.0.1:{settings.api_gateway_port}/health"
    try:
        answer = httpx2.get(url, timeout=_PROBE_TIMEOUT_S, trust_env=False)
        return answer.status_code == 200 and "redis" in answer.json()
    except (httpx2.HTTPError, ValueError):
        return False


def check_ports(settings: UpSettings) -> Iterator[Finding]:
    """Each port is served by this server, or free for it."""
    running = is_running(settings)
    for variable, port in port_variables(settings).items():
        name, served = f"port {port}", _is_served(port)
        if running and not served:
            remedy = "see its log; supervisord starts it again"
            yield fail(name, f"the server runs, but nothing answers here ({variable})", remedy)
        elif served and not running:
            remedy = f"end that program, or set {variable} to another port"
            yield fail(name, "another program uses it", remedy)
        else:
            yield ok(name, "served" if served else "free")


def _is_served(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(_PROBE_TIMEOUT_S)
        return probe.connect_ex(("127.0.0.1", port)) == 0
