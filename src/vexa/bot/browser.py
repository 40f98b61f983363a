"""The bot's own Chromium: its command line, its profile, and whom it trusts."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from playwright.async_api import BrowserContext, async_playwright
from playwright.async_api import Error as PlaywrightError

from vexa.bot.browser_features import FEATURES_OFF
from vexa.bot.browser_kill import kill_browser
from vexa.bot.egress import Egress
from vexa.bot.host_rules import HostRules
from vexa.bot.own_display import OwnDisplay
from vexa.bot.settings import browser_environment, keep_driver_small
from vexa.bot.short_folder import short_folder
from vexa.contracts.bot import BotLaunch, BrowserAccess
from vexa.contracts.errors import ConfigurationError, JoinError
from vexa.contracts.meeting import Outcome
from vexa.kit.public_addresses import AllowList, Guard, Resolve

_log = structlog.get_logger(__name__)

#: Programs that are taken when the launch names none, in order.
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

#: Few flags, since each is a mark (public bots, 2026-09): the page's language, no prompt for
#: devices, sound without a click, no throttling of a window that nobody looks at.
_ALWAYS = (
    "--lang=en-US",
    "--accept-lang=en-US,en",
    "--window-size=1280,720",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-blink-features=AutomationControlled",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--password-store=basic",
)
#: What Chromium makes in its folder for temporary files, six letters being random.
_CHROMIUM_SOCKET = ".org.chromium.Chromium.XXXXXX/SingletonSocket"
#: What Playwright adds by itself and a guest's browser does not have.
_NOT_FROM_PLAYWRIGHT = ("--enable-automation",)
#: Playwright adds this one too; with enough shared memory it only makes files of it.
_NO_SHM = "--disable-dev-shm-usage"
#: How long a browser may take to end by itself, seconds; a kill loses nothing that is kept.
_CLOSE_S = 2.0
#: Below this much shared memory Chromium must use files instead; `docker run` gives 64 MB.
_LEAST_SHM_BYTES = 512 * 1024 * 1024
#: Makes the kinds of namespace that Chromium's sandbox is made of, and ends.
_NAMESPACES = ("unshare", "--user", "--pid", "--net", "--fork", "true")
#: What Chromium still resolves itself are the servers that a page names for its media. Not among
#: them: this machine, its link, private networks and what clouds serve there (RFC 1918, 3927, 4193,
#: 4291, 6761, 6762).
_CLOSED_HOSTS = (
    *("localhost", "*.localhost", "*.local", "*.internal"),
    *("0.*", "127.*", "10.*", "169.254.*", "192.168.*"),
    *(f"172.{second}.*" for second in range(16, 32)),
    *("[::*", "[fc*", "[fd*", "[fe8*", "[fe9*", "[fea*", "[feb*"),
)


#: The name under which Chromium knows the bot's own proxy; no page can reach it (RFC 6761).
_EGRESS = "egress.invalid"


def arguments(
    access: BrowserAccess, *, small_shm: bool, egress_port: int, alone: bool = False
) -> list[str]:
    """Return Chromium's command line.

    Args:
        access: empty in production.
        small_shm: see `has_small_shm`.
        egress_port: of the bot's way out.
        alone: nobody else draws on its display; its window then fills the screen.
    """
    # the first rule that fits a host counts
    rules = [f"MAP {_EGRESS} 127.0.0.1", *(f"MAP {host} ~NOTFOUND" for host in _CLOSED_HOSTS)]
    line = [
        *_ALWAYS,
        FEATURES_OFF,
        f"--proxy-server=http://{_EGRESS}:{egress_port}",
        # Chromium reaches this machine and its link past a proxy unless told not to
        "--proxy-bypass-list=<-loopback>",
        f"--host-resolver-rules={', '.join(rules)}",
    ]
    if alone:
        line.append("--window-position=0,0")
    if small_shm:
        line.append(_NO_SHM)
    if access.loopback_media:
        line.append("--allow-loopback-in-peer-connection")
    return line


def left_out(*, small_shm: bool) -> list[str]:
    """Return what Playwright would add to the command line, and must not."""
    return [*_NOT_FROM_PLAYWRIGHT, *(() if small_shm else (_NO_SHM,))]


def has_small_shm() -> bool:
    """Tell whether /dev/shm is missing or too small for Chromium."""
    try:
        stats = os.statvfs("/dev/shm")
    except OSError:
        return True
    return stats.f_blocks * stats.f_frsize < _LEAST_SHM_BYTES


async def sandbox_obstacle() -> str | None:
    """Say why Chromium cannot be sandboxed here, or None when it can.

    Its sandbox is made of user, process and network namespaces; Docker's default seccomp profile
    refuses those to a process without CAP_SYS_ADMIN.
    """
    if os.geteuid() == 0:
        return "Chromium has no sandbox for root"
    try:
        process = await asyncio.create_subprocess_exec(
            *_NAMESPACES, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
    except FileNotFoundError:
        return "unshare (util-linux) is not installed, so it was not tried"
    return "this host refuses user namespaces" if await process.wait() != 0 else None


def find_chromium(wanted: str | None) -> str | None:
    """Return the browser to start; None leaves it to Playwright's own."""
    return wanted or next((found for name in _NAMES if (found := shutil.which(name))), None)


