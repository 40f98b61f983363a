"""`vexa up`: everything on one bare machine, in the foreground; Ctrl-C ends all it started."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from vexa.kit.settings import load_settings
from vexa.kit.xauthority import write_xauthority
from vexa.storage.migrate import migrate
from vexa.supervision import display, preflight, redis_server
from vexa.supervision.drain import drain
from vexa.supervision.environment import Paths, Secrets, Stores, program_environment
from vexa.supervision.readiness import wait_until_ready
from vexa.supervision.secrets import load_or_make_secret
from vexa.supervision.settings import UpSettings, inherited_environment
from vexa.supervision.supervisor import Supervisor

#: How long bots get to say goodbye, and their last words to be stored, when the server ends.
DRAIN_S = 15

Say = Callable[[str], None]


class Server:
    """One running installation: `start()`, then `wait()`, then `stop()`."""

    def __init__(
        self,
        say: Say,
        settings: UpSettings | None = None,
        extra_environment: dict[str, str] | None = None,
    ) -> None:
        self._say = say
        self._settings = settings or load_settings(UpSettings)
        self._paths = _paths(self._settings.vexa_home)
        self._secrets: Secrets | None = None
        self._supervisor: Supervisor | None = None
        self._extra = extra_environment or {}
        self._stop_asked = threading.Event()

    @property
    def settings(self) -> UpSettings:
        """The settings this server runs with."""
        return self._settings

    @property
    def supervisor(self) -> Supervisor:
        """What runs the programs; there once `start()` has returned."""
        assert self._supervisor is not None
        return self._supervisor

    @property
    def admin_api_token(self) -> str:
        """The secret of the admin surface; never to be printed."""
        assert self._secrets is not None
        return self._secrets.admin_api_token

    def start(self) -> None:
        """Check, prepare and start everything; return when every program answers.

        Raises:
            ConfigurationError: a port, display or tool is in the way.
            StartFailed: a program did not start.
        """
        inherited = {**inherited_environment(), **self._extra}
        preflight.check_tools(inherited.get("CHROMIUM_PATH"))
        preflight.check_ports(self._settings)
        self._paths.make()
        self._secrets = self._load_secrets()
        stores = self._prepare_stores()
        number = display.choose_display(self._settings.vexa_display)
        write_xauthority(self._paths.run / "Xauthority")
        asyncio.run(migrate(stores.database_url))
        environment = program_environment(
            inherited, self._settings, self._paths, stores, self._secrets, number
        )
        self._supervisor = Supervisor(environment, self._paths.run)
        self._supervisor.start()
        wait_until_ready(
            self._supervisor, self._settings, lambda name: self._say(f"  {name} is up")
        )

    def _load_secrets(self) -> Secrets:
        given_admin = self._settings.admin_api_token
        given_internal = self._settings.internal_api_secret
        folder = self._paths.secrets
        return Secrets(
            admin_api_token=given_admin.get_secret_value()
            if given_admin
            else load_or_make_secret(folder, "admin_api_token"),
            internal_api_secret=given_internal.get_secret_value()
            if given_internal
            else load_or_make_secret(folder, "internal_api_secret"),
        )

    def _prepare_stores(self) -> Stores:
        settings = self._settings
        if settings.redis_url or settings.redis_host:
            return Stores(settings.sqlalchemy_url, settings.bus_url, None)
        program = redis_server.find_redis_server(settings.vexa_redis_server, self._paths.run)
        socket = redis_server.write_redis_config(self._paths.run, self._paths.home / "redis")
        return Stores(settings.sqlalchemy_url, f"unix://{socket}", program)

    def wait(self) -> None:
        """Return when a signal asked for the end, or supervisord is gone."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        while not self._stop_asked.wait(0.5):
            if self._supervisor is None or self._supervisor.ended:
                self._say("supervisord ended by itself; see the logs")
                return

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_asked.set()

    def stop(self) -> None:
        """Take the bots out of their meetings, then end every program. Safe to call twice."""
        if self._supervisor is None or self._supervisor.ended:
            return
        self._drain()
        self._supervisor.stop()

    def _drain(self) -> None:
        assert self._secrets is not None
        drain(self._settings, self._secrets.internal_api_secret, DRAIN_S, self._say)


def _paths(home: Path) -> Paths:
    home = home.resolve()
    run = home / "run"
    if len(os.fsencode(run / "supervisor.sock")) + 8 > redis_server.MAX_SOCKET_PATH:
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
        run = Path(tempfile.gettempdir()) / f"vexa-{os.getuid()}-{digest}"
    return Paths(home=home, run=run, logs=home / "logs", secrets=home / "secrets")


def run_up(say: Say) -> None:
    """Run the server until it is told to end."""
    server = Server(say)
    say("starting: database, stores, display, five programs")
    try:
        server.start()
        _say_where(server, say)
        server.wait()
        say("ending: bots leave, then the programs stop")
    finally:
        server.stop()


def _say_where(server: Server, say: Say) -> None:
    settings = server.settings
    say(f"API:    http://localhost:{settings.api_gateway_port}/docs")
    say(f"Admin:  http://localhost:{settings.admin_api_port}/docs")
    if settings.admin_api_token is None:
        say(f"Admin token: in {settings.vexa_home.resolve() / 'secrets' / 'admin_api_token'}")
    say(f"Logs:   {settings.vexa_home.resolve() / 'logs'}")
    say("Ctrl-C ends everything.")