async def trust(ca_file: str, home: Path) -> None:
    """Let the browser of this home trust one more authority, through its NSS store.

    Raises:
        JoinError: certutil is missing or refuses.
    """
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True, exist_ok=True)
    database = f"sql:{store}"
    for command in (
        ("certutil", "-d", database, "-N", "--empty-password"),
        ("certutil", "-d", database, "-A", "-n", "extra", "-t", "C,,", "-i", ca_file),
    ):
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
            )
        except FileNotFoundError as exc:
            raise JoinError(Outcome.BROWSER_FAILED, "certutil is not installed") from exc
        if await process.wait() != 0:
            raise JoinError(Outcome.BROWSER_FAILED, "the extra authority cannot be trusted")


@asynccontextmanager
async def open_browser(
    launch: BotLaunch,
    resolve: Resolve | None = None,
    *,
    sound_server: str | None = None,
    display: OwnDisplay | None = None,
) -> AsyncIterator[BrowserContext]:
    """Start a browser with a profile and a way out of its own; end both at the exit.

    Changes this process's environment (`keep_driver_small`).

    Args:
        launch: says which Chromium, and what an operator opens to it.
        resolve: instead of the system's resolver.
        sound_server: `PULSE_SERVER` of the sound server that it plays into; None: this process's.
        display: what it draws on, alone; None: this process's.

    Raises:
        JoinError: it cannot be started, or a host rule cannot be read.
    """
    home = Path(launch.work_dir) / "home"
    home.mkdir(parents=True, exist_ok=True)
    if launch.browser.ca_file:
        await trust(launch.browser.ca_file, home)
    obstacle = await sandbox_obstacle()
    if obstacle is not None:
        _log.warning("browser_not_sandboxed", why=obstacle)
    small_shm = has_small_shm()
    keep_driver_small()
    own = {} if sound_server is None else {"PULSE_SERVER": sound_server}
    own |= {} if display is None else display.variables
    async with _way_out(launch, resolve) as egress_port, async_playwright() as playwright:
        temporary = _short_temporary_folder(Path(launch.work_dir))
        try:
            context = await playwright.chromium.launch_persistent_context(
                user_data_dir=Path(launch.work_dir) / "profile",
                executable_path=find_chromium(launch.chromium_path),
                headless=False,
                chromium_sandbox=obstacle is None,
                args=arguments(
                    launch.browser,
                    small_shm=small_shm,
                    egress_port=egress_port,
                    alone=display is not None,
                ),
                ignore_default_args=left_out(small_shm=small_shm),
                env=dict(browser_environment(home, temporary, own)),
                no_viewport=True,
                locale="en-US",
                permissions=["microphone", "camera"],
            )
        except PlaywrightError as exc:
            first_line = str(exc).splitlines()[0]
            raise JoinError(Outcome.BROWSER_FAILED, f"browser: {first_line}") from exc
        try:
            yield context
        finally:
            await _close(context, Path(launch.work_dir) / "profile")
            if temporary.is_symlink():
                temporary.unlink()


@asynccontextmanager
async def _way_out(launch: BotLaunch, resolve: Resolve | None) -> AsyncIterator[int]:
    try:
        rules = HostRules(launch.browser.host_rules)
    except ConfigurationError as exc:
        raise JoinError(Outcome.BROWSER_FAILED, f"browser: {exc.detail}") from exc
    egress = Egress(rules, Guard(AllowList(), resolve))
    try:
        yield await egress.start()
    finally:
        await egress.aclose()


def _short_temporary_folder(work_dir: Path) -> Path:
    """Make a folder inside the bot's own; Chromium puts a Unix socket there."""
    folder = work_dir.resolve() / "tmp"
    folder.mkdir(exist_ok=True)
    return short_folder(folder, _CHROMIUM_SOCKET)


async def _close(context: BrowserContext, profile: Path) -> None:
    try:
        async with asyncio.timeout(_CLOSE_S):
            await context.close()
    except (PlaywrightError, TimeoutError):
        killed = await asyncio.to_thread(kill_browser, profile)
        _log.warning("browser_killed", processes=killed)
